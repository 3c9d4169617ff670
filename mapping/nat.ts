/**
 * What our rules have to say where the firewall itself translates destinations: packets have the address and port
 * before translation in a security rule, and the instances' after it in AWS. A rule names what surely comes to its
 * instances alone, so that it lets in no more than AWS does.
 */
import type { Rulebase } from "../panos/policy";
import { parseBlock } from "../lib/net/cidr";
import { objectsOf, trafficOf } from "./own-traffic";
import type { NamedObjects } from "./own-traffic";
import { permissionLabel } from "./describe";
import { difference, overlaps, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { serviceName } from "../declaration/names";
import { servicesOf } from "./rules";
import type { Guardrails } from "./guardrails";
import { forbiddenAt } from "./nat-guardrails";
import { ipv6StepsOf, overIpv6 } from "./nat-ipv6";
import { addressTexts, without } from "./nat-members";
import { describePorts } from "./traffic";
import { movedTo, stepsOf, stepsTo, takenElsewhere, waysTo } from "./translations";
import type { Flow, Step, Way } from "./translations";
import type { MappedRule, MappingOptions, Policy, Withheld } from "./types";

type Options = Pick<MappingOptions, "destinationAddress" | "destinations" | "ownerId">;
type Limits = Pick<Guardrails, "neverOpen" | "widestSource">;

/** What a firewall's NAT makes of a rule. */
interface Outcome {
  rule?: MappedRule;
  withheld: string[];
  /** NAT rules that translate to its instances packets that it doesn't match, by name. */
  missed: string[];
  /** The ways by which it is reached in place of its instances' addresses. */
  said?: Way[];
}

/**
 * The rules as they have to be on a firewall that translates destinations. With `destinationAddress: nat` they name
 * what is translated to their instances; otherwise that beside their instances' own addresses, where address and
 * port are surely and only those. With `public`, NAT of IPv4 says nothing but what guardrails forbid.
 * @param policy what mapping made of an inventory, within guardrails
 * @param inside addresses of interfaces behind the firewall
 * @param guardrails limits that hold for ports on both sides of a translation
 */
export function throughNat<P extends Policy & { guarded: Withheld[] }>(
  policy: P,
  rulebases: { candidate: Rulebase; running: Rulebase },
  options: Options,
  inside: readonly string[],
  guardrails: Limits,
): P {
  const configurations = [rulebases.candidate, rulebases.running];
  const both = configurations.map(stepsOf);
  const six = configurations.flatMap(ipv6StepsOf);
  const isAsked = options.destinationAddress === "nat";
  if (!isAsked && [...both, six].every(({ length }) => length === 0)) return policy;
  const own = objectsOf(policy.rules, policy, "carriers");
  const blocks = blocksOf(inside);
  const [withheld, guarded]: [Withheld[], Withheld[]] = [[], []];
  const missed = new Map<string, string[]>();
  const rules = policy.rules.flatMap((mapped): MappedRule[] => {
    const { permission } = mapped;
    if (permission.direction !== "ingress") return [mapped];
    const reasoned = (why: string) => ({
      permission,
      reason: `${permissionLabel(permission)} is not opened${why}`,
    });
    const four = outcomeOf(mapped, own, both, options, blocks);
    const { rule, ...found } = four.rule ? overIpv6(four.rule, own, six) : NOTHING;
    withheld.push(...[...four.withheld, ...found.withheld].map(reasoned));
    for (const name of [...four.missed, ...found.missed])
      missed.set(name, [...(missed.get(name) ?? []), mapped.rule.name]);
    const flow = rule && flowOf(mapped, own);
    const forbidden = flow && forbiddenIn(rule, flow, four.said, both.flat(), options, guardrails);
    if (forbidden !== undefined) guarded.push(reasoned(forbidden));
    return rule === undefined || forbidden !== undefined ? [] : [rule];
  });
  const warned = options.destinationAddress === "public" ? [] : isolationMissed(policy, both.flat());
  return {
    ...policy,
    rules,
    services: servicesOf(rules, options.ownerId),
    withheld: [...policy.withheld, ...withheld, ...guarded],
    guarded: [...policy.guarded, ...guarded],
    warnings: [
      ...policy.warnings,
      ...[...missed].map(([name, ours]) => missedText(name, ours, isAsked)),
      ...warned,
    ],
  };
}

const NOTHING = { rule: undefined, withheld: [], missed: [] };

/** Why guardrails forbid a rule for ports that it has on the other side of a translation; undefined: they don't. */
function forbiddenIn(
  rule: MappedRule,
  flow: Flow,
  said: readonly Way[] | undefined,
  steps: readonly Step[],
  { destinationAddress }: Options,
  guardrails: Limits,
): string | undefined {
  const others =
    destinationAddress === "public"
      ? movedTo(flow, steps).map((each) => ({ ...each, how: `may take it to` }))
      : (said ?? []).map(({ by, ports }) => ({ by, ports, how: "translates it from" }));
  for (const { by, ports, how } of others) {
    const moved = difference(ports, flow.ports);
    const forbidden = forbiddenAt(moved, rule, guardrails);
    if (forbidden !== undefined)
      return `: the firewall's NAT rule ${by} ${how} ${describePorts(moved).join(", ")}, and ${forbidden}.`;
  }
  return undefined;
}

/** What denies traffic to isolated instances names the addresses that these have themselves. */
function isolationMissed({ isolation }: Policy, steps: readonly Step[]): string[] {
  const isolated = blocksOf(isolation?.addresses ?? []);
  if (isolation?.rules.some(({ action }) => action === "deny") !== true) return [];
  const names = steps
    .filter(({ target }) => target !== undefined && overlaps(target.possibly, isolated))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `The firewall's NAT rules ${[...new Set(names)].join(", ")} may translate to isolated instances: the rule that ` +
      "denies traffic to these names them, and matches no packet that is translated to them. Disable those NAT rules " +
      "meanwhile, or deny what they translate.",
  ];
}

