/** What is to be declared of a policy: rules, the objects that they name, and what is registered with those. */
import { NO_CONTENT, type PolicyContent } from "../declaration/declaration";
import {
  addressGroupsOf,
  applicationsOf,
  prefixListGroupsOf,
  prefixListObjects,
  registrationsOf,
  servicesOf,
} from "../mapping";
import type { MappedRule, Policy } from "../mapping/types";
import type { FirewallSettings } from "../settings/types";

/** Rules of a policy, and the objects that they name. */
export function contentOf(
  rules: MappedRule[],
  { addressGroups, isolation }: Pick<Policy, "addressGroups" | "isolation">,
  ownerId: string,
): PolicyContent {
  const lists = prefixListObjects(prefixListGroupsOf(rules), ownerId);
  return {
    ...NO_CONTENT,
    rules: [...rules.map(({ rule }) => rule), ...(isolation?.rules ?? [])],
    addresses: lists.addresses,
    addressGroups: [
      ...addressGroupsOf(rules, addressGroups).map(({ group }) => group),
      ...(isolation?.addressGroup ? [isolation.addressGroup] : []),
      ...lists.addressGroups,
    ],
    services: servicesOf(rules, ownerId),
    applications: applicationsOf(rules, ownerId),
  };
}

/** What has to be registered for rules of a policy, by tag; undefined where rules name addresses. */
export function registrationsFor(
  rules: MappedRule[],
  { addressGroups, isolation }: Pick<Policy, "addressGroups" | "isolation">,
  { mapping }: Pick<FirewallSettings, "mapping">,
): Record<string, string[]> | undefined {
  if (mapping.destinations !== "dynamic") return undefined;
  const { memberTag, members = [] } = isolation ?? {};
  return {
    ...registrationsOf(addressGroupsOf(rules, addressGroups)),
    ...(memberTag !== undefined && { [memberTag]: members }),
  };
}
