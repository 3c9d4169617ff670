/**
 * What a rule of ours on a firewall can have been made as, by its name and the settings. Where AWS can't be read nothing
 * else tells, and what somebody has opened by hand must not become what is declared.
 */
import { applicationNamed, applicationsInside } from "../../declaration/custom-applications";
import {
  marksIn,
  policyMark,
  quarantinePartIn,
  ruleNamed,
  serviceName,
  zoneMark,
} from "../../declaration/names";
import { normalised, portsInName, trafficOf, type Traffic } from "../../lib/net/protocols";
import { listed } from "../../lib/text";
import { APPLICATION_DEFAULT } from "../../mapping/objects";
import { isolatingRule } from "../../mapping/quarantine-rules";
import { applicationsAlone, isWithinPorts } from "../../mapping/rules";
import type { MappingOptions } from "../../mapping/types";
import type { FoundRule, SecurityRule } from "../../panos/policy";
import { within } from "./within";

/** Who or what a rule is about where it says nothing of it. */
export const ANY = "any";

type Zones = readonly [from: string, to: string];

/** What of the settings a rule is made with. */
export type Making = Pick<
  MappingOptions,
  | "ownerId"
  | "trustZone"
  | "untrustZone"
  | "zones"
  | "policies"
  | "profileGroup"
  | "logSetting"
  | "quarantine"
>;

/**
 * A permission's rule as it is found, with zones, applications, services and profiles as its name and the settings say
 * them; members of its ends are as found.
 * @returns undefined where it lets through what no name says, and what it was made as can't be known
 */
export function asMade(found: FoundRule, options: Making): SecurityRule | undefined {
  const [zones, match] = [zonesOf(found, options), matchOf(found, options.ownerId)];
  // No rule of ours is made with an end that is everything: that is a block.
  const isOpen = found.source.includes(ANY) || found.destination.includes(ANY);
  if (zones === undefined || match === undefined || isOpen) return undefined;
  const { name, description, tag, source, destination } = found;
  const [from, to] = zones;
  return {
    ...{ name, description, tag, from: [from], to: [to], source, destination, ...match },
    action: "allow",
    ...profilesOf(found, options),
  };
}

/**
 * A rule about isolated instances with those that it has, and everything else as it is made.
 * @param near what stands for those
 * @returns undefined where it would let through whom the settings don't name, or to everything
 */
export function isolatingAsMade(found: FoundRule, near: string[], options: Making): SecurityRule | undefined {
  const part = quarantinePartIn(found.name) ?? "in";
  const named = options.quarantine?.responders ?? [];
  const responders = found.source.flatMap((member) => within(member, named));
  if (part === "responders" && (responders.length === 0 || near.includes(ANY))) return undefined;
  return isolatingRule(part, { who: found.description, members: near, responders }, options);
}

/** What is said of rules that stay nowhere because nobody knows what they were. */
export function openedText(names: readonly string[]): string {
  return (
    `${listed(names)}: not kept, because somebody has changed them by hand so that they let through what none of ours ` +
    "does, and what they were isn't known"
  );
}

/** Where a rule has its instances: packets of an egress permission come from them. */
export function nearEnd(name: string): "source" | "destination" {
  return ruleNamed(name)?.direction === "egress" ? "source" : "destination";
}

export function farEnd(name: string): "source" | "destination" {
  return nearEnd(name) === "source" ? "destination" : "source";
}

/** The zones that a name's mark stands for, or that one without a mark has. */
function zonesOf({ name, from, to }: FoundRule, options: Making): Zones | undefined {
  const { trustZone, untrustZone, zones = {} } = options;
  const marks = marksIn(name);
  const [one = ANY, other = ANY] = [from[0], to[0]];
  const isPair = from.length === 1 && to.length === 1 && one !== ANY && other !== ANY;
  // A hash of the whole doesn't tell them apart.
  if (marks === "short") return isPair ? [one, other] : undefined;
  if (marks.zones === undefined) {
    return nearEnd(name) === "source" ? [trustZone, untrustZone] : [untrustZone, trustZone];
  }
  if (isPair && zoneMark([one, other]) === marks.zones) return [one, other];
  const named = [zones.subnets, zones.vpcs, zones.tags, zones.sources].flatMap((each) =>
    Object.values(each ?? {}),
  );
  const all = [...new Set([trustZone, untrustZone, ...named])];
  return all.flatMap((a) => all.map((b): Zones => [a, b])).find((pair) => zoneMark(pair) === marks.zones);
}

/** What a name says of ports and protocol: an application narrows ports, and never widens them. */
function matchOf(
  { name, application, service }: FoundRule,
  ownerId: string,
): Pick<SecurityRule, "application" | "service"> | undefined {
  const { protocol, first = -1, second } = ruleNamed(name) ?? {};
  const isDefault = service.join() === APPLICATION_DEFAULT;
  // A hash stands for the traffic.
  if (protocol === undefined) return service.includes(ANY) ? undefined : { application, service };
  const traffic = trafficNamed(protocol, first, second);
  if (traffic === undefined) return undefined;
  switch (traffic.protocol) {
    case "all":
      return { application, service };
    case "tcp":
    case "udp": {
      const exact = serviceName(ownerId, traffic.protocol, portsInName(traffic));
      const isExact = isDefault && application.every((each) => isWithinPorts(each, traffic));
      return { application, service: [isExact ? APPLICATION_DEFAULT : exact] };
    }
    case "icmp":
    case "icmpv6":
    case "ip": {
      const own = applicationsAlone(traffic, ownerId);
      const ours = application.flatMap((each) => applicationNamed(each, ownerId) ?? []);
      const may = new Set([...own, ...applicationsInside(traffic, ours)]);
      const common = application.filter((each) => may.has(each));
      return { application: common.length > 0 ? common : own, service: [APPLICATION_DEFAULT] };
    }
  }
}

function trafficNamed(protocol: string, first: number, second: number | undefined): Traffic | undefined {
  if (protocol === "all") return { protocol };
  if (protocol === "ip")
    return trafficOf(normalised({ ipProtocol: String(first), fromPort: -1, toPort: -1 }));
  const last = second ?? (protocol === "tcp" || protocol === "udp" ? first : -1);
  return trafficOf(normalised({ ipProtocol: protocol, fromPort: first, toPort: last }));
}

/** The settings', by the policy that a name's mark stands for; as found where they have it no longer. */
function profilesOf(found: FoundRule, options: Making): Pick<SecurityRule, "profileGroup" | "logSetting"> {
  const marks = marksIn(found.name);
  const policy =
    marks === "short" ? undefined : options.policies?.find(({ tag }) => policyMark(tag) === marks.policy);
  const isUnknown = marks === "short" || (marks.policy !== undefined && policy === undefined);
  const profileGroup = isUnknown ? found.profileGroup : (policy?.profileGroup ?? options.profileGroup);
  const logSetting = isUnknown ? found.logSetting : (policy?.logSetting ?? options.logSetting);
  return {
    ...(profileGroup !== undefined && { profileGroup }),
    ...(logSetting !== undefined && { logSetting }),
  };
}
