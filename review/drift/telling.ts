/** What a preview knows of one firewall, told to the search for drift that started it. */
import { isMemberTag, ownerTag } from "../../declaration/names";
import type { Rulebase } from "../../panos/policy";
import type { Registration } from "../../panos/registered";
import { ruleHash } from "../../declaration/hashes";
import { eachPart, foundDeclaration, placedHash } from "../../declaration/declaration";
import { firewallIdentity } from "../../provider/firewall";
import { uncommittedBy } from "../../declaration/journal";
import type { Declaration } from "../../declaration/declaration";
import { ruleAsTaken, type PolicyObjects } from "../../declaration/objects";
import { ownObjects } from "../../declaration/ownership";
import { placesOf, type Places } from "../../declaration/placement";
import { declaredRegistrations } from "../../declaration/registrations";
import type { FirewallSettings } from "../../settings/index";
import type { DriftAnswers } from "./asking";
import type { Configuration, DriftFacts } from "./facts";
import type { CommitMade } from "./types";

export interface Known extends DriftAnswers {
  firewall: FirewallSettings;
  running: PolicyObjects;
  candidate: PolicyObjects;
  rulebase: Pick<Rulebase, "taggedAddresses">;
  /** What is to be registered, by tag, and what is; undefined where rules name addresses. */
  registrations: Record<string, string[]> | undefined;
  registered: Registration[];
}

/** So many commits are told. */
const MOST_COMMITS = 5;

/** The facts of a firewall. */
export function driftFacts({ firewall, running, candidate, rulebase, ...known }: Known): DriftFacts {
  const { ownerId, cleanupRule } = firewall.declared;
  const { registrations, registered, hits, changes, jobs } = known;
  const places = placesOf(cleanupRule, firewall.mapping.quarantine?.before);
  const told = [configuration(ownerId, places, running), configuration(ownerId, places, candidate)] as const;
  return {
    firewall: firewallIdentity(firewall.declared),
    ...{ running: told[0], candidate: told[1] },
    ...(registrations && {
      registrations: { found: registered, declared: declaredRegistrations(registrations) },
    }),
    members: rulebase.taggedAddresses.flatMap(({ name, tag: tags }) => {
      const tag = tags.find((each) => isMemberTag(each, ownerId));
      return tag === undefined ? [] : [{ name, tag }];
    }),
    hits: hits instanceof Error ? { unknown: hits.message } : { counts: hits },
    uncommittedBy: uncommittedBy(changes, firewall.connection, ownNames(told)),
    commits: jobs
      .filter(({ type, result }) => type === "Commit" && result === "OK")
      .slice(0, MOST_COMMITS)
      .map(({ id, user, finished }): CommitMade => ({ job: id, by: user, ended: finished })),
  };
}

/** Names of what is this stack's in one of the configurations, or carries its tag. */
function ownNames(configurations: readonly Configuration[]): Record<keyof Declaration, Set<string>> {
  return eachPart(
    (kind) =>
      new Set(
        configurations.flatMap(({ found, strays }) => [
          ...Object.keys(found[kind]),
          ...strays.flatMap(({ part, name }) => (part === kind ? [name] : [])),
        ]),
      ),
  );
}

function configuration(ownerId: string, places: Places, objects: PolicyObjects): Configuration {
  const own = ownObjects(ownerId, objects);
  const tag = ownerTag(ownerId);
  const order = [...objects.rules.values()];
  const isTagged = (rule: { tag: string[] }) => rule.tag.includes(tag);
  const strays = new Set(own.strays);
  const found = foundDeclaration(ownerId, places, objects);
  return {
    found,
    rules: order.filter(isTagged).map(({ name }) => ruleAsTaken(objects, name)!),
    placed: own.rules.filter(
      (name) => found.rules[name] === placedHash(ruleHash(ruleAsTaken(objects, name)!), true),
    ),
    held: own.held,
    strays: PARTS.flatMap((part) =>
      [...objects[part].values()]
        .filter((object) => strays.has(object.name) && "tag" in object && object.tag.includes(tag))
        .map(({ name }) => ({ part, name })),
    ),
    values: {
      addresses: values(objects.addresses, own.addresses, ({ value, extras }) => [value, ...extras]),
      addressGroups: values(objects.addressGroups, own.addressGroups, ({ filter, members, extras }) => [
        ...(members.length > 0 ? members : [filter]),
        ...extras,
      ]),
      services: values(objects.services, own.services, ({ protocol, port }) => [`${protocol}/${port}`]),
      applications: values(objects.applications, own.applications, (found) => [
        [found.identifiedBy, found.number, ...(found.code === undefined ? [] : [found.code])].join(" "),
        ...found.extras,
      ]),
      tags: values(objects.tags, own.tags, ({ comments }) => [comments]),
    },
    foreign: eachPart((part) => {
      const ours = new Set(own[part]);
      return [...objects[part].keys()].filter((name) => !ours.has(name));
    }),
  };
}

function values<T>(
  objects: ReadonlyMap<string, T>,
  names: readonly string[],
  of: (object: T) => string[],
): Record<string, string[]> {
  return Object.fromEntries(
    names.map((name) => [name, of(objects.get(name)!).filter((text) => text !== "")]),
  );
}

const PARTS: readonly (keyof Declaration)[] = Object.keys(eachPart(() => 0)) as (keyof Declaration)[];
