/** Drift's facts of one firewall. Pure: the same plan gives the same facts. */
import { isMemberTag, ownerTag } from "../../declaration/names";
import { foundDeclaration, placedHash } from "../../declaration/declaration";
import { eachPart, kindOf, PARTS, type Part } from "../../declaration/kinds/index";
import type { Named } from "../../declaration/kinds/kind";
import { ruleHash } from "../../declaration/kinds/rule";
import { firewallIdentity } from "../../provider/session/identity";
import { uncommittedBy } from "../../declaration/journal";
import { ruleAsTaken, type PolicyObjects } from "../../declaration/objects";
import { hasLostTag, ownObjects } from "../../declaration/ownership";
import { placesOf, type Places } from "../../declaration/placement";
import { declaredRegistrations } from "../../declaration/registrations";
import type { ReviewedPlan } from "../../plan/plan-file";
import type { Configuration, DriftFacts } from "./facts";
import type { CommitMade } from "./types";

/** So many commits are shown. */
const MOST_COMMITS = 5;

/** The facts of a firewall; undefined where drift was not searched for. */
export function driftFacts({ firewall, state, ...plan }: ReviewedPlan): DriftFacts | undefined {
  const { candidate, running, registered = [{ found: [] }], drift } = state;
  if (drift === undefined || candidate.objects === undefined) return undefined;
  const { ownerId, cleanupRule } = firewall.declared;
  const places = placesOf(cleanupRule, firewall.mapping.quarantine?.before);
  const configurations = {
    running: configuration(ownerId, places, running.objects),
    candidate: configuration(ownerId, places, candidate.objects),
  };
  return {
    firewall: firewallIdentity(firewall.declared),
    ...configurations,
    ...(plan.registrations && {
      registrations: { registered, declared: declaredRegistrations(plan.registrations) },
    }),
    members: running.rulebase.taggedAddresses.flatMap(({ name, tag: tags }) => {
      const tag = tags.find((each) => isMemberTag(each, ownerId));
      return tag === undefined ? [] : [{ name, tag }];
    }),
    hits: drift.hits,
    ...(drift.pushes && { pushes: drift.pushes }),
    uncommittedBy: uncommittedBy(drift.changes, firewall.connection, ownNames(Object.values(configurations))),
    commits: drift.jobs
      .filter(({ type, result }) => type === "Commit" && result === "OK")
      .slice(0, MOST_COMMITS)
      .map(({ id, user, finished }): CommitMade => ({ job: id, by: user, ended: finished })),
  };
}

/** Names of what is this stack's in one of the configurations, or carries its tag. */
function ownNames(configurations: readonly Configuration[]): Record<Part, Set<string>> {
  return eachPart(
    (kind) =>
      new Set(
        configurations.flatMap(({ found, strays, lost }) => [
          ...Object.keys(found[kind]),
          ...(kind === "rules" ? lost : []),
          ...strays.flatMap(({ part, name }) => (part === kind ? [name] : [])),
        ]),
      ),
  );
}

function configuration(ownerId: string, places: Places, objects: PolicyObjects): Configuration {
  const own = ownObjects(ownerId, objects);
  const tag = ownerTag(ownerId);
  const order = [...objects.rules.values()];
  const lost = order.filter((rule) => hasLostTag(ownerId, rule)).map(({ name }) => name);
  const isShown = (rule: { name: string; tag: string[] }) =>
    rule.tag.includes(tag) || lost.includes(rule.name);
  const strays = new Set(own.strays);
  const found = foundDeclaration(ownerId, places, objects);
  return {
    found,
    rules: order.filter(isShown).map(({ name }) => ruleAsTaken(objects, name)!),
    lost,
    placed: own.rules.filter(
      (name) => found.rules[name] === placedHash(ruleHash(ruleAsTaken(objects, name)!), true),
    ),
    held: own.held,
    strays: PARTS.flatMap((part) =>
      [...objects[part].values()]
        .filter((object) => strays.has(object.name) && "tag" in object && object.tag.includes(tag))
        .map(({ name }) => ({ part, name })),
    ),
    values: eachPart((part) => (part === "rules" ? {} : values(part, own[part], objects))),
    foreign: eachPart((part) => {
      const ours = new Set(own[part]);
      return [...objects[part].keys()].filter((name) => !ours.has(name));
    }),
  };
}

function values(part: Part, names: readonly string[], objects: PolicyObjects): Record<string, string[]> {
  const found: ReadonlyMap<string, Named> = objects[part];
  const said = (name: string) => kindOf(part).says(found.get(name)!);
  return Object.fromEntries(names.map((name) => [name, said(name).filter((text) => text !== "")]));
}
