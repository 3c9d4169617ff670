/** How much of a rule that is to change is in force already, for limits that hold back what opens. */
import { addressBounds } from "../../mapping/objects";
import { FAMILIES } from "../../lib/net/cidr";
import { difference } from "../../lib/net/intervals";
import type { AddressObject, FoundRule, Rulebase, SecurityRule } from "../../panos/policy";
import type { PolicyContent } from "../../declaration/declaration";

type AddressObjects = Rulebase["addresses"];

/**
 * The part of a declared rule that the running configuration lets through already: members of source and destination
 * that lie within what is there, and of two applications or services those that are there, unless the declared ones
 * are among them. Never wider than what is declared in addresses, nor wider than what is in force in anything.
 * @param found the rule as it runs
 * @param objects what its members stand for, as they run and as they are declared
 * @returns undefined: nothing of it is
 */
export function partInForce(
  wanted: SecurityRule,
  found: FoundRule,
  objects: { running: AddressObjects; declared: AddressObjects },
): SecurityRule | undefined {
  // What a person has done to it (disabled, negated) is mended as always, whoever else wants something.
  if (found.extras.length > 0) return wanted;
  const source = within(wanted.source, found.source, objects);
  const destination = within(wanted.destination, found.destination, objects);
  if (source.length === 0 || destination.length === 0) return undefined;
  const narrows =
    isAmong(wanted.application, found.application) &&
    isAmong(wanted.service, found.service) &&
    isAmong(wanted.from, found.from) &&
    isAmong(wanted.to, found.to);
  const { application, service, from, to } = narrows ? wanted : found;
  return { ...wanted, source, destination, application, service, from, to };
}

/** Whether both let the same through, as far as their members say. */
export function isSameTraffic(a: SecurityRule, b: SecurityRule): boolean {
  const traffic = ({ source, destination, application, service, from, to }: SecurityRule) =>
    JSON.stringify([source, destination, application, service, from, to]);
  return traffic(a) === traffic(b);
}

/** What the address objects and groups of a declaration stand for. */
export function declaredAddresses({
  addresses,
  addressGroups,
}: Pick<PolicyContent, "addresses" | "addressGroups">): AddressObjects {
  return new Map([
    ...addresses.map(({ name, value }): [string, AddressObject] => [name, { kind: "ip-netmask", value }]),
    ...addressGroups.map((group): [string, AddressObject] => [
      group.name,
      "members" in group
        ? { kind: "static-group", members: group.members }
        : { kind: "opaque", why: "its members are registered with the firewall" },
    ]),
  ]);
}

function within(
  members: readonly string[],
  found: readonly string[],
  { running, declared }: { running: AddressObjects; declared: AddressObjects },
): string[] {
  const there = addressBounds([...found], false, running).surely;
  return members.filter((member) => {
    // Of a dynamic group the name is all that is known, and it says whose addresses they are.
    if (declared.get(member)?.kind === "opaque") return found.includes(member);
    const { possibly } = addressBounds([member], false, declared);
    return FAMILIES.every((family) => difference(possibly[family], there[family]).length === 0);
  });
}

function isAmong(wanted: readonly string[], found: readonly string[]): boolean {
  return found.includes("any") || wanted.every((name) => found.includes(name));
}