function blocksOf(addresses: readonly string[]): IntervalSet {
  return setOf(addresses.flatMap((text) => parseBlock(text) ?? []).filter(({ family }) => family === "IPv4"));
}

function missedText(name: string, rules: readonly string[], isAsked: boolean): string {
  return (
    `The firewall's NAT rule ${name} translates to instances of these rules, which match none of the packets that it ` +
    `translates, or not all: ${rules.join(", ")}.` +
    (isAsked ? "" : " With destinationAddress nat, rules name what is translated in place of the instances.")
  );
}

function outcomeOf(
  mapped: MappedRule,
  own: NamedObjects,
  configurations: readonly (readonly Step[])[],
  options: Options,
  inside: IntervalSet,
): Outcome {
  const flow = options.destinationAddress === "public" ? undefined : flowOf(mapped, own);
  if (flow === undefined) return { rule: mapped, withheld: [], missed: [] };
  const [ways = [], others = []] = configurations.map((steps) => waysTo(flow, steps, inside));
  // What only one configuration says may not be so when our rule comes into force.
  const sure = ways.filter((way) => others.some((other) => textOf(other) === textOf(way)));
  const missedBy = (rule: MappedRule | undefined, said: readonly Way[]) => {
    const names = configurations.flatMap((steps) => stepsTo(flow, steps).map(({ name }) => name));
    const whole = rule === undefined ? [] : said.map(({ by }) => by);
    return [...new Set(names)].filter((name) => !whole.includes(name));
  };
  if (options.destinationAddress === "nat") {
    const { rule, said, withheld } = inPlace(mapped, flow, sure, options);
    return { ...(rule && { rule }), withheld, missed: missedBy(rule, said), said };
  }
  const taken = configurations.map((steps) => takenElsewhere(flow, steps));
  const lost = setOf(taken.flatMap(({ addresses }) => [...addresses]));
  const by = [...new Set(taken.flatMap((each) => each.by))].join(", ");
  const said = sure.filter(
    ({ ports }) => difference(flow.ports, ports).length === 0 && !isMoved(ports, flow),
  );
  const added = difference(setOf(said.flatMap(({ destination }) => [...destination])), lost);
  const kept = without(mapped.rule.destination, lost, own, "IPv4");
  if (kept === undefined) {
    return {
      withheld: [`: the firewall's NAT rule ${by} may take packets to its instances elsewhere.`],
      missed: [],
    };
  }
  const destination = [...kept, ...texts(added).filter((text) => !kept.includes(text))];
  const rule = destination.length === 0 ? undefined : { ...mapped, rule: { ...mapped.rule, destination } };
  return {
    ...(rule && { rule }),
    withheld:
      lost.length === 0
        ? []
        : [
            ` in full: the firewall's NAT rule ${by} may take packets to ${texts(lost).join(", ")} elsewhere, so these ` +
              "are left out.",
          ],
    missed: missedBy(rule, said),
  };
}

