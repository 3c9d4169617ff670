/** Security rules, ours and other people's, with what their names stand for. */
import type { RulebaseRule } from "../panos/policy";
import { mayMean, namedApplications, surelyMeans } from "./application-names";
import type { NamedApplications } from "./application-names";
import { meets, without } from "../lib/net/boxes";
import type { Box, Traffic } from "../lib/net/boxes";
import { once } from "../lib/once";
import type { IntervalSet } from "../lib/net/intervals";
import { APPLICATION_DEFAULT, addressReader, serviceReader } from "./objects";
import type { AddressSet, Bounds } from "./bounds";
import type { NamedObjects } from "./own-traffic";

/** A rule, its names resolved once for all of ours. */
export interface ResolvedRule {
  rule: RulebaseRule;
  name: string;
  index: number;
  allows: boolean;
  matches: (application: string) => boolean;
  applications: NamedApplications;
  source: Bounds<AddressSet>;
  destination: Bounds<AddressSet>;
  ports: (application: string) => Bounds<IntervalSet>;
  /** Of whatever application; undefined: they depend on it. */
  fixedPorts: Bounds<IntervalSet> | undefined;
}

/** Resolves the names of a rule. @param objects what they stand for */
export function resolved(
  rule: RulebaseRule,
  index: number,
  allows: boolean,
  objects: NamedObjects,
): ResolvedRule {
  return resolver(objects)(rule, index, allows);
}

/** Resolves the names of many rules, each name and each list of names once. */
export function resolver(
  objects: NamedObjects,
): (rule: RulebaseRule, index: number, allows: boolean) => ResolvedRule {
  const addresses = addressReader(objects.addresses);
  const services = serviceReader(objects.services);
  const named = once(
    (names: readonly string[]) => namedApplications(names, objects.applications),
    JSON.stringify,
  );
  return (rule, index, allows) => {
    const applications = named(rule.application);
    const isFixed = !rule.service.includes(APPLICATION_DEFAULT);
    const fixedPorts = isFixed ? services(rule.service, "any") : undefined;
    return {
      rule,
      name: rule.name,
      index,
      allows,
      matches: (application) =>
        allows ? surelyMeans(applications, application) : mayMean(applications, application),
      applications,
      source: addresses(rule.source, rule.negateSource),
      destination: addresses(rule.destination, rule.negateDestination),
      ports: (application) => fixedPorts ?? services(rule.service, application),
      fixedPorts,
    };
  };
}

/** Beyond so many pieces left over, a rule is no neat combination of others: it stays needed. */
const MAX_PIECES = 256;

/** Takes what rules surely allow off some traffic, from the top of the rulebase. */
export function takeOff(
  { application, family, box }: Traffic,
  theirs: ResolvedRule[],
): { left: Box[]; allowedBy: ResolvedRule[]; deniedBy: ResolvedRule[] } {
  let left = [box];
  const allowedBy: ResolvedRule[] = [];
  const deniedBy: ResolvedRule[] = [];
  for (const rule of theirs) {
    if (left.length === 0) break;
    if (!rule.matches(application)) continue;
    const bound = rule.allows ? "surely" : "possibly";
    const taken: Box = {
      source: rule.source[bound][family],
      destination: rule.destination[bound][family],
      ports: rule.ports(application)[bound],
    };
    if (!left.some((piece) => meets(piece, taken))) continue;
    if (rule.allows) {
      allowedBy.push(rule);
      if (left.length <= MAX_PIECES) left = left.flatMap((piece) => without(piece, taken));
    } else {
      deniedBy.push(rule);
    }
  }
  return { left, allowedBy, deniedBy };
}

/** PAN-OS documentation: intrazone rules match within a zone, interzone rules between two, universal both. */
export function matchesZones(
  rule: Pick<RulebaseRule, "from" | "to" | "ruleType">,
  from: string,
  to: string,
): boolean {
  const names = (zones: string[], zone: string) => zones.includes("any") || zones.includes(zone);
  if (rule.ruleType === "intrazone") return from === to && names(rule.from, from);
  if (rule.ruleType === "interzone" && from === to) return false;
  return names(rule.from, from) && names(rule.to, to);
}
