import { applicationNamed } from "./custom-applications";
import {
  HOLD_TAG,
  cidrNamed,
  isAddressGroupName,
  isApplicationName,
  isQuarantineRuleName,
  isRuleName,
  isServiceName,
  ownerTag,
} from "./names";
import type { FoundAddress, FoundAddressGroup, FoundApplication, FoundService } from "../panos/entries";
import { addressGroupHash, addressHash, applicationHash, serviceHash } from "./hashes";
import type { PolicyObjects } from "./objects";

/**
 * Whether a rule is this stack's: its tag *and* a name that we can have given. A rule with our tag and
 * another name is an administrator's clone, one with our name and no tag is theirs to keep.
 */
export function ownsRule(ownerId: string, rule: { name: string; tag: readonly string[] }): boolean {
  return rule.tag.includes(ownerTag(ownerId)) && isOurRuleName(rule.name, ownerId);
}

function isOurRuleName(name: string, ownerId: string): boolean {
  return isRuleName(name) || isQuarantineRuleName(name, ownerId);
}

/** Whether a service object is this stack's. */
export function ownsService(ownerId: string, service: { name: string; tag: readonly string[] }): boolean {
  return service.tag.includes(ownerTag(ownerId)) && isServiceName(service.name, ownerId);
}

/** Whether an address object is this stack's. */
export function ownsAddress(ownerId: string, address: { name: string; tag: readonly string[] }): boolean {
  return address.tag.includes(ownerTag(ownerId)) && cidrNamed(address.name, ownerId) !== undefined;
}

/** Whether an address group is this stack's. */
export function ownsAddressGroup(ownerId: string, group: { name: string; tag: readonly string[] }): boolean {
  return group.tag.includes(ownerTag(ownerId)) && isAddressGroupName(group.name, ownerId);
}

/**
 * Whether a custom application is this stack's. Sources disagree whether PAN-OS keeps tags on applications,
 * so its description starts with the tag instead.
 */
export function ownsApplication(
  ownerId: string,
  application: { name: string; description: string },
): boolean {
  return (
    isApplicationName(application.name, ownerId) &&
    application.description.startsWith(`${ownerTag(ownerId)}:`)
  );
}

/**
 * Whether a service object is one that we declare, with everything but our tag. Our rules may go on using
 * it; one that says something else by now would make them mean something else.
 * @param declared the hash of what is declared
 */
export function isOurServiceUntagged(ownerId: string, service: FoundService, declared: string): boolean {
  const tag = ownerTag(ownerId);
  if (service.tag.includes(tag) || !isServiceName(service.name, ownerId)) return false;
  return serviceHash({ ...service, tag: [tag] }) === declared;
}

/** The same for an address object. */
export function isOurAddressUntagged(ownerId: string, address: FoundAddress, declared: string): boolean {
  const tag = ownerTag(ownerId);
  if (address.tag.includes(tag) || cidrNamed(address.name, ownerId) === undefined) return false;
  return addressHash({ ...address, tag: [tag] }) === declared;
}

/** The same for an address group. */
export function isOurAddressGroupUntagged(
  ownerId: string,
  group: FoundAddressGroup,
  declared: string,
): boolean {
  const tag = ownerTag(ownerId);
  if (group.tag.includes(tag) || !isAddressGroupName(group.name, ownerId)) return false;
  return addressGroupHash({ ...group, tag: [tag] }) === declared;
}

/**
 * Whether a custom application is one that we declare, under another description: it no longer says whose it
 * is, but our rules may go on using it.
 * @param declared the hash of what is declared
 */
export function isOurApplicationUnmarked(
  ownerId: string,
  application: FoundApplication,
  declared: string,
): boolean {
  const ours = applicationNamed(application.name, ownerId);
  if (ours === undefined || ownsApplication(ownerId, application)) return false;
  return applicationHash({ ...application, description: ours.description }) === declared;
}

/**
 * Objects as they are with our mark put back on those of these names: for what they say, whoever has taken it off.
 */
