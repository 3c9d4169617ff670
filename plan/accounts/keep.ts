/** Which rules of accounts that could not be read stay on a firewall as they are. */
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { applicationsNamedBy } from "../../declaration/custom-applications";
import { placeOf, placesIn, ruleIdsIn, wasCut, withPlaces } from "../../declaration/descriptions";
import type { ANYBODY } from "../../declaration/descriptions";
import {
  addressObject,
  cidrNamed,
  isAddressGroupName,
  isQuarantineRuleName,
  ownerTag,
  quarantinePartIn,
  ruleName,
  ruleNamed,
  securityGroupIn,
  serviceNamed,
  trafficIn,
} from "../../declaration/names";
import { compareTexts } from "../../lib/order";
import { normalised, portsInName, trafficOf } from "../../lib/net/protocols";
import { addressTexts } from "../../mapping/routing";
import type { Direction } from "../../mapping/types";
import { canonicalAddress, type FoundRule } from "../../panos/entries";
import type { Address, AddressGroup, SecurityRule, Service } from "../../panos/policy";
import { listed } from "../../lib/text";
import { NO_CONTENT, type PolicyContent } from "../../declaration/declaration";
import type { PolicyObjects } from "../../declaration/objects";
import { isHeld, ownsRule } from "../../declaration/ownership";

/** What is to be declared, with the rules that stay, and what a person should know of them. */
export interface Kept {
  content: PolicyContent;
  /** One sentence each. */
  warnings: string[];
}

/**
 * Adds the rules that accounts which could not be read have on the firewall, as its running configuration has
 * them, with the objects they need. Of one that also speaks for an account that was read, what is known there
 * counts, and only the addresses that can't be known stay. One that doesn't say whose it is stays unless its
 * group was read.
 * @param allowed what guardrails leave of the inventory
 * @param denies whether rules deny what goes to and from isolated instances
 */
export function withKeptRules(
  content: PolicyContent,
  { inventory, allowed }: { inventory: Inventory; allowed: Inventory },
  running: PolicyObjects,
  ownerId: string,
  denies: boolean,
): Kept {
  const { unread = [] } = inventory;
  if (unread.length === 0) return { content, warnings: [] };
  const missing = new Set(unread.map(placeOf));
  const groups = new Set(inventory.securityGroups.map(({ id }) => id));
  const permitted = permittedIn(allowed);
  const known = new Map(content.rules.map((rule) => [rule.name, rule]));
  const addresses = addressesIn(inventory);
  const kept: SecurityRule[] = [];
  const [shared, unknown]: [string[], string[]] = [[], []];
  for (const rule of running.rules.values()) {
    if (!ownsRule(ownerId, rule) || isHeld(rule)) continue;
    if (isQuarantineRuleName(rule.name)) {
      if (denies) kept.push(...stillIsolated(rule, known.get(rule.name), addresses));
      continue;
    }
    const places = placesIn(rule.description);
    const groupId = securityGroupIn(rule.name) ?? "";
    if (places === undefined && groups.has(groupId)) continue;
    if (places instanceof Set && [...places].every((place) => !missing.has(place))) continue;
    if (places === undefined || !groups.has(groupId)) {
      if (!(places instanceof Set)) unknown.push(rule.name);
      kept.push(declarable(rule));
    } else if (known.has(rule.name) || !isRevoked(rule, groupId, permitted)) {
      const both = combined(rule, known.get(rule.name), addresses, places);
      // No address at all would be every address.
      if (both[nearEnd(rule.name)].length === 0) continue;
      shared.push(rule.name);
      kept.push(both);
    }
  }
  const names = new Set(kept.map(({ name }) => name));
  const rules = [...content.rules.filter(({ name }) => !names.has(name)), ...kept].sort((a, b) =>
    compareTexts(a.name, b.name),
  );
  return {
    content: withObjectsOf(rules, content, running, ownerId),
    warnings: [
      ...(kept.length > 0
        ? [`left as they are, because ${listed([...missing])} can't be read: ${count(kept)}`]
        : []),
      ...(shared.length > 0
        ? [
            `${listed(shared)}: of groups that were read, with interfaces in accounts that were not. Their ` +
              "addresses there stay",
          ]
        : []),
      ...(unknown.length > 0
        ? [
            `${listed(unknown)}: whose they are isn't said in their descriptions. They stay, although they may be of ` +
              "groups that are gone; the next run that reads every account settles it",
          ]
        : []),
    ],
  };
}

/**
 * Rules, and the objects of ours that they name: those that are declared already, and others as their names or the
 * running configuration say them.
 */
export function withObjectsOf(
  rules: readonly SecurityRule[],
  declared: Pick<PolicyContent, "services" | "addressGroups">,
  running: PolicyObjects,
  ownerId: string,
): PolicyContent {
  return {
    ...NO_CONTENT,
    rules,
    ...addressesNamedBy(rules, declared.addressGroups, running, ownerId),
    services: servicesNamedBy(rules, declared.services, ownerId),
    applications: applicationsNamedBy(rules, ownerId),
  };
}

function count(rules: readonly unknown[]): string {
  return `${rules.length} ${rules.length === 1 ? "rule" : "rules"}`;
}

