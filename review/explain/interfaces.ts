/** Which interfaces are behind the firewall, by what they are for, and why one is left out. */
import type { NetworkInterface } from "../../inventory/types";
import { grouped } from "../../lib/grouped";
import { counted, plainText } from "../../lib/text";
import { kindOf } from "../../aws/interface-kinds";
import { whyLeftOut } from "../../mapping/left-out";
import { bearerOf } from "../../mapping/marks";
import type { Explanation, Reason } from "./reason";
import { labelOf, whyBehind, type View } from "./view";

/** All that are behind the firewall: those that rules lead to, and those that are left out, by kind. */
export function explainInterfaces(view: View): Explanation {
  const { policy, inventory } = view;
  const byId = new Map(inventory.networkInterfaces.map((each) => [each.id, each]));
  const mapped = grouped(
    policy.protectedInterfaces.map((id): [string, string] => {
      const each = byId.get(id)!;
      return [bearerOf(each) === id ? kindOf(each) : "instance", id];
    }),
  );
  const named = (ids: readonly string[]): Reason[] => ids.map((id) => ({ id, text: nameOf(byId.get(id)!) }));
  const left = policy.leftOut.kinds.reduce((sum, { ids }) => sum + ids.length, 0);
  const all = policy.protectedInterfaces.length + left;
  return {
    verdict: "answered",
    text: `${counted(all, "network interface")} behind the firewall: ${policy.protectedInterfaces.length} mapped, ${left} left out`,
    because: [
      ...[...mapped]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, ids]) => ({ text: `mapped: ${ids.length} ${kind}`, because: named(ids) })),
      ...policy.leftOut.kinds.map(({ kind, ids }) => ({
        text: `left out: ${ids.length} ${kind}: ${whyLeftOut(kind)}`,
        because: named(ids),
      })),
      ...(policy.leftOut.isComplete
        ? []
        : [{ text: "interfaces of no instance were not all read: inventory ec2 has them" }]),
    ],
  };
}

/** Why rules lead to one interface, or why they don't; and which. */
export function explainInterface(view: View, networkInterface: NetworkInterface): Explanation {
  const { id, securityGroupIds } = networkInterface;
  const isMapped = view.policy.protectedInterfaces.includes(id);
  const rules = view.policy.rules.filter(({ permission }) =>
    securityGroupIds.includes(permission.securityGroupId),
  );
  const carried = rules.map(({ rule }) => ({
    id: rule.name,
    text: `rule ${rule.name} is of a group that it carries`,
  }));
  return {
    verdict: "answered",
    text: `${id}: ${isMapped ? "rules lead to it, as far as its groups permit something" : "no rule leads to it"}`,
    because: [whyBehind(view, networkInterface), ...(isMapped ? carried : [])],
  };
}

function nameOf(networkInterface: NetworkInterface): string {
  const { id, privateIpAddresses, ipv6Addresses } = networkInterface;
  const bearer = bearerOf(networkInterface);
  const what = bearer === id ? labelOf(networkInterface) : `instance ${plainText(bearer)}`;
  const addresses = [...privateIpAddresses, ...ipv6Addresses];
  return `${id} ${addresses.length === 0 ? "without an address" : addresses.join(", ")}: ${what}`;
}
