/** Which rules of accounts that could not be read stay on a firewall as they are. */
import type { Inventory } from "../../inventory/types";
import { applicationsNamedBy } from "../../declaration/custom-applications";
import { placeOf, placesIn, withPlaces } from "../../declaration/descriptions";
import type { ANYBODY } from "../../declaration/descriptions";
import {
  addressObject,
  cidrNamed,
  isAddressGroupName,
  isQuarantineRuleName,
  ownerTag,
  quarantinePartIn,
  securityGroupIn,
  serviceNamed,
} from "../../declaration/names";
import { compareTexts } from "../../lib/order";
import type { Address, AddressGroup, FoundRule, SecurityRule, Service } from "../../panos/policy";
import { counted, listed } from "../../lib/text";
import { NO_CONTENT, type PolicyContent } from "../../declaration/declaration";
import type { PolicyObjects } from "../../declaration/objects";
import { isHeld, ownsRule } from "../../declaration/ownership";
import { ANY, asMade, farEnd, isolatingAsMade, nearEnd, openedText, type Making } from "./as-made";
import { isRevoked, mayBeListed, permissionsIn, stillPermitted, withEntriesOfToday } from "./permitted";
import { seenAddresses, united, type SeenAddresses } from "./seen-addresses";

/** What is to be declared, with the rules that stay, and what a person should know of them. */
export interface Kept {
  content: PolicyContent;
  /** One sentence each. */
  warnings: string[];
}

/**
 * Adds the rules that accounts which could not be read have on the firewall, as its running configuration has
 * them, with the objects they need. Of one that also speaks for an account that was read, what is known there
 * counts, and only the addresses that can't be known stay; where nothing is known, for what its group permits today. One
 * that doesn't say whose it is stays unless its group was read.
 * @param allowed what guardrails leave of the inventory
 */
export function withKeptRules(
  content: PolicyContent,
  { inventory, allowed }: { inventory: Inventory; allowed: Inventory },
  running: PolicyObjects,
  options: Making,
): Kept {
  const { ownerId, quarantine } = options;
  const { unread = [] } = inventory;
  if (unread.length === 0) return { content, warnings: [] };
  const missing = new Set(unread.map(placeOf));
  const groups = new Set(inventory.securityGroups.map(({ id }) => id));
  const permissions = permissionsIn(allowed);
  const known = new Map(content.rules.map((rule) => [rule.name, rule]));
  const seen = seenAddresses(inventory, missing);
  const addressGroups = withEntriesOfToday(running.addressGroups, inventory, ownerId);
  const kept: SecurityRule[] = [];
  const said: Said = { shared: [], unknown: [], narrowed: [], gone: [], opened: [] };
  const isThere = (name: string) =>
    !running.addressGroups.has(name) ||
    addressGroups.has(name) ||
    content.addressGroups.some((group) => group.name === name);
  /** Keeps a rule with what is left of its far end, and says what isn't. */
  const keep = (
    { name }: FoundRule,
    rule: SecurityRule | undefined,
    permitted: readonly string[],
    kind: "shared" | "unknown" | undefined,
  ) => {
    if (rule === undefined) return said.opened.push(name);
    const far = farEnd(name);
    const left = permitted.filter(isThere);
    const lost = rule[far].filter((member) => !left.includes(member));
    // No address at all would be every address.
    if (left.length === 0) return said.gone.push(rule.name);
    if (lost.length > 0) said.narrowed.push(`${rule.name}: ${listed(lost)}`);
    if (kind !== undefined) said[kind].push(rule.name);
    return kept.push({ ...rule, [far]: left });
  };
  for (const rule of running.rules.values()) {
    if (!ownsRule(ownerId, rule) || isHeld(rule)) continue;
    const declared = known.get(rule.name);
    if (isQuarantineRuleName(rule.name)) {
      if (quarantine?.deny !== true) continue;
      const isolating = stillIsolated(rule, declared, seen, options);
      if (isolating === undefined) said.opened.push(rule.name);
      else kept.push(...isolating);
      continue;
    }
    const places = placesIn(rule.description);
    const groupId = securityGroupIn(rule.name) ?? "";
    if (places === undefined && groups.has(groupId)) continue;
    if (places instanceof Set && [...places].every((place) => !missing.has(place))) continue;
    if (places === undefined || !groups.has(groupId)) {
      const kind = places instanceof Set ? undefined : "unknown";
      keep(rule, asMade(rule, options), rule[farEnd(rule.name)], kind);
      continue;
    }
    const unread = rule[nearEnd(rule.name)].filter(
      (address) => address !== ANY && seen.mayBeUnread(address, groupId),
    );
    if (declared === undefined && unread.length === 0) continue;
    const both = combined(rule, declared ?? asMade(rule, options), declared, unread, places);
    const permitted = permissions(groupId, rule.name);
    const isGone = permitted === undefined || isRevoked(rule, groupId, permitted);
    const far = rule[farEnd(rule.name)];
    const isListed = !isGone && mayBeListed(rule, groupId, permitted);
    const today = isGone ? [] : isListed ? far : stillPermitted(far, permitted, seen, ownerId);
    keep(rule, both, declared?.[farEnd(rule.name)] ?? today, "shared");
  }
  const names = new Set(kept.map(({ name }) => name));
  const rules = [...content.rules.filter(({ name }) => !names.has(name)), ...kept].sort((a, b) =>
    compareTexts(a.name, b.name),
  );
  return {
    content: withObjectsOf(rules, content, { ...running, addressGroups }, ownerId),
    warnings: warningsOf(kept.length, [...missing], said),
  };
}

