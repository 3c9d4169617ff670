/** What rules of ours let in, by what their names stand for. */
import type { Rulebase, RulebaseRule } from "../panos/policy";
import type { Traffic } from "../lib/net/boxes";
import { FAMILIES } from "../lib/net/cidr";
import { addressReader, serviceReader } from "./objects";
import { prefixListGroupsOf } from "./prefix-lists";
import type { MappedRule, Policy } from "./types";

/** What rules name, as a firewall has it. */
export type NamedObjects = Pick<Rulebase, "addresses" | "services" | "applications">;

/**
 * What these rules name, as the firewall would have it.
 * @param whom of a dynamic group: its members now, or everything that may come to be in it
 */
export function objectsOf(
  rules: readonly MappedRule[],
  { services, addressGroups }: Pick<Policy, "services" | "addressGroups">,
  whom: "members" | "carriers",
): NamedObjects {
  const groups = [
    ...addressGroups.map(({ group, ...members }) => [group.name, members[whom]] as const),
    ...prefixListGroupsOf(rules).map(({ name, entries }) => [name, entries] as const),
  ];
  return {
    services: new Map(services.map(({ name, protocol, port }) => [name, { kind: protocol, port }])),
    addresses: new Map(groups.map(([name, members]) => [name, { kind: "static-group", members }])),
    // Applications of ours are no groups: each is what it is called.
    applications: new Map(),
  };
}

/** What a rule of whoever matches traffic by. */
export type MatchedRule = Pick<RulebaseRule, "source" | "destination" | "application" | "service">;

/** What a rule of ours lets in, apart by application and family, for which cover is judged apart. */
export function trafficOf(
  mapped: { rule: MatchedRule },
  objects: Omit<NamedObjects, "applications">,
): Traffic[] {
  return trafficReader(objects)(mapped);
}

/** `trafficOf` many rules, which may share their lists of addresses. */
export function trafficReader(
  objects: Omit<NamedObjects, "applications">,
): (mapped: { rule: MatchedRule }) => Traffic[] {
  const addresses = addressReader(objects.addresses);
  const services = serviceReader(objects.services);
  return ({ rule }) => {
    const source = addresses(rule.source, false).possibly;
    const destination = addresses(rule.destination, false).possibly;
    const families = FAMILIES.filter((family) => source[family].length > 0 && destination[family].length > 0);
    return rule.application.flatMap((application) => {
      const ports = services(rule.service, application).possibly;
      return families.map((family) => ({
        application,
        family,
        box: { source: source[family], destination: destination[family], ports },
      }));
    });
  };
}
