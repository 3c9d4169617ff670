/** What stands before and behind the rules of a device group on its firewalls. */
import { listed } from "../lib/text";
import type { ManagedFirewall } from "./device-groups";
import { withTarget } from "./evaluated";
import type { DeviceGroup } from "./location";
import type { Rulebase, RulebaseRule, RulesOnSome } from "./policy";
import { countsOf, rulesIn, sumOf, type Counts } from "./room";
import { rulebaseRule } from "./rulebase";
import { entries, find, type XmlElement } from "./xml";

/** A device group with its own entries alone. */
export interface Scope {
  name: string;
  scope: XmlElement | undefined;
}

/** Everything that a device group's rules are among. */
export interface Layers {
  shared: XmlElement | undefined;
  own: Scope;
  /** The groups above it, the nearest first. */
  above: readonly Scope[];
  /** Of each of its firewalls' groups, those on the way down to it, itself included; none of the group's own. */
  ways: ReadonlyMap<string, readonly Scope[]>;
}

export type Locals = readonly { firewall: ManagedFirewall; vsys: XmlElement | undefined }[];

/**
 * Shared's pre-rules, those of the groups from the highest down, the firewall's own rules, the groups' post-rules from
 * the lowest up, shared's (PAN-OS documentation, "Device Group Policies"): what of that comes before a group's
 * rulebase, and what behind it.
 * @param locals what is known of firewalls' own; of one that is missing there, nothing counts
 */
export function rulesAround(
  { rulebase }: DeviceGroup,
  { shared, own, above, ways }: Layers,
  firewalls: readonly ManagedFirewall[],
  locals: Locals,
): Pick<Rulebase, "inherited" | "between" | "behind"> {
  const common: Scope = { name: "shared", scope: shared };
  const first = ofGroups([common, ...above.toReversed()], "pre-rulebase");
  const last = ofGroups([...above, common], "post-rulebase");
  const some = alike(
    firewalls.map((firewall) => {
      const way = ways.get(firewall.group) ?? [];
      const vsys = locals.find((local) => local.firewall === firewall)?.vsys;
      return {
        on: firewall.name,
        rules: [
          ...ofGroups(way, "pre-rulebase"),
          ...rulesOf(find(vsys, "rulebase")),
          ...ofGroups(way.toReversed(), "post-rulebase"),
        ],
      };
    }),
  );
  return rulebase === "pre-rulebase"
    ? { inherited: first, behind: [...withTarget(some), ...ofGroups([own], "post-rulebase"), ...last] }
    : { inherited: [...first, ...ofGroups([own], "pre-rulebase")], between: some, behind: last };
}

/**
 * How many rules and objects one of its firewalls has that are neither in the group's rulebase nor among its objects. Rules
 * that are not pushed to it (disabled ones, those of other targets) count as well: too many, never too few.
 */
export function countsAround(
  { rulebase }: DeviceGroup,
  { shared, own, above, ways }: Layers,
  firewall: ManagedFirewall,
  local: XmlElement | undefined,
): Counts {
  const other = rulebase === "pre-rulebase" ? "post-rulebase" : "pre-rulebase";
  const scopes = [...above, ...(ways.get(firewall.group) ?? [])].map(({ scope }) => scope);
  const counts = sumOf([shared, local, ...scopes].map(countsOf));
  return { ...counts, rules: counts.rules + rulesIn(own.scope, other) };
}

function ofGroups(groups: readonly Scope[], side: "pre-rulebase" | "post-rulebase"): RulebaseRule[] {
  return groups.flatMap(({ name, scope }) =>
    rulesOf(find(scope, side)).map((rule) => ({ ...rule, panorama: name })),
  );
}

function rulesOf(rulebase: XmlElement | undefined): RulebaseRule[] {
  return [...entries(find(rulebase, "security", "rules")).values()].map(rulebaseRule);
}

/** Firewalls with the same rules are one; whose a rule is says where it is a firewall's own. */
function alike(each: readonly { on: string; rules: RulebaseRule[] }[]): RulesOnSome[] {
  const found = new Map<string, RulesOnSome>();
  for (const { on, rules } of each) {
    const key = JSON.stringify(rules);
    found.set(key, { on: [...(found.get(key)?.on ?? []), on], rules });
  }
  return [...found.values()].map(({ on, rules }) => ({
    on,
    rules: rules.map((rule) => (rule.panorama === undefined ? { ...rule, firewall: listed(on, 3) } : rule)),
  }));
}