/** Names of rules, with what is left out of those that are narrowed. */
type Said = Record<"shared" | "unknown" | "narrowed" | "gone" | "opened", string[]>;

function warningsOf(
  kept: number,
  missing: readonly string[],
  { shared, unknown, narrowed, gone, opened }: Said,
): string[] {
  const sentences: [boolean, string][] = [
    [kept > 0, `left as they are, because ${listed(missing)} can't be read: ${counted(kept, "rule")}`],
    [
      shared.length > 0,
      `${listed(shared)}: of groups that were read, with interfaces in accounts that were not. Their ` +
        "addresses there stay",
    ],
    [
      narrowed.length > 0,
      `left out of rules that stay, because it is permitted no longer: ${listed(narrowed, 20, "; and")}`,
    ],
    [
      gone.length > 0,
      `${listed(gone)}: not kept for interfaces in accounts that can't be read, because nothing of what these rules ` +
        "let through is permitted any more",
    ],
    [opened.length > 0, openedText(opened)],
    [
      unknown.length > 0,
      `${listed(unknown)}: whose they are isn't said in their descriptions. They stay, although they may be of ` +
        "groups that are gone; the next run that reads every account settles it",
    ],
  ];
  return sentences.flatMap(([isSo, sentence]) => (isSo ? [sentence] : []));
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

/** What is known of a rule now, with those of its instances' addresses on the firewall of which nothing is known. */
function combined(
  { name }: FoundRule,
  rule: SecurityRule | undefined,
  known: SecurityRule | undefined,
  unread: readonly string[],
  places: ReadonlySet<string> | typeof ANYBODY,
): SecurityRule | undefined {
  const near = nearEnd(name);
  return (
    rule && {
      ...rule,
      description: withPlaces(rule.description, places),
      [near]: known === undefined ? unread : united(known[near], unread),
    }
  );
}

/**
 * A rule about isolated instances, with those of accounts that can't be read: nobody there has released them. One that
 * denies everybody goes on doing so.
 * @returns none where nothing of it is left; undefined where it lets through what it can't have been made for
 */
function stillIsolated(
  found: FoundRule,
  known: SecurityRule | undefined,
  seen: SeenAddresses,
  options: Making,
): SecurityRule[] | undefined {
  const part = quarantinePartIn(found.name);
  const near = part === "out" ? "source" : "destination";
  const unread = found[near].filter((address) => seen.mayBeUnread(address));
  if (unread.length === 0) return known === undefined ? [] : [known];
  const rule = isolatingAsMade(found, unread, options);
  if (known === undefined || rule === undefined) return rule && [rule];
  return [{ ...known, [near]: unread.includes(ANY) ? unread : united(known[near], unread) }];
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
