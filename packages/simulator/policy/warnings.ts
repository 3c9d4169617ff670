import { References } from "../schema/references";
import type { Beside } from "../schema/references";
import type { XmlElement } from "../xml/element";
import { contains } from "./addresses";
import type { PortRange } from "./ports";
import type { Content } from "./content";
import { policyRules } from "./rules";
import type { AddressSet, PolicyRule } from "./rules";

/** What a successful commit remarks on: rules that can never match, applications that miss another. */
export function policyWarnings(config: XmlElement, beside: Beside): string[] {
  const lines: string[] = [];
  for (const device of config.child("devices")?.entries() ?? []) {
    for (const vsys of device.child("vsys")?.entries() ?? []) {
      const references = new References(config, vsys.name, undefined, beside);
      const rules = policyRules(vsys.at("rulebase", "security", "rules")?.entries() ?? [], references).filter(
        (rule) => !rule.disabled,
      );
      lines.push(...shadows(rules), ...missingDependencies(rules, beside.content));
    }
  }
  return lines;
}

function shadows(rules: PolicyRule[]): string[] {
  const lines: string[] = [];
  rules.forEach((below, index) => {
    const above = rules.slice(0, index).find((rule) => shadowsRule(rule, below));
    if (above) lines.push(`Security Policy: - Rule '${above.name}' shadows rule '${below.name}'`);
  });
  return lines;
}

/** Whether every flow that `below` could take is taken by `above` already. */
function shadowsRule(above: PolicyRule, below: PolicyRule): boolean {
  return (
    above.conditions.size === 0 &&
    (above.type === "universal" || above.type === below.type) &&
    zonesCover(above.from, below.from) &&
    zonesCover(above.to, below.to) &&
    applicationsCover(above, below) &&
    servicesCover(above, below) &&
    addressesCover(above.source, below.source) &&
    addressesCover(above.destination, below.destination)
  );
}

function zonesCover(outer: Set<string>, inner: Set<string>): boolean {
  return outer.has("any") || [...inner].every((zone) => outer.has(zone));
}

function applicationsCover(outer: PolicyRule, inner: PolicyRule): boolean {
  if (outer.application === "any") return true;
  if (inner.application === "any") return false;
  const { application } = outer;
  return [...inner.application.keys()].every((name) => application.has(name));
}

function servicesCover(outer: PolicyRule, inner: PolicyRule): boolean {
  if (outer.service === "any") return true;
  if (inner.service === "any") return false;
  if (outer.service === "application-default") {
    if (inner.service === "application-default")
      return outer.application === "any" || inner.application !== "any";
    if (inner.application === "any") return false;
    const places = [...inner.application.values()].flat().filter((place) => place.kind === "port");
    return inner.service.every(({ protocol, ports }) =>
      ports.every((range) => coversPorts(places, protocol, range)),
    );
  }
  const { service: covering } = outer;
  if (inner.service === "application-default") {
    if (inner.application === "any") return false;
    return [...inner.application.values()]
      .flat()
      .every(
        (place) =>
          place.kind === "port" && place.ports.every((range) => coversPorts(covering, place.protocol, range)),
      );
  }
  return inner.service.every(({ protocol, ports }) =>
    ports.every((range) => coversPorts(covering, protocol, range)),
  );
}

function coversPorts(
  services: { protocol: string; ports: PortRange[] }[],
  protocol: string,
  range: PortRange,
): boolean {
  return services.some(
    (service) =>
      service.protocol === protocol &&
      service.ports.some(({ low, high }) => low <= range.low && range.high <= high),
  );
}

function addressesCover(outer: AddressSet, inner: AddressSet): boolean {
  if (outer.any) return true;
  if (inner.any || inner.negate || outer.negate) return false;
  return (
    inner.unknown.every((name) => outer.unknown.includes(name)) &&
    inner.ranges.every((range) => outer.ranges.some((candidate) => contains(candidate, range)))
  );
}

function missingDependencies(rules: PolicyRule[], content: Content): string[] {
  const allowed = new Set<string>();
  let anyAllowed = false;
  for (const rule of rules) {
    if (rule.action !== "allow") continue;
    if (rule.application === "any") anyAllowed = true;
    else for (const name of rule.application.keys()) allowed.add(name);
  }
  if (anyAllowed) return [];
  return rules.flatMap((rule) => {
    if (rule.action !== "allow" || rule.application === "any") return [];
    return [...rule.application.keys()].flatMap((name) => {
      return (content.application(name)?.needs ?? [])
        .filter((needed) => !allowed.has(needed))
        .map(
          (needed) =>
            `Rule '${rule.name}' application dependency warning: Application '${name}' requires '${needed}' be allowed`,
        );
    });
  });
}
