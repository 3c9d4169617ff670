/** What AWS itself stops of packets or of a rule, for an explanation. */
import { parseBlock } from "../../lib/net/cidr";
import { trafficOf } from "../../lib/net/protocols";
import type { MappedRule } from "../../mapping/types";
import type { Judged } from "../stopped/network-acls";
import { Stops } from "../stopped/stops";
import { howMuch, notRead } from "../stopped/words";
import { groupMembers, type Packets } from "./packets";
import type { Reason } from "./reason";
import { carriers, type View } from "./view";

/** Of packets, at the interfaces that they come to or leave. */
export function stoppedPackets(view: View, { direction, far, traffic, owners }: Packets): Reason[] {
  const subnetIds = owners.map(({ subnetId }) => subnetId);
  return reasons(view, { direction, far: [far], traffic, subnetIds });
}

/** Of a rule, at the interfaces behind the firewall that carry its group. */
export function stoppedRule(view: View, { rule, permission }: MappedRule): Reason[] {
  const { direction, securityGroupId } = permission;
  const traffic = trafficOf(permission);
  if (traffic === undefined) return [];
  const members = groupMembers(view.policy);
  const far = (direction === "ingress" ? rule.source : rule.destination)
    .flatMap((name) => members.get(name) ?? [name])
    .flatMap((text) => parseBlock(text) ?? []);
  const behind = carriers(view, securityGroupId).filter(({ id }) => view.behind.has(id));
  return reasons(view, { direction, far, traffic, subnetIds: behind.map(({ subnetId }) => subnetId) });
}

function reasons({ inventory, options }: View, judged: Judged): Reason[] {
  if (judged.subnetIds.length === 0 || judged.far.length === 0) return [];
  const stops = new Stops(inventory, options);
  const { what, because } = stops.of(judged);
  const unread = notRead(inventory.filters).map((text) => ({ text }));
  if (what === "unknown") return [...because, ...unread];
  if (what !== "nothing") return [{ text: howMuch(what === "all"), because }, ...unread];
  return [...(stops.knowsAcls ? [{ text: "no network ACL denies any of it" }] : []), ...unread];
}
