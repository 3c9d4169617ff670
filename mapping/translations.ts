/**
 * What a firewall's NAT rules make of destinations. A security rule matches the address and port before translation
 * and the zone after it (PAN-OS documentation, "NAT Policy Overview"); the first NAT rule that matches translates.
 */
import type { NatRule, Rulebase } from "../panos/policy";
import { difference, EMPTY, intersection, overlaps, setOf, size } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { addressBounds, serviceBounds } from "./objects";
import type { AddressSet, Bounds } from "./bounds";
import { ALL_TRAFFIC, portSet } from "./traffic";

/** Traffic over IPv4 between two zones, as a security rule names it. */
export interface Flow {
  from: string;
  /** The zone after translation. */
  to: string;
  source: IntervalSet;
  destination: IntervalSet;
  ports: IntervalSet;
}

/** A NAT rule with its names resolved, or what a static one does in the other direction. */
export interface Step {
  name: string;
  from: readonly string[];
  to: readonly string[];
  source: Bounds<IntervalSet>;
  destination: Bounds<IntervalSet>;
  ports: Bounds<IntervalSet>;
  /** Absent: it leaves destinations as they are. */
  target?: Target;
  port?: string;
  /** Whether everything that decides over it is known. */
  isKnown: boolean;
}

interface Target {
  /** Everything that it may translate to. */
  possibly: IntervalSet;
  /** Whether each address has one of its own, in the same order. */
  isOneToOne: boolean;
  isKnown: boolean;
}

/** Packets before translation that all come to some destination and ports after it. */
export interface Way {
  /** The NAT rule's name. */
  by: string;
  destination: IntervalSet;
  ports: IntervalSet;
}

/** The NAT rules of a configuration that are in force, in their order. */
export function stepsOf({ nat = [], addresses, services }: Rulebase): Step[] {
  return nat
    .filter((rule) => !rule.disabled && !rule.conditions.includes(NPTV6))
    .flatMap((rule) => stepsOfRule(rule, addresses, services));
}

const NPTV6 = "nat-type nptv6";

/** Whether a NAT rule is one for IPv6 packets: no other matches any. */
export function isOverIpv6({ conditions }: NatRule): boolean {
  return conditions.some((each) => each === NPTV6 || each === "nat-type nat64");
}

function stepsOfRule(
  rule: NatRule,
  addresses: Rulebase["addresses"],
  services: Rulebase["services"],
): Step[] {
  const { name, from, to, conditions, translation, reverse } = rule;
  const bounds = (members: string[]): Bounds<IntervalSet> => ofIpv4(addressBounds(members, false, addresses));
  const [source, destination] = [bounds(rule.source), bounds(rule.destination)];
  const ports = serviceBounds({ service: [rule.service] }, "any", services);
  const isKnown = conditions.length === 0;
  const step: Step = {
    name,
    from,
    to,
    source,
    destination,
    ports,
    isKnown,
    ...(translation && {
      target: targetOf(bounds([translation.address]), destination, translation.isDynamic),
      ...(translation.port !== undefined && { port: translation.port }),
    }),
  };
  if (reverse === undefined) return [step];
  const outside = bounds([reverse]);
  const everything: Bounds<IntervalSet> = bounds(["any"]);
  return [
    step,
    {
      name,
      from: ["any"],
      to: ["any"],
      source: everything,
      destination: outside,
      ports,
      isKnown,
      target: targetOf(source, outside, false),
    },
  ];
}

function ofIpv4({ surely, possibly }: Bounds<AddressSet>): Bounds<IntervalSet> {
  return { surely: surely.IPv4, possibly: possibly.IPv4 };
}

function targetOf(to: Bounds<IntervalSet>, from: Bounds<IntervalSet>, isDynamic: boolean): Target {
  const isKnown = to.possibly.length > 0 && size(to.surely) === size(to.possibly);
  const isOneToOne =
    !isDynamic &&
    isKnown &&
    [to, from].every((each) => each.surely.length === 1 && each.possibly.length === 1) &&
    size(to.surely) === size(from.surely) &&
    size(from.surely) === size(from.possibly);
  return { possibly: to.possibly, isOneToOne, isKnown };
}

/** So many addresses of one name or block can be taken for ones that are all translated. */
const MOST_ADDRESSES = 256n;

/**
 * The packets that surely come to a flow's destinations, on its ports, and only there.
 * @param inside addresses behind the firewall: what has one of these stays in its zone
 */
