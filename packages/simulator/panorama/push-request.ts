import { BadRequest, Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { groupNames, membersOf } from "./groups";
import type { Member } from "./groups";
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
}

const KNOWN: ReadonlySet<string> = new Set([
  "device-group",
  "description",
  "admin",
  "include-template",
  "merge-with-candidate-cfg",
  "force-template-values",
  "validate-only",
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
  const policy = root.child("shared-policy");
  if (!policy) throw new Refusal("17", ["commit-all -> shared-policy is missing"]);
  const odd = policy.children.find(({ tag }) => !KNOWN.has(tag));
  if (odd) throw new Refusal("17", [`commit-all -> shared-policy -> ${odd.tag} unexpected here`]);
  const isYes = (tag: string, byDefault: boolean): boolean =>
    policy.child(tag) === undefined ? byDefault : policy.value(tag) === "yes";
  if (isYes("include-template", false)) throw new Refusal("17", ["include-template is not simulated"]);
  const admins = policy.child("admin") ? policy.members("admin") : undefined;
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
