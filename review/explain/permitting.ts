/** The security-group rules that let packets in, and what became of each. */
import type { NetworkInterface, SecurityGroupRule } from "../../inventory/types";
import { meets, normalised, trafficOf } from "../../lib/net/protocols";
import { plainText } from "../../lib/text";
import { kindLeftOut } from "../../mapping/left-out";
import { unreadableRule } from "../../mapping/permission-messages";
import { addressTexts } from "../../mapping/routing";
import type { MappedRule } from "../../mapping/types";
import { overlaps, type Packets } from "./packets";
import type { Reason } from "./reason";
import { describeRule, type View } from "./view";

interface Permitting {
  group: { id: string; name: string };
  rule: SecurityGroupRule;
}

/**
 * The security-group rules that let some of the packets in, whatever becomes of them on the firewall. One that names
 * a group does where an interface that carries it has the address.
 */
export function groupRulesFor({ inventory }: View, packets: Packets, rules: MappedRule[]): Permitting[] {
  const { direction, owners, far, traffic } = packets;
  const carried = new Set(owners.flatMap(({ securityGroupIds }) => securityGroupIds));
  const mapped = new Set(rules.flatMap(({ permission }) => permission.ruleIds));
  const fits = (rule: SecurityGroupRule) => {
    const permitted = trafficOf(normalised(rule));
    const list = inventory.prefixLists.find(({ id }) => id === rule.prefixListId);
    const isNamed = ({ securityGroupIds }: NetworkInterface) =>
      rule.referencedSecurityGroupId !== undefined &&
      securityGroupIds.includes(rule.referencedSecurityGroupId);
    const named = mapped.has(rule.id)
      ? inventory.networkInterfaces.filter(isNamed).flatMap(addressTexts)
      : [];
    const texts = [rule.cidrIpv4, rule.cidrIpv6, ...(list?.entries ?? []).map(({ cidr }) => cidr), ...named];
    return (
      permitted !== undefined &&
      meets(permitted, traffic) &&
      texts.some((text) => text !== undefined && overlaps(text, far))
    );
  };
  return inventory.securityGroups
    .filter(({ id }) => carried.has(id))
    .flatMap((group) => (group[direction] ?? []).filter(fits).map((rule) => ({ group, rule })));
}

/** The rules that can't be read of groups that packets' owners carry: each may let some of them in. */
export function unreadableFor({ inventory }: View, { direction, owners, traffic }: Packets): Reason[] {
  const carried = new Set(owners.flatMap(({ securityGroupIds }) => securityGroupIds));
  return inventory.securityGroups
    .filter(({ id }) => carried.has(id))
    .flatMap((group) => {
      const may = (group.unreadableRules ?? []).filter((rule) => {
        const known = trafficOf(normalised(rule));
        return rule.isEgress === (direction === "egress") && (known === undefined || meets(known, traffic));
      });
      return may.map((rule) => ({
        id: rule.id,
        text: `security group ${plainText(group.name)} (${group.id}): ${unreadableRule(rule)}`,
      }));
    });
}

export function whyPermitted(
  view: View,
  { group, rule }: Permitting,
  rules: MappedRule[],
  owners: readonly NetworkInterface[],
): Reason {
  const { policy, coverage } = view;
  const { text, ...about } = describeRule(rule, view);
  const names = rules.filter(({ permission }) => permission.ruleIds.includes(rule.id));
  const withheld = policy.withheld.filter(({ permission }) => permission.ruleIds.includes(rule.id));
  const isLeftOut = (name: string) => coverage?.covered.some((each) => each.rule.rule.name === name) === true;
  const outcome: Reason[] = [
    ...names.map(({ rule: { name } }) => ({
      id: name,
      text: `→ rule ${name}${isLeftOut(name) ? ", left out" : ""}`,
    })),
    ...withheld.map(({ reason }) => ({ text: reason })),
  ];
  return {
    ...about,
    text: `security group ${plainText(group.name)} (${group.id}): ${text}`,
    because: outcome.length > 0 ? outcome : [{ text: `it becomes no rule: ${noRule(view, owners)}` }],
  };
}

function noRule({ inventory, options }: View, owners: readonly NetworkInterface[]): string {
  const runs = new Set(inventory.instances.map(({ id }) => id));
  const wanted = { ...options, isThere: (id: string) => runs.has(id) };
  return owners.some((owner) => kindLeftOut(owner, wanted) === undefined)
    ? "nothing of it crosses the firewall"
    : "no rule leads to that interface";
}
