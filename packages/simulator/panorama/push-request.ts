import { BadRequest, Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { groupNames, membersOf } from "./groups";
import type { Member } from "./groups";
import { stackSerials, stacksFor } from "./templates";
import type { Unknowns } from "./unknowns";

/** What `commit-all` asks for. */
export interface PushRequest {
  admin: string;
  description: string;
  groups: string[];
  members: Member[];
  /** Whose committed changes; undefined: everybody's. */
  admins: readonly string[] | undefined;
  mergesCandidate: boolean;
  validateOnly: boolean;
  type: "shared-policy" | "template" | "template-stack";
  /** What goes out: the policy of device groups, the values of templates, or both. */
  parts: ReadonlySet<"policy" | "template">;
}

const KNOWN: ReadonlySet<string> = new Set([
  "device-group",
  "description",
  "admin",
  "include-template",
  "merge-with-candidate-cfg",
  "force-template-values",
  "validate-only",
  "include-firewall-cluster",
]);

/**
 * Reads the command of a push.
 * @param running the groups of a push are those that Panorama has committed
 * @throws Refusal with the texts that clients have reported, where there are any
 */
export function pushRequest(
  root: XmlElement,
  running: XmlElement,
  admin: string,
  { mergesByDefault, refusesAdminPush }: Pick<Unknowns, "mergesByDefault" | "refusesAdminPush">,
): PushRequest {
  if (root.tag !== "commit-all") throw new BadRequest(400, "commit-all is missing 'commit-all'");
  const [part] = root.children;
  if (part?.tag === "template" || part?.tag === "template-stack")
    return templateRequest(part, part.tag, running, admin);
  const policy = root.child("shared-policy");
  if (!policy) throw new Refusal("17", ["commit-all -> shared-policy is missing"]);
  const odd = policy.children.find(({ tag }) => !KNOWN.has(tag));
  if (odd) throw new Refusal("17", [`commit-all -> shared-policy -> ${odd.tag} unexpected here`]);
  const isYes = (tag: string, byDefault: boolean): boolean =>
    policy.child(tag) === undefined ? byDefault : policy.value(tag) === "yes";
  const includesTemplate = isYes("include-template", false);
  const admins = policy.child("admin") ? policy.members("admin") : undefined;
  if (includesTemplate) refuseInPart(policy, "commit-all -> shared-policy with include-template");
  if (admins && refusesAdminPush)
    throw new Refusal("17", ["commit-all -> shared-policy -> admin unexpected here"]);
  const chosen = groupsOf(policy.child("device-group"), running);
  return {
    admin,
    description: policy.value("description") ?? "",
    groups: chosen.map(({ group }) => group),
    members: chosen.flatMap(({ members }) => members),
    admins,
    mergesCandidate: isYes("merge-with-candidate-cfg", mergesByDefault),
    validateOnly: isYes("validate-only", false),
    type: "shared-policy",
    parts: new Set(includesTemplate ? ["policy", "template"] : ["policy"]),
  };
}

/** What isn't simulated of a push of templates: some administrators' changes of them, and going over local values. */
function refuseInPart(part: XmlElement, place: string): void {
  if (part.child("admin")) throw new Refusal("17", [`${place} -> admin is not simulated`]);
  if (part.value("force-template-values") === "yes")
    throw new Refusal("17", [`${place} -> force-template-values is not simulated`]);
}

/** A push of a template to the firewalls of all stacks that have it, or of a stack to its own. */
function templateRequest(
  part: XmlElement,
  kind: "template" | "template-stack",
  running: XmlElement,
  admin: string,
): PushRequest {
  const place = `commit-all -> ${kind}`;
  refuseInPart(part, place);
  const name = part.value("name")?.trim() ?? "";
  if (!running.child("devices")?.entries()[0]?.at(kind, `entry:${name}`))
    throw new Refusal("17", [`${place} -> name '${name}' is not a valid reference`]);
  const inStacks = stacksFor(running, kind, name).flatMap(stackSerials);
  const chosen = part.child("device") ? part.members("device") : inStacks;
  const odd = chosen.find((serial) => !inStacks.includes(serial));
  if (odd !== undefined) throw new Refusal("17", [`${place} -> device '${odd}' is not a valid reference`]);
  return {
    admin,
    description: part.value("description") ?? "",
    groups: [name],
    members: [...new Set(chosen)].map((serial) => ({ serial, vsys: "vsys1", group: name })),
    admins: undefined,
    mergesCandidate: part.value("merge-with-candidate-cfg") === "yes",
    validateOnly: part.value("validate-only") === "yes",
    type: kind,
    parts: new Set(["template"]),
  };
}

function groupsOf(
  named: XmlElement | undefined,
  running: XmlElement,
): { group: string; members: Member[] }[] {
  const entries = named?.entries() ?? [];
  // The old form names one group as text.
  const wanted = entries.length > 0 ? entries.map(({ name = "" }) => name) : [named?.text.trim() ?? ""];
  return wanted.map((group, at) => {
    const place = "commit-all -> shared-policy -> device-group";
    if (group === "") throw new Refusal("17", [`${place} -> '' needs to be at least 1 character`]);
    if (!groupNames(running).includes(group))
      throw new Refusal("17", [`${place} -> ${group} '${group}' is not a valid reference`]);
    const all = membersOf(running, group);
    const devices = entries[at]?.child("devices")?.entries();
    if (!devices) return { group, members: all };
    const members = devices.flatMap((device) => {
      const { name: serial = "" } = device;
      const slots = device.members("vsys");
      const found = all.filter(
        (member) => member.serial === serial && (slots.length === 0 || slots.includes(member.vsys)),
      );
      if (found.length === 0)
        throw new Refusal("17", [`Could not get vsys info for device ${serial} in dg ${group}`]);
      return found;
    });
    return { group, members };
  });
}