export function withMarks(
  ownerId: string,
  names: ReadonlySet<string>,
  objects: PolicyObjects,
): PolicyObjects {
  const tag = ownerTag(ownerId);
  const marked = <T extends { name: string }>(found: ReadonlyMap<string, T>, mark: (object: T) => T) =>
    new Map([...found].map(([name, object]) => [name, names.has(name) ? mark(object) : object]));
  const tagged = <T extends { name: string; tag: string[] }>(found: ReadonlyMap<string, T>) =>
    marked(found, (object) => ({ ...object, tag: [tag] }));
  return {
    ...objects,
    rules: tagged(objects.rules),
    addresses: tagged(objects.addresses),
    addressGroups: tagged(objects.addressGroups),
    services: tagged(objects.services),
    applications: marked(objects.applications, (application) => {
      const ours = applicationNamed(application.name, ownerId);
      return { ...application, ...(ours !== undefined && { description: ours.description }) };
    }),
  };
}

/** Whether an administrator has pulled the emergency brake on a rule: it stays as that person left it. */
export function isHeld(rule: { tag: readonly string[] }): boolean {
  return rule.tag.includes(HOLD_TAG);
}

/** Whether a rule carries this stack's tag under a name that we never give: somebody's clone. */
export function carriesForeignName(ownerId: string, rule: { name: string; tag: readonly string[] }): boolean {
  return rule.tag.includes(ownerTag(ownerId)) && !isOurRuleName(rule.name, ownerId);
}

/** What every run says of a rule on hold. */
export function heldMessage(name: string, firewall: string): string {
  return `rule ${name} on ${firewall} is on hold (tag ${HOLD_TAG}): it is left as it is`;
}

/** What a run says of an object that carries our tag under a name that we never give. */
export function strayMessage(name: string, firewall: string): string {
  return `${name} on ${firewall} carries this stack's tag under a name that isn't ours: it is left alone`;
}

/** The refusal to take an object that somebody else made under a name of ours. */
export function notOurs(kind: string, name: string, firewall: string, tags: readonly string[]): string {
  return (
    `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind} named ${name} exists on ${firewall} and is not this stack's ` +
    `(its tags: ${tags.join(", ") || "none"}). Rename or remove it there, then run again`
  );
}

/** Names of what is this stack's in a configuration. */
export interface OwnObjects {
  rules: string[];
  addresses: string[];
  addressGroups: string[];
  services: string[];
  applications: string[];
  tags: string[];
  /** Rules that are this stack's but held. They are among `rules` too. */
  held: string[];
  /** Rules, addresses, groups and services with our tag under a name that isn't ours: reported, never touched. */
  strays: string[];
}

/** Sorts out what is this stack's. */
export function ownObjects(ownerId: string, objects: PolicyObjects): OwnObjects {
  const tag = ownerTag(ownerId);
  const rules = [...objects.rules.values()];
  const addresses = [...objects.addresses.values()];
  const addressGroups = [...objects.addressGroups.values()];
  const services = [...objects.services.values()];
  const own = rules.filter((rule) => ownsRule(ownerId, rule));
  const foreign = [
    ...rules.filter((rule) => !ownsRule(ownerId, rule)),
    ...addresses.filter((address) => !ownsAddress(ownerId, address)),
    ...addressGroups.filter((group) => !ownsAddressGroup(ownerId, group)),
    ...services.filter((service) => !ownsService(ownerId, service)),
  ];
  return {
    rules: own.map(({ name }) => name),
    addresses: addresses.filter((address) => ownsAddress(ownerId, address)).map(({ name }) => name),
    addressGroups: addressGroups.filter((group) => ownsAddressGroup(ownerId, group)).map(({ name }) => name),
    services: services.filter((service) => ownsService(ownerId, service)).map(({ name }) => name),
    applications: [...objects.applications.values()]
      .filter((application) => ownsApplication(ownerId, application))
      .map(({ name }) => name),
    tags: objects.tags.has(tag) ? [tag] : [],
    held: own.filter(isHeld).map(({ name }) => name),
    strays: foreign.filter((object) => object.tag.includes(tag)).map(({ name }) => name),
  };
}