/** The IPv4 traffic that a rule lets in; undefined: none. */
function flowOf(mapped: MappedRule, own: NamedObjects): Flow | undefined {
  const boxes = trafficOf(mapped, own).filter(({ family }) => family === "IPv4");
  const [first] = boxes;
  if (first === undefined) return undefined;
  const { from, to } = mapped.rule;
  const { source, destination } = first.box;
  const ports = setOf(boxes.flatMap(({ box }) => [...box.ports]));
  return { from: from[0] ?? "", to: to[0] ?? "", source, destination, ports };
}

/** Whether ports are others than the flow's: translated, so that a rule has to name other ones. */
function isMoved(ports: IntervalSet, flow: Flow): boolean {
  return difference(ports, flow.ports).length > 0;
}

/** A rule that names what is translated to its instances in place of these. */
function inPlace(
  mapped: MappedRule,
  flow: Flow,
  ways: readonly Way[],
  { ownerId }: Options,
): { rule: MappedRule | undefined; said: Way[]; withheld: string[] } {
  const { rule } = mapped;
  const ipv6 = rule.destination.filter((text) => parseBlock(text)?.family === "IPv6");
  const said = sameports(ways);
  const ports = said[0]?.ports;
  const unchanged = ports !== undefined && textOfSet(ports) === textOfSet(flow.ports);
  const service = ports === undefined || unchanged ? rule.service : servicesFor(ports, ownerId);
  const instances = texts(flow.destination).join(", ");
  if (ports === undefined || service === undefined) {
    const reason = `: with destinationAddress nat, no NAT rule of the firewall surely translates it to ${instances} alone.`;
    if (ipv6.length === 0) return { rule: undefined, said: [], withheld: [reason] };
    return {
      rule: { ...mapped, rule: { ...rule, destination: ipv6 } },
      said: [],
      withheld: [` in full${reason}`],
    };
  }
  const destination = setOf(said.flatMap((way) => [...way.destination]));
  const keepsIpv6 = ipv6.length > 0 && unchanged;
  const withheld = [
    ...(ways.length > said.length
      ? [
          ` in full: NAT rules translate it from other ports, too, which one rule can't say (${ways
            .filter((way) => !said.includes(way))
            .map(wayText)
            .join("; ")}).`,
        ]
      : []),
    ...(ipv6.length > 0 && !keepsIpv6
      ? [" in full: over IPv6, which isn't translated, its ports are others than before translation."]
      : []),
  ];
  return {
    rule: {
      ...mapped,
      rule: { ...rule, destination: [...texts(destination), ...(keepsIpv6 ? ipv6 : [])], service },
    },
    said,
    withheld,
  };
}

/** Those ways that one rule can say, because they have the same ports: the most, and of as many the first. */
function sameports(ways: readonly Way[]): Way[] {
  const byPorts = new Map<string, Way[]>();
  for (const way of ways) {
    const key = textOfSet(way.ports);
    byPorts.set(key, [...(byPorts.get(key) ?? []), way]);
  }
  return [...byPorts.values()].reduce<Way[]>((most, each) => (each.length > most.length ? each : most), []);
}

/** Names of service objects of ours; undefined where ports can't be said by them. */
function servicesFor(ports: IntervalSet, ownerId: string): string[] | undefined {
  const found = describePorts(ports).map((text) => /^(tcp|udp)\/([\d-]+)$/.exec(text));
  if (found.length === 0 || found.length > 10 || found.includes(null)) return undefined;
  return found.map((match) => serviceName(ownerId, match![1] as "tcp" | "udp", match![2]!));
}

const texts = (set: IntervalSet) => addressTexts(set, "IPv4");

function textOfSet(set: IntervalSet): string {
  return set.map(({ first, last }) => `${first}-${last}`).join();
}

function textOf({ destination, ports }: Way): string {
  return `${textOfSet(destination)} ${textOfSet(ports)}`;
}

function wayText({ by, destination, ports }: Way): string {
  return `${by}: ${texts(destination).join(", ")} on ${describePorts(ports).join(", ")}`;
}