export function waysTo(flow: Flow, steps: readonly Step[], inside: IntervalSet): Way[] {
  return steps.flatMap((step, index): Way[] => {
    const { target } = step;
    if (target === undefined || !isSure(step, flow)) return [];
    const ports = portsBefore(step, flow.ports);
    if (ports.length === 0) return [];
    const isAnywhere = step.to.includes("any");
    // Which zone an address is in is not known here: where that counts, a later rule may be the one that matches.
    const others = steps.filter((_, at) => (isAnywhere ? at < index : at !== index));
    const taken = others
      .filter((each) => mayMeet(each, flow.from, flow.source, ports))
      .reduce((left, each) => difference(left, each.destination.possibly), before(step, flow));
    const isElsewhere = !isAnywhere && !step.to.includes(flow.to);
    const destination = (isElsewhere ? difference(taken, inside) : taken).filter(
      ({ first, last }) => last - first < MOST_ADDRESSES,
    );
    return destination.length === 0 ? [] : [{ by: step.name, destination, ports }];
  });
}

/** NAT rules that may translate to some of a flow's destinations. */
export function stepsTo({ from, source, destination }: Flow, steps: readonly Step[]): Step[] {
  return steps.filter(
    (step) =>
      step.target !== undefined &&
      mayMeet(step, from, source, ALL_TRAFFIC) &&
      overlaps(step.target.possibly, destination),
  );
}

/** Those of a flow's destinations, packets to which NAT may take to others, or to other ports. */
export function takenElsewhere(flow: Flow, steps: readonly Step[]): { addresses: IntervalSet; by: string[] } {
  const found = steps.filter((step) => {
    const { target } = step;
    if (target === undefined || !mayMeet(step, flow.from, flow.source, flow.ports)) return false;
    if (!step.to.includes("any") && !step.to.includes(flow.to)) return false;
    if (!overlaps(step.destination.possibly, flow.destination)) return false;
    const staysInside = target.isKnown && difference(target.possibly, flow.destination).length === 0;
    return !staysInside || !keepsPorts(step, flow.ports);
  });
  return {
    addresses: intersection(
      setOf(found.flatMap(({ destination }) => [...destination.possibly])),
      flow.destination,
    ),
    by: found.map(({ name }) => name),
  };
}

/** The ports to which NAT rules may take packets of a flow, whatever zone their destination is in before translation. */
export function movedTo(flow: Flow, steps: readonly Step[]): { by: string; ports: IntervalSet }[] {
  return steps.flatMap((step) => {
    const { name, port, ports, destination } = step;
    if (port === undefined || !mayMeet(step, flow.from, flow.source, flow.ports)) return [];
    if (!overlaps(destination.possibly, flow.destination)) return [];
    const after = (["tcp", "udp"] as const).flatMap((protocol) => {
      const all = portSet(protocol, "0-65535") ?? EMPTY;
      const isMet = overlaps(intersection(ports.possibly, flow.ports), all);
      return isMet ? [...(portSet(protocol, port) ?? all)] : [];
    });
    return after.length === 0 ? [] : [{ by: name, ports: setOf(after) }];
  });
}

/** Whether nothing of a flow's zone and sources is left to chance by a NAT rule. */
function isSure({ isKnown, from, source }: Step, flow: Flow): boolean {
  return (
    isKnown &&
    (from.includes("any") || from.includes(flow.from)) &&
    difference(flow.source, source.surely).length === 0
  );
}

function mayMeet(step: Step, from: string, source: IntervalSet, ports: IntervalSet): boolean {
  return (
    (step.from.includes("any") || step.from.includes(from)) &&
    overlaps(step.source.possibly, source) &&
    overlaps(step.ports.possibly, ports)
  );
}

/** The addresses whose packets it surely sends to a flow's destinations, wherever among them. */
function before({ destination, target }: Step, flow: Flow): IntervalSet {
  if (target === undefined || !target.isKnown) return EMPTY;
  const [from, to] = [destination.surely[0], target.possibly[0]];
  if (target.isOneToOne && from && to) {
    const shift = from.first - to.first;
    return intersection(target.possibly, flow.destination).map(({ first, last }) => ({
      first: first + shift,
      last: last + shift,
    }));
  }
  return difference(target.possibly, flow.destination).length === 0 ? destination.surely : EMPTY;
}

/** The ports whose packets it surely sends to some ports. */
function portsBefore({ ports, port }: Step, wanted: IntervalSet): IntervalSet {
  if (port === undefined) return intersection(ports.surely, wanted);
  return setOf(
    (["tcp", "udp"] as const).flatMap((protocol) => {
      const after = portSet(protocol, port) ?? EMPTY;
      const all = portSet(protocol, "0-65535") ?? EMPTY;
      if (after.length === 0 || difference(after, wanted).length > 0) return [];
      return [...intersection(ports.surely, all)];
    }),
  );
}

/** Whether what it makes of some ports is among them. */
function keepsPorts({ ports, port }: Step, wanted: IntervalSet): boolean {
  if (port === undefined) return true;
  return (["tcp", "udp"] as const).every((protocol) => {
    const matched = intersection(intersection(ports.possibly, wanted), portSet(protocol, "0-65535") ?? EMPTY);
    const after = portSet(protocol, port) ?? EMPTY;
    return matched.length === 0 || (after.length > 0 && difference(after, wanted).length === 0);
  });
}
