import { createHash } from "node:crypto";
import { addressSet, asSet, canonicalAddress } from "../panos/entries";
import type {
  FoundAddress,
  FoundAddressGroup,
  FoundApplication,
  FoundRule,
  FoundService,
} from "../panos/entries";
import type { Address, AddressGroup, Application, SecurityRule, Service, Tag } from "../panos/policy";
import { escapeXml } from "../panos/xml";

// What two objects must have in common to say the same to PAN-OS. Hashes of it are what the state keeps and
// what declared, staged and running are compared by.

/** A hash of what a rule says; order, case and duplicates that mean nothing to PAN-OS don't change it. */
export function ruleHash(rule: SecurityRule | FoundRule): string {
  return hash([
    rule.name,
    spaced(rule.description),
    asSet(rule.tag),
    asSet(rule.from),
    asSet(rule.to),
    addressSet(rule.source),
    addressSet(rule.destination),
    asSet(rule.application),
    asSet(rule.service),
    rule.action,
    rule.profileGroup ?? "",
    rule.logSetting ?? "",
    "extras" in rule ? rule.extras : rule.logStart === true ? ["log-start: yes"] : [],
  ]);
}

/** A hash of what a service object says. */
export function serviceHash(service: Service | FoundService): string {
  return hash([service.name, service.protocol, service.port, asSet(service.tag)]);
}

/** A hash of what a custom application says. */
export function applicationHash(application: Application | FoundApplication): string {
  const { name, description, identifiedBy, number, code = null } = application;
  const extras = "extras" in application ? application.extras : [];
  return hash([name, spaced(description), identifiedBy, number, code, extras]);
}

/** A hash of what an address object says. */
export function addressHash(address: Address | FoundAddress): string {
  const extras = "extras" in address ? address.extras : [];
  return hash([address.name, canonicalAddress(address.value), asSet(address.tag), extras]);
}

/** A hash of what an address group says. */
export function addressGroupHash(group: AddressGroup | FoundAddressGroup): string {
  const extras = "extras" in group ? group.extras : [];
  const filter = "filter" in group ? group.filter.trim() : "";
  const members = "members" in group ? asSet(group.members) : [];
  return hash([group.name, filter, asSet(group.tag), extras, ...(members.length > 0 ? [members] : [])]);
}

/** A hash of what is registered: addresses by tag. A tag without addresses says nothing. */
export function registrationsHash(registrations: Record<string, readonly string[]>): string {
  const sorted = Object.entries(registrations)
    .filter(([, addresses]) => addresses.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return hash(sorted.map(([tag, addresses]) => [tag, addressSet(addresses)]));
}

/** A hash of what a tag object says. */
export function tagHash(tag: Tag): string {
  return hash([tag.name, spaced(tag.comments)]);
}

/** 72 bits of SHA-256: short enough to be kept once for every rule, long enough not to collide. */
export function hash(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 12);
}

/** What a text becomes on its way through XML and the device: no control characters, single spaces. */
function spaced(text: string): string {
  return escapeXml(text).replace(/\s+/g, " ").trim();
}
