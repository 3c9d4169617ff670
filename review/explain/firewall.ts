/** What a firewall does with a packet: its own answer, or what the rulebase that it showed comes to. */
import { matchesZones, resolved } from "../../mapping/resolved-rules";
import { knownApplication } from "../../panos/applications";
import { parseAddress, type Family } from "../../lib/net/cidr";
import { inParallel } from "../../lib/parallel";
import { difference, overlaps as meet, setOf, size, type IntervalSet } from "../../lib/net/intervals";
import { ALL_TRAFFIC, portSet, possiblyDefault } from "../../mapping/traffic";
import type { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { policyMatch, type Packet } from "../../panos/match";
import { evaluatedRules, isOfRulebase, ruleLabel } from "../../panos/evaluated";
import type { Rulebase, RulebaseRule } from "../../panos/policy";
import { ownsRule } from "../../declaration/ownership";

/** What was learnt of a firewall. */
export type FirewallSays =
  | {
      asked: true;
      how: "policy match" | "rulebase";
      packet: Packet;
      /** The rule that takes it; undefined: none does. */
      rule?: string;
      /** allow, deny, drop, …; "" where it doesn't say. */
      action: string;
      isOurs: boolean;
      /** By the rulebase alone: rules above that may take it first, which only the firewall knows. */
      unless: string[];
      /** Why it didn't answer itself. */
      because?: string;
      /**
       * Of more than this one packet: what may do something else with others of them, by the rulebase; none: the same
       * becomes of all.
       */
      otherwise: string[];
      /** The names of all rules in force. */
      inForce: ReadonlySet<string>;
      /** Of a device group: which firewalls do this, and what the others do. */
      fleet?: { same: string[]; others: { on: string; rule: string; action: string }[] };
    }
  | { asked: false; because: string };

/** Whoever is asked; one of a device group has a name. */
export interface Device {
  name?: string;
  client: PanosClient;
}

/** One packet, and all those that are meant with it. */
export interface Question {
  packet: Packet;
  all: Ends & {
    /** Whether they may be of other applications than the packet. */
    isMixed: boolean;
  };
}

interface Ends {
  family: Family;
  source: IntervalSet;
  destination: IntervalSet;
}

/**
 * Asks a firewall, or each of a device group's: one that lets nothing in speaks for them, and the others are named.
 * @param running what it has in force, or what Panorama runs for the group
 */
export async function firewallsSay(
  devices: readonly Device[],
  running: Rulebase,
  { packet, all }: Question,
  ownerId: string,
): Promise<FirewallSays> {
  const each = await inParallel(devices, async ({ name, client }) => {
    const says = await firewallSays(client, running, packet, ownerId);
    return {
      on: name,
      says: { ...says, otherwise: otherwise(running, packet, all, says.action === "allow") },
    };
  });
  const { on, says } = each.find((one) => one.says.action !== "allow") ?? each[0]!;
  if (on === undefined) return says;
  const agrees = (one: Asked) => one.rule === says.rule && one.action === says.action;
  const others = each.filter((one) => !agrees(one.says));
  return {
    ...says,
    fleet: {
      same: each.filter((one) => agrees(one.says)).map((one) => one.on ?? ""),
      others: others.map((one) => ({
        on: one.on ?? "",
        rule: one.says.rule ?? "",
        action: one.says.action,
      })),
    },
  };
}

type Asked = Extract<FirewallSays, { asked: true }>;

/**
 * Asks a firewall which of its rules takes a packet. One that doesn't answer that is judged by its running rulebase.
 * @param running what it has in force
 */
async function firewallSays(
  client: PanosClient,
  running: Rulebase,
  packet: Packet,
  ownerId: string,
): Promise<Omit<Asked, "otherwise">> {
  const inForce = new Set(running.rules.map(({ name }) => name));
  const evaluated = evaluatedRules(running);
  const isOurs = (rule: RulebaseRule | undefined) =>
    rule !== undefined && isOfRulebase(rule) && ownsRule(ownerId, rule);
  try {
    const match = await policyMatch(client, packet);
    // Its own word for what it does; of one that says none, the rulebase's.
    const rule = evaluated.find(({ name }) => name === match?.rule);
    const action = match?.action || rule?.action || "";
    const said =
      match === undefined
        ? { isOurs: false }
        : { rule: rule === undefined ? match.rule : ruleLabel(rule), isOurs: isOurs(rule) };
    return { asked: true, how: "policy match", packet, action, unless: [], inForce, ...said };
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    const { taking, action, unless } = firstTaking(running, packet);
    const rule = typeof taking === "string" ? taking : ruleLabel(taking);
    const isOur = typeof taking !== "string" && isOurs(taking);
    const said = { rule, action, unless, isOurs: isOur, because: error.message };
    return { asked: true, how: "rulebase", packet, inForce, ...said };
  }
}

const UNREAD = "Panorama's rule that can't be read";

/** The first rule of a rulebase that surely takes a packet, and those above it that may. */
function firstTaking(
  rulebase: Rulebase,
  packet: Packet,
): { taking: RulebaseRule | string; action: string; unless: string[] } {
  const unless = rulebase.pushed?.unread === undefined ? [] : [UNREAD];
  const ends = endsOf(packet);
  for (const [index, rule] of evaluatedRules(rulebase).entries()) {
    const taken = takes(rule, index, { packet, ends, application: packet.application }, rulebase);
    if (taken === "surely") return { taking: rule, action: rule.action, unless };
    if (taken === "possibly") unless.push(ruleLabel(rule));
  }
  return { ...predefined(rulebase, packet), unless };
}

/** What nothing takes passes within a zone, and not between two, unless somebody has changed that. */
function predefined({ interzoneDefault = "deny" }: Rulebase, { from, to }: Packet) {
  return from === to
    ? { taking: "intrazone-default", action: "allow" }
    : { taking: "interzone-default", action: interzoneDefault };
}

/** What may do something else with others of the packets that are meant than is done with the one. */
function otherwise(
  rulebase: Rulebase,
  packet: Packet,
  { isMixed, ...ends }: Question["all"],
  isAllowed: boolean,
): string[] {
  if (!isMixed && size(ends.source) === 1n && size(ends.destination) === 1n) return [];
  const application = isMixed ? undefined : packet.application;
  const found = rulebase.pushed?.unread === undefined ? [] : [UNREAD];
  const differs = (action: string) => (action === "allow") !== isAllowed;
  for (const [index, rule] of evaluatedRules(rulebase).entries()) {
    if (isMixed && isOfPortsAlone(rule)) continue;
    const taken = takes(rule, index, { packet, ends, application }, rulebase);
    // What may take the one packet as well is said of that already.
    if (taken !== "no" && differs(rule.action)) found.push(ruleLabel(rule));
    if (taken === "surely") return found;
  }
  const { taking, action } = predefined(rulebase, packet);
  return differs(action) ? [...found, taking] : found;
}

/** Whether a rule names applications alone that have ports, and so no ICMP. */
function isOfPortsAlone({ application }: RulebaseRule): boolean {
  const icmp = setOf(["icmp", "ipv6-icmp"].flatMap(possiblyDefault));
  return application.every((name) => name !== "any" && !meet(possiblyDefault(name), icmp));
}

/** Of the packet itself. */
function endsOf({ source, destination }: Packet): Ends {
  const of = (address: string) => {
    const parsed = parseAddress(address);
    return parsed === undefined ? [] : [{ first: parsed.value, last: parsed.value }];
  };
  return { family: source.includes(":") ? "IPv6" : "IPv4", source: of(source), destination: of(destination) };
}

function takes(
  rule: RulebaseRule,
  index: number,
  { packet, ends, application }: { packet: Packet; ends: Ends; application: string | undefined },
  rulebase: Rulebase,
): Bound {
  if (rule.disabled || !matchesZones(rule, packet.from, packet.to)) return "no";
  const { source, destination } = resolved(rule, index, rule.action === "allow", rulebase);
  const traffic = trafficOf(packet);
  const ports = resolved(rule, index, false, rulebase).ports(application ?? "any");
  const bounds = [
    within(ends.source, source, ends),
    within(ends.destination, destination, ends),
    has(traffic, ports),
    applications(rule, application),
    rule.conditions.length > 0 ? "possibly" : "surely",
  ] as const;
  if (bounds.includes("no")) return "no";
  return bounds.includes("possibly") ? "possibly" : "surely";
}

type Bound = "surely" | "possibly" | "no";
type Sets<T> = { surely: T; possibly: T };

function within(
  set: IntervalSet,
  { surely, possibly }: Sets<Record<Family, IntervalSet>>,
  { family }: Ends,
): Bound {
  if (set.length === 0) return "possibly";
  if (difference(set, surely[family]).length === 0) return "surely";
  return meet(possibly[family], set) ? "possibly" : "no";
}

function has(set: IntervalSet, { surely, possibly }: Sets<IntervalSet>): Bound {
  return meet(surely, set) ? "surely" : meet(possibly, set) ? "possibly" : "no";
}

/** A name that is no application that is known may be a group or a filter with this one in it. */
function applications({ application }: RulebaseRule, asked: string | undefined): Bound {
  if (application.includes("any")) return "surely";
  if (asked === undefined) return "possibly";
  if (application.includes(asked)) return "surely";
  return application.some((name) => knownApplication(name) === undefined) ? "possibly" : "no";
}

function trafficOf({ protocol, port, application }: Packet): IntervalSet {
  const name = { 6: "tcp", 17: "udp" }[protocol] as "tcp" | "udp" | undefined;
  if (name !== undefined && port !== undefined) return portSet(name, String(port)) ?? ALL_TRAFFIC;
  return possiblyDefault(application ?? (protocol === 58 ? "ipv6-icmp" : protocol === 1 ? "icmp" : ""));
}
