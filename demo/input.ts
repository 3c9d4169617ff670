import { describeTraffic } from "../lib/net/protocols";
import { compareTexts } from "../lib/order";
import { listed } from "../lib/text";
import type { Part } from "../lib/terminal/display";
import type { Column } from "../lib/terminal/table";
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../inventory/types";

export const INPUT_COLUMNS: Column[] = [
  { title: "security group" },
  { title: "lets in" },
  { title: "from", least: 20 },
  { title: "to instances", least: 12 },
];

/** What an account's security groups let in: which traffic, from where, to which instances. */
export function inputRows(inventory: Inventory): Part[][] {
  const groups = [...inventory.securityGroups].sort((a, b) => compareTexts(a.name, b.name));
  return groups.flatMap((group) => {
    const members = instancesOf(group, inventory);
    return [...byTraffic(group)].map(([traffic, rules], index): Part[] => [
      index === 0 ? { text: group.name, style: "green" } : "",
      traffic,
      listed([...new Set(rules.map((rule) => sourceOf(rule, inventory)))]),
      index === 0 ? several(members) : "",
    ]);
  });
}

function byTraffic({ ingress }: SecurityGroup): Map<string, SecurityGroupRule[]> {
  const rows = new Map<string, SecurityGroupRule[]>();
  for (const rule of ingress) {
    const traffic = describeTraffic(rule)
      .replace(/ ports? /, " ")
      .replace(" to ", "-");
    rows.set(traffic, [...(rows.get(traffic) ?? []), rule]);
  }
  return rows;
}

function sourceOf(rule: SecurityGroupRule, { prefixLists, securityGroups }: Inventory): string {
  const cidr = rule.cidrIpv4 ?? rule.cidrIpv6;
  if (cidr !== undefined) return cidr.endsWith("/0") ? "anywhere" : cidr;
  const named = (list: readonly { id: string; name: string }[], id: string) =>
    list.find((each) => each.id === id)?.name ?? id;
  if (rule.prefixListId !== undefined) return `${named(prefixLists, rule.prefixListId)}`;
  return `group ${named(securityGroups, rule.referencedSecurityGroupId ?? "")}`;
}

function instancesOf({ id }: SecurityGroup, { networkInterfaces, instances }: Inventory): string[] {
  const carriers = networkInterfaces.filter(({ securityGroupIds }) => securityGroupIds.includes(id));
  const names = carriers.map(({ instanceId }) => instances.find((each) => each.id === instanceId)?.name);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** The first of a list and how many more there are. */
export function several(list: readonly string[], most = 2): string {
  const more = list.length - most;
  return list.slice(0, most).join(", ") + (more > 0 ? ` +${more}` : "");
}