/** As it is found, without what no rule of ours has: that is mended in every run, as for other rules. */
function declarable(found: FoundRule): SecurityRule {
  const { name, description, tag, from, to, source, destination, application, service } = found;
  const { profileGroup, logSetting } = found;
  return {
    name,
    description,
    tag,
    from,
    to,
    source,
    destination,
    application,
    service,
    action: "allow",
    ...(profileGroup !== undefined && { profileGroup }),
    ...(logSetting !== undefined && { logSetting }),
  };
}

/** What is known of a rule now, with those of its instances' addresses on the firewall of which nothing is known. */
function combined(
  found: FoundRule,
  known: SecurityRule | undefined,
  addresses: ReadonlySet<string>,
  places: ReadonlySet<string> | typeof ANYBODY,
): SecurityRule {
  const near = nearEnd(found.name);
  const unseen = found[near].filter((address) => !addresses.has(canonicalAddress(address)));
  const rule = known ?? declarable(found);
  return {
    ...rule,
    description: withPlaces(rule.description, places),
    [near]: known === undefined ? unseen : [...known[near], ...unseen],
  };
}

/** A rule about isolated instances, with those of accounts that can't be read: nobody there has released them. */
function stillIsolated(
  found: FoundRule,
  known: SecurityRule | undefined,
  addresses: ReadonlySet<string>,
): SecurityRule[] {
  const part = quarantinePartIn(found.name);
  const near = part === "out" ? "source" : "destination";
  const unseen = found[near].filter((address) => !addresses.has(canonicalAddress(address)));
  if (unseen.length === 0) return known === undefined ? [] : [known];
  const rule = known ?? {
    ...declarable(found),
    action: part === "responders" ? "allow" : "deny",
    logStart: true,
  };
  return [{ ...rule, [near]: [...new Set([...(known?.[near] ?? []), ...unseen])] }];
}

/** Where a rule has its instances: packets of an egress permission come from them. */
function nearEnd(name: string): "source" | "destination" {
  return ruleNamed(name)?.direction === "egress" ? "source" : "destination";
}

/**
 * Whether all the security-group rules that a rule's description names are gone, or withheld. Only those of its own
 * group and traffic count: descriptions hold people's texts, which may look like any other rule's id.
 */
function isRevoked(
  { name, description }: Pick<FoundRule, "name" | "description">,
  groupId: string,
  permitted: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const own = permitted.get(`${groupId} ${trafficIn(name)}`);
  if (own === undefined) return true;
  // One that was cut may name more.
  return !wasCut(description) && !ruleIdsIn(description, groupId).some((id) => own.has(id));
}

/** The ids of permitted rules, by their group and what rules' names say of their traffic. */
function permittedIn({ securityGroups }: Inventory): Map<string, Set<string>> {
  const permitted = new Map<string, Set<string>>();
  const add = (groupId: string, rule: SecurityGroupRule, direction: Direction) => {
    const traffic = trafficOf(normalised(rule));
    if (traffic === undefined) return;
    const name = ruleName(groupId, traffic.protocol, portsInName(traffic), { direction });
    const key = `${groupId} ${trafficIn(name)}`;
    permitted.set(key, (permitted.get(key) ?? new Set()).add(rule.id));
  };
  for (const { id, ingress, egress = [] } of securityGroups) {
    for (const rule of ingress) add(id, rule, "ingress");
    for (const rule of egress) add(id, rule, "egress");
  }
  return permitted;
}

function addressesIn({ networkInterfaces }: Inventory): Set<string> {
  return new Set(networkInterfaces.flatMap(addressTexts).map(canonicalAddress));
}

/** The services of ours that rules name: those that are declared already, and others as their names say them. */
function servicesNamedBy(
  rules: readonly SecurityRule[],
  declared: readonly Service[],
  ownerId: string,
): Service[] {
  const services = new Map(declared.map((service) => [service.name, service]));
  for (const name of rules.flatMap(({ service }) => service)) {
    const service = services.has(name) ? undefined : serviceNamed(name, ownerId);
    if (service !== undefined) services.set(name, service);
  }
  const used = new Set(rules.flatMap(({ service }) => service));
  return [...services.values()]
    .filter(({ name }) => used.has(name))
    .sort((a, b) => compareTexts(a.name, b.name));
}

/**
 * The address groups of ours that rules name, parts before what consists of them, and their addresses. What is
 * declared now counts; a group of a list that can't be read is as the running configuration has it.
 */
function addressesNamedBy(
  rules: readonly SecurityRule[],
  declared: readonly AddressGroup[],
  running: PolicyObjects,
  ownerId: string,
): Pick<PolicyContent, "addresses" | "addressGroups"> {
  const known = new Map(declared.map((group) => [group.name, group]));
  const groups = new Map<string, AddressGroup>();
  const addresses = new Map<string, Address>();
  const add = (name: string) => {
    const cidr = cidrNamed(name, ownerId);
    if (cidr !== undefined) addresses.set(name, addressObject(ownerId, cidr));
    if (groups.has(name) || !isAddressGroupName(name, ownerId)) return;
    const found = running.addressGroups.get(name);
    const group = known.get(name) ?? (found && { name, members: found.members, tag: [ownerTag(ownerId)] });
    if (group === undefined) return;
    if ("members" in group) group.members.forEach(add);
    groups.set(name, group);
  };
  for (const { source, destination } of rules) [...source, ...destination].forEach(add);
  const sorted = <T extends { name: string }>(objects: Iterable<T>) =>
    [...objects].sort((a, b) => compareTexts(a.name, b.name));
  return { addresses: sorted(addresses.values()), addressGroups: [...groups.values()] };
}
