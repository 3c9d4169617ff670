/** What flow logs say of a policy: who used which rule, what would be cut. Pure: the same logs say the same. */
import type { Inventory } from "../../inventory/types";
import { describePorts } from "../../mapping/traffic";
import type { Direction } from "../../mapping/types";
import { compareTexts } from "../../lib/order";
import { counted, listed, plainText } from "../../lib/text";
import { doubtsOf } from "./completeness";
import { directionsOf, fateOf, portsOf, readerOf, trafficSeen, type Reading } from "./fates";
import { judgeOf, type Fate, type Judge } from "./judge";
import type { EvidenceGiven, Judged, Outcome } from "./judged";
import { narrowerThan, type Narrower } from "./narrower";
import { judgedPolicies } from "./policy";
import { cutOf, isoOf, type SeenCut } from "./summary";
import type { Observed, RecordCounts, SeenFlow } from "./types";
import { usesOf, type RuleUse } from "./uses";

/** As `--json` has it. */
export interface Evidence {
  /** Version of this shape. */
  format: 1;
  stack: string;
  /** `name/vsys`. */
  firewall: string;
  /** When the logs begin and end; absent: they have nothing of these interfaces. */
  watched?: { from: string; to: string };
  /** Why not all that happened is in them; none: they are complete as far as they say. */
  gaps: string[];
  records: RecordCounts;
  /** How often flows were seen, by what becomes of them. */
  times: Record<Outcome, number>;
  rules: RuleUse[];
  narrower: Narrower[];
  /** What no rule will let through after the next update. */
  cut: CutTraffic[];
  /** What may be among that. */
  unsure: CutTraffic[];
  /** What a person should know besides, one sentence each. */
  notes: string[];
}

export interface CutTraffic extends SeenCut {
  interfaceId: string;
  instanceId?: string;
  /** The instance's name. */
  name?: string;
  direction: "ingress" | "egress" | "unknown";
  /** "tcp/443", "ICMP"; "protocol 47". */
  port: string;
  /** Why, in a sentence. */
  because: string;
  /** Set where no rule lets it through now either: it came another way, or what it came by is gone already. */
  isCutNow?: true;
}

export function evidenceOf(observed: Observed, given: EvidenceGiven): Evidence {
  const { inventory, facts, mapped, knowsOthers, stack } = given;
  const { options } = facts;
  const policies = judgedPolicies(facts, mapped);
  const [before, after] = [judgeOf(policies.before), judgeOf(policies.after)];
  const read = readerOf(inventory, options);
  const mirrored: readonly Direction[] = options.directions ?? ["ingress"];
  const judged = observed.flows.map((flow) =>
    judgedFlow(flow, read(flow), {
      before,
      after,
      isOurs: (rule) => policies.after.ours.has(rule),
      isJudged: (direction) => knowsOthers || mirrored.includes(direction),
    }),
  );
  const times = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { flow, outcome } of judged) times[outcome] += flow.count;
  const { first, last } = observed;
  const uses = usesOf(judged, observed, given);
  return {
    format: 1,
    stack,
    firewall: facts.firewall,
    ...(first !== undefined && last !== undefined && { watched: { from: isoOf(first), to: isoOf(last) } }),
    gaps: gapsOf(observed, mapped.protectedInterfaces),
    records: observed.records,
    times,
    rules: uses,
    narrower: narrowerThan(observed, given, uses),
    cut: grouped(judged, "cut", before, inventory, knowsOthers),
    unsure: grouped(judged, "unsure", before, inventory, knowsOthers),
    notes: notesOf(observed, given, times),
  };
}

const OUTCOMES: readonly Outcome[] = [
  "allowedByOurs",
  "allowedByOthers",
  "cut",
  "unsure",
  "notCrossing",
  "notBehind",
  "notJudged",
];

interface JudgedBy {
  before: Judge;
  after: Judge;
  isOurs: (rule: string) => boolean;
  isJudged: (direction: Direction) => boolean;
}

function judgedFlow(flow: SeenFlow, all: Reading[] | undefined, by: JudgedBy): Judged {
  if (all === undefined) return { flow, readings: [], isOpen: false, fates: [], outcome: "notBehind" };
  const { before, after, isOurs, isJudged } = by;
  const crosses = ({ zones }: Reading) => zones.length > 0;
  // Where ports make one reading likely, the other counts if a permission fits it: without one it was not let through.
  const isPossible = (reading: Reading) =>
    flow.direction === "unknown" ||
    reading.direction === flow.direction ||
    (crosses(reading) &&
      isJudged(reading.direction) &&
      [before, after].some((judge) => fateOf(judge, reading).ours.length > 0));
  const possible = all.filter(isPossible);
  const isOpen = possible.length > 1;
  const readings = possible.filter(crosses);
  if (readings.length === 0) return { flow, readings, isOpen, fates: [], outcome: "notCrossing" };
  const fates = possible.map((reading) =>
    crosses(reading) && isJudged(reading.direction) ? fateOf(after, reading) : undefined,
  );
  return { flow, readings, isOpen, fates, outcome: outcomeOf(fates, isOurs) };
}

