import type { Firewall } from "../firewall";
import { message, result } from "../http/answers";
import type { OpCommands, OpContext } from "../op/types";
import { Refusal } from "../refusal";
import { lineage, parentOf } from "../schema/hierarchy";
import type { XmlElement } from "../xml/element";
import { escapeAttribute, escapeText } from "../xml/print";
import { allMembers, groupNames, membersOf, setParent, takeHierarchy } from "./groups";
import type { Member } from "./groups";
import type { Panorama } from "./panorama";

function need({ firewall }: OpContext): Panorama<Firewall> {
  if (!firewall.panorama) throw new Refusal("17", ["invalid client cli"]);
  return firewall.panorama;
}

const values = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([tag, text]) => `<${tag}>${escapeText(text)}</${tag}>`).join("");

/** The groups below one (undefined: shared) and theirs, as elements in each other. */
function tree(config: XmlElement, above?: string): string {
  const groups = groupNames(config);
  return groups
    .filter((group) => parentOf(config, group) === above)
    .map((group) => {
      const id = groups.indexOf(group) + 11;
      return `<dg name="${escapeAttribute(group)}" dg_id="${id}">${tree(config, group)}</dg>`;
    })
    .join("");
}

/** What Panorama says of a firewall, with or without its place in a group. */
function device(panorama: Panorama<Firewall>, serial: string, members: readonly Member[]): string {
  const attached = panorama.attached.get(serial);
  const isConnected = panorama.isConnected(serial);
  const states = members.map((member) => ({ member, state: panorama.state(member) }));
  const [first] = states;
  const policy = first
    ? ([
        ["last-commit-all-state-sp", first.state.pushState],
        ["last-validate-all-state-sp", first.state.validateState],
        ["last-commit-all-upd-sp", first.state.pushedAt],
        ["shared-policy-status", first.state.status],
        ["shared-policy-md5sum", first.state.md5],
        ["shared-policy-version", String(first.state.version)],
      ] as const)
    : ([["shared-policy-status", ""]] as const);
  const slots = states.map(
    ({ member, state }) =>
      `<entry name="${member.vsys}">` +
      values([
        ["display-name", member.vsys],
        ["shared-policy-status", state.status],
        ["shared-policy-md5sum", state.md5],
        ["shared-policy-version", String(state.version)],
      ]) +
      "</entry>",
  );
  return (
    `<entry name="${escapeAttribute(serial)}">` +
    values([
      ["serial", serial],
      ["connected", isConnected ? "yes" : "no"],
      ["unsupported-version", "no"],
      ["deactivated", "no"],
      ["hostname", attached?.firewall.hostname ?? ""],
      ["ip-address", attached?.firewall.address ?? ""],
      ["sw-version", attached?.firewall.swVersion ?? ""],
      ["model", "PA-VM"],
      ...policy,
      ["multi-vsys", "no"],
    ]) +
    `<ha><state>no</state></ha><vsys>${slots.join("")}</vsys></entry>`
  );
}

function devices(context: OpContext, isShown: (panorama: Panorama<Firewall>, serial: string) => boolean) {
  const panorama = need(context);
  const members = allMembers(context.firewall.running);
  const shown = [...panorama.attached.keys()].filter((serial) => isShown(panorama, serial));
  const entries = shown.map((serial) =>
    device(
      panorama,
      serial,
      members.filter((member) => member.serial === serial),
    ),
  );
  return result(`<devices>${entries.join("")}</devices>`);
}

/** Which groups a push of these administrators' changes would be for: the shape is known from clients only. */
function pushScope(node: XmlElement, context: OpContext) {
  const panorama = need(context);
  const admins = node.child("admin") ? node.members("admin") : undefined;
  const groups = panorama
    .waitingGroups(admins)
    .map(
      (group) =>
        `<entry name="${escapeAttribute(group)}" loc-type="device-group" loc="${escapeAttribute(group)}"/>`,
    );
  return result(`<push-scope><objects>${groups.join("")}</objects></push-scope>`);
}

function move(node: XmlElement, { firewall }: OpContext) {
  const entry = node.child("entry");
  const group = entry?.name ?? "";
  const parent = entry?.value("new-parent-dg")?.trim() ?? "";
  // Of groups that nobody has committed yet, too: the vendor's provider for Terraform makes one and moves it.
  const { root: candidate } = firewall.candidate;
  if (!groupNames(candidate).includes(group)) throw new Refusal("12", [`${group} is not a device group`]);
  const isShared = parent === "" || parent === "shared";
  if (!isShared && !groupNames(candidate).includes(parent)) {
    throw new Refusal("12", [`${parent} is not a device group`]);
  }
  if (!isShared && lineage(candidate, parent).includes(group))
    throw new Refusal("12", [`${group} is above ${parent}`]);
  const job = firewall.jobs.enqueue({ type: "Commit", user: "", description: "move device group" }, () => {
    setParent(firewall.candidate.root, group, isShared ? undefined : parent);
    // What firewalls have been sent is known by the configuration that it was made from, which stays as it is.
    const running = firewall.running.clone();
    takeHierarchy(running, firewall.candidate.root);
    firewall.running = running;
    return { ok: true, details: [`Moved ${group}`], warnings: [] };
  });
  return result(`<msg><line>job enqueued with jobid ${job.id}</line></msg><job>${job.id}</job>`);
}

export const panoramaCommands: OpCommands = {
  "show dg-hierarchy": (_, { firewall }) =>
    result(`<dg-hierarchy>${tree(firewall.candidate.root)}</dg-hierarchy>`),
  "show devicegroups": (_, context) => {
    const panorama = need(context);
    const { running } = context.firewall;
    const entries = groupNames(running).map((group) => {
      const members = membersOf(running, group);
      const sums = members.map((member) => panorama.expected(member));
      const inside = members.map((member) => device(panorama, member.serial, [member])).join("");
      return (
        `<entry name="${escapeAttribute(group)}"><shared-policy-md5sum>${sums[0] ?? ""}</shared-policy-md5sum>` +
        `${members.length > 0 ? `<devices>${inside}</devices>` : ""}</entry>`
      );
    });
    return result(`<devicegroups>${entries.join("")}</devicegroups>`);
  },
  "show devices all": (_, context) => devices(context, () => true),
  "show devices connected": (_, context) =>
    devices(context, (panorama, serial) => panorama.isConnected(serial)),
  "show config push-scope": pushScope,
  "request move-dg": move,
  "set system setting target": (node, context) => {
    const panorama = need(context);
    const group = node.value("device-group")?.trim();
    if (group === undefined || group === "") panorama.targets.delete(context.admin);
    else if (!groupNames(context.firewall.running).includes(group)) {
      throw new Refusal("17", [`${group} is not a device group`]);
    } else panorama.targets.set(context.admin, group);
    return message(undefined, "Session target vsys changed");
  },
};
