import { contains } from "./addresses";
import type { AddressRange } from "./addresses";
import { defaultPlaces, isAt } from "./applications";
import type { References } from "../schema/references";
import type { AddressSet, PolicyRule } from "./rules";

/** A packet's facts as `test security-policy-match` takes them; what is undefined stands for anything. */
export interface Flow {
  from: string | undefined;
  to: string | undefined;
  source: AddressRange | undefined;
  destination: AddressRange | undefined;
  /** IP protocol number. */
  protocol: number;
  port: number;
  application: string | undefined;
  user: string | undefined;
  category: string | undefined;
}

/** Whether a rule takes a flow, disabled rules never. */
export function takes(rule: PolicyRule, flow: Flow, references: References): boolean {
  return (
    !rule.disabled &&
    zonesTake(rule, flow) &&
    addressesTake(rule.source, flow.source) &&
    addressesTake(rule.destination, flow.destination) &&
    applicationTakes(rule, flow) &&
    serviceTakes(rule, flow, references) &&
    conditionsTake(rule, flow)
  );
}

function zonesTake(rule: PolicyRule, { from, to }: Flow): boolean {
  const has = (zones: Set<string>, zone: string | undefined): boolean =>
    zones.has("any") || zone === undefined || zones.has(zone);
  if (!has(rule.from, from) || !has(rule.to, to)) return false;
  if (from === undefined || to === undefined || rule.type === "universal") return true;
  return rule.type === "intrazone" ? from === to : from !== to;
}

/** Whether an address lies in a set; nothing given lies in every one. */
export function addressesTake(set: AddressSet, address: AddressRange | undefined): boolean {
  if (set.any || address === undefined) return true;
  return set.ranges.some((range) => contains(range, address)) !== set.negate;
}

function applicationTakes(rule: PolicyRule, { application }: Flow): boolean {
  // Without an application the device shows what could match before it has recognised one.
  return rule.application === "any" || application === undefined || rule.application.has(application);
}

function serviceTakes(rule: PolicyRule, flow: Flow, references: References): boolean {
  const { protocol, port } = flow;
  if (rule.service === "any") return true;
  if (rule.service !== "application-default") {
    return rule.service.some(
      (service) =>
        NUMBERS[service.protocol] === protocol &&
        service.ports.some(({ low, high }) => low <= port && port <= high),
    );
  }
  if (flow.application !== undefined) {
    const places = rule.application === "any" ? undefined : rule.application.get(flow.application);
    return (places ?? defaultPlaces(flow.application, references)).some((place) =>
      isAt(place, protocol, port),
    );
  }
  if (rule.application === "any") return true;
  return [...rule.application.values()].some((places) => places.some((place) => isAt(place, protocol, port)));
}

const NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

function conditionsTake(rule: PolicyRule, flow: Flow): boolean {
  for (const [tag, values] of rule.conditions) {
    const given = tag === "source-user" ? flow.user : tag === "category" ? flow.category : undefined;
    if (given !== undefined && !values.has(given)) return false;
    // A flow of no known user is not one of the users a rule names.
    if (tag === "source-user" && given === undefined && !values.has("unknown")) return false;
  }
  return true;
}