function outcomeOf(fates: readonly (Fate | undefined)[], isOurs: (rule: string) => boolean): Outcome {
  const known = fates.filter((fate) => fate !== undefined);
  const [first] = known;
  if (first === undefined) return "notJudged";
  // Of two readings one is right: only what both come to is sure.
  const isSame = known.every(({ what }) => what === first.what);
  const isWhole = known.length === fates.length || first.what === "allowed";
  if (!isSame || !isWhole || first.what === "unsure") return "unsure";
  if (first.what === "cut") return "cut";
  return isOurs(first.rule ?? "") ? "allowedByOurs" : "allowedByOthers";
}

/** Those of one outcome, by interface, port and reason; the most frequent first. */
function grouped(
  judged: readonly Judged[],
  outcome: "cut" | "unsure",
  before: Judge,
  { networkInterfaces, instances }: Inventory,
  knowsOthers: boolean,
): CutTraffic[] {
  const groups = new Map<string, { judged: Judged[]; because: string; port: string; isCutNow: boolean }>();
  for (const each of judged) {
    if (each.outcome !== outcome) continue;
    const { flow, readings, isOpen } = each;
    const because = reasonFor(each, knowsOthers);
    const isCutNow = knowsOthers && readings.every((reading) => fateOf(before, reading).what === "cut");
    const port = portText(each);
    const key = JSON.stringify([
      ...[flow.interfaceId, isOpen ? "unknown" : flow.direction],
      ...[port, because, isCutNow],
    ]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { judged: [each], because, port, isCutNow });
    else known.judged.push(each);
  }
  const owners = new Map(networkInterfaces.map(({ id, instanceId }) => [id, instanceId]));
  const names = new Map(instances.map(({ id, name }) => [id, name]));
  return [...groups.values()]
    .map(({ judged: all, because, port, isCutNow }): CutTraffic => {
      const [{ flow, isOpen }] = all as [Judged, ...Judged[]];
      const { interfaceId } = flow;
      const direction = isOpen ? "unknown" : flow.direction;
      const instanceId = owners.get(interfaceId);
      const name = names.get(instanceId ?? "");
      return {
        interfaceId,
        ...(instanceId !== undefined && { instanceId }),
        ...(name !== undefined && { name }),
        direction,
        port,
        because,
        ...cutOf(all.map(({ flow }) => ({ flow, direction, isSure: outcome === "cut" }))),
        ...(isCutNow && { isCutNow: true as const }),
      };
    })
    .sort((a, b) => b.count - a.count || compareTexts(a.interfaceId, b.interfaceId));
}

function reasonFor({ isOpen, fates }: Judged, knowsOthers: boolean): string {
  const known = fates.filter((fate) => fate !== undefined);
  const unless = [...new Set(known.flatMap((fate) => fate.unless))];
  const denied = known.flatMap(({ what, rule }) => (what === "cut" && rule !== undefined ? [rule] : []));
  if (unless.length > 0)
    return `what ${plainText(unless.slice(0, 3).join(", "))} takes of it is known to the firewall only`;
  if (isOpen && new Set(fates.map((fate) => fate?.what)).size > 1)
    return "the logs don't say which end is the server";
  if (known.some(({ what }) => what === "unsure")) return "a part of it only is let through";
  if (denied.length > 0 && knowsOthers) return `rule ${plainText(denied[0]!)} stops it`;
  return knowsOthers ? "no rule lets it through" : "no rule of ours lets it through";
}

/** "tcp/443", "udp/53", "ICMP", "protocol 47"; where it can't be told who is the server both ports. */
function portText({ flow, isOpen }: Judged): string {
  const text = (read: Direction) => {
    const traffic = trafficSeen(flow, read);
    const [first] = traffic;
    if (first?.protocol === "ip") return `protocol ${first.number}`;
    return listed(describePorts(portsOf(traffic)), 3);
  };
  const [likely, other] = directionsOf(flow).map(text);
  return !isOpen || likely === other ? likely! : `${likely} or ${other}`;
}

function gapsOf(observed: Observed, behind: readonly string[]): string[] {
  if (observed.first === undefined)
    return ["the logs have nothing of the interfaces behind the firewall", ...observed.gaps];
  return behind.length === 0 ? observed.gaps : doubtsOf(observed, behind);
}

function notesOf(
  { widened }: Observed,
  { facts, knowsOthers, inventory }: EvidenceGiven,
  { notJudged }: Record<Outcome, number>,
): string[] {
  const { destinationAddress } = facts.options;
  return [
    ...(knowsOthers
      ? []
      : [
          "The firewall was not asked: what the administrator's own rules let through is not known, so what is said to be cut is cut by ours alone",
        ]),
    ...(notJudged > 0
      ? [
          `Seen ${counted(notJudged, "time")} in a direction that this stack has no rules about: only the firewall's own rules say what becomes of that`,
        ]
      : []),
    ...(widened === undefined
      ? []
      : [
          `There were too many peers to keep apart: they are told as networks (/${widened.IPv4}, /${widened.IPv6}), and what a rule lets through in part is not sure`,
        ]),
    ...(destinationAddress === "nat"
      ? [
          "With destinationAddress nat the administrators' rules see addresses that flow logs don't have: where they decide it is not sure",
        ]
      : []),
    ...(inventory.complete === true
      ? []
      : ["The inventory has not every interface of the region: nothing is proposed to be narrowed"]),
  ];
}
