/**
 * Application overrides: what a rule of theirs takes is no longer the application that it was, so a rule of ours
 * by that application lets nothing of it in. Ours then names the overriding application, on its exact service: never
 * more than AWS, whatever goes over that port.
 */
import type { ApplicationOverride, Rulebase } from "../panos/policy";
import { meets, without } from "../lib/net/boxes";
import type { Box, Traffic } from "../lib/net/boxes";
import type { AddressSet, Bounds } from "./bounds";
import { permissionLabel } from "./describe";
import { serviceName } from "../declaration/names";
import { APPLICATION_DEFAULT, addressBounds } from "./objects";
import { compareWithheld } from "./order";
import { objectsOf, trafficReader } from "./own-traffic";
import { portsInName, trafficOf as permitted } from "../lib/net/protocols";
import { matchesZones } from "./resolved-rules";
import { servicesOf } from "./rules";
import { ALL_TRAFFIC, portSet } from "./traffic";
import { EMPTY } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import type { MappedRule, Policy, Withheld } from "./types";

/**
 * A policy as a firewall's overrides let it work: rules by application name the overriding one where part of their
 * traffic may be overridden, and it alone where all of it surely is. What it is called by nobody can say is withheld.
 * @param policy what mapping made of an inventory
 */
export function withOverrides<P extends Pick<Policy, "rules" | "services" | "addressGroups" | "withheld">>(
  policy: P,
  { candidate, running }: { candidate: Rulebase; running: Rulebase },
  ownerId: string,
): P {
  const configurations = [
    running.overrides.map((override) => resolved(override, running)),
    // One that is not committed yet may name an application that isn't either: no rule of ours can name that.
    candidate.overrides
      .filter(({ application: name }) => running.applications.has(name) || !candidate.applications.has(name))
      .map((override) => resolved(override, candidate)),
  ];
  if (configurations.every((overrides) => overrides.length === 0)) return policy;
  const trafficOf = trafficReader(objectsOf(policy.rules, policy, "carriers"));
  const found = policy.rules.map((mapped) => {
    const traffic = trafficOf(mapped).filter(({ application }) => application !== "any");
    return overridden(mapped, traffic, configurations, ownerId);
  });
  const rules = found.filter((each) => "rule" in each);
  const withheld = found.filter((each): each is Withheld => !("rule" in each));
  return {
    ...policy,
    rules,
    services: servicesOf(rules, ownerId),
    withheld: [...policy.withheld, ...withheld].sort(compareWithheld),
  };
}

interface ResolvedOverride {
  override: ApplicationOverride;
  source: Bounds<AddressSet>;
  destination: Bounds<AddressSet>;
  ports: Bounds<IntervalSet>;
}

function resolved(override: ApplicationOverride, { addresses }: Rulebase): ResolvedOverride {
  const { source, negateSource, destination, negateDestination, protocol, port, unknown } = override;
  const ports = protocol === "tcp" || protocol === "udp" ? portSet(protocol, port) : undefined;
  return {
    override,
    source: addressBounds(source, negateSource, addresses),
    destination: addressBounds(destination, negateDestination, addresses),
    ports: {
      surely: ports === undefined || unknown !== undefined ? EMPTY : ports,
      possibly: ports ?? ALL_TRAFFIC,
    },
  };
}

function boxOf(override: ResolvedOverride, bound: keyof Bounds<unknown>, family: keyof AddressSet): Box {
  const { source, destination, ports } = override;
  return { source: source[bound][family], destination: destination[bound][family], ports: ports[bound] };
}

function overridden(
  mapped: MappedRule,
  traffic: readonly Traffic[],
  configurations: readonly ResolvedOverride[][],
  ownerId: string,
): MappedRule | Withheld {
  const { rule, permission } = mapped;
  const ports = permitted(permission);
  if (ports?.protocol !== "tcp" && ports?.protocol !== "udp") return mapped;
  const between = configurations.map((overrides) =>
    overrides.filter(({ override }) =>
      matchesZones({ ...override, ruleType: "universal" }, rule.from[0] ?? "any", rule.to[0] ?? "any"),
    ),
  );
  const taking = between
    .flat()
    .filter((each) => traffic.some(({ family, box }) => meets(box, boxOf(each, "possibly", family))));
  if (taking.length === 0) return mapped;
  const nameless = taking.find(({ override }) => override.application === "");
  if (nameless !== undefined) {
    const reason = `${permissionLabel(permission)} is not opened: the application override ${nameless.override.name} may take it, and doesn't say as which application.`;
    return { permission, reason };
  }
  const isWhole = between.every((overrides) =>
    traffic.every(({ family, box }) => {
      const taken = overrides.map((each) => boxOf(each, "surely", family));
      return (
        taken.reduce<Box[]>((left, each) => left.flatMap((piece) => without(piece, each)), [box]).length === 0
      );
    }),
  );
  const names = taking.map(({ override }) => override.application);
  const application = [...new Set([...(isWhole ? [] : rule.application), ...names])];
  // One on services of ours has them already, on other ports where the firewall translates them.
  const isDefault = rule.service.includes(APPLICATION_DEFAULT);
  const service = isDefault ? [serviceName(ownerId, ports.protocol, portsInName(ports))] : rule.service;
  return { ...mapped, rule: { ...rule, application, service } };
}
