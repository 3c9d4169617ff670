/**
 * What two policies let through, held against each other: a rule that is renamed, split or replaced by one that
 * says the same makes no difference, and one that an administrator's rule covers neither.
 */
import { possibleTraffic } from "../../mapping/adoption";
import { everyDefaultPort } from "../../panos/applications";
import { bounding, coalesced, intersectionOf } from "../../lib/net/boxes";
import type { Box, Traffic } from "../../lib/net/boxes";
import { candidatesOf, type Candidates } from "../../mapping/candidates";
import { matchesZones, resolved, takeOff, type ResolvedRule } from "../../mapping/resolved-rules";
import { applicationNamed } from "../../declaration/custom-applications";
import { cidrsOf } from "../../lib/net/cidr";
import { difference, size, type IntervalSet } from "../../lib/net/intervals";
import { addressBounds, addressesOf } from "../../mapping/objects";
import { describePorts, isTakenFor } from "../../mapping/traffic";
import type { RulebaseRule } from "../../panos/policy";
import { joined, type FamilyFlow } from "./joined-flows";
import type { SeenIn } from "./seen";
import type { Standing } from "./standing";
import type { Flow, FlowPart } from "./types";

/** Beyond so many pieces, what is left of a rule is told as one whose ends are meant in part. */
const MAX_FLOWS = 6;

/** One of the two policies. */
export class Reachability {
  private readonly finders = new Map<string, { ours: Candidates; others: Candidates }>();
  private readonly ours: ResolvedRule[];
  private readonly others: ResolvedRule[];

  constructor(private readonly standing: Standing) {
    const { ours, others, objects } = standing;
    this.ours = ours.map((rule, index) => this.own(rule, index));
    this.others = others
      .filter(
        ({ disabled, action, conditions }) => !disabled && !(action === "allow" && conditions.length > 0),
      )
      .map((rule, index) => resolved(rule, index, rule.action === "allow", objects));
  }

  /**
   * What one of our rules lets through that another policy surely doesn't.
   * @param rule one of those that stand here
   * @param seen what of it was seen, and ends
   */
  beyond(rule: RulebaseRule, other: Reachability, seen?: ReturnType<SeenIn>): Flow[] {
    const one = this.own(rule, 0);
    const flows: Piece[] = [];
    for (const from of rule.from) {
      for (const to of rule.to) {
        for (const traffic of possibleTraffic(one, rule.application)) {
          const left = coalesced(other.without(traffic, from, to, this.likeHere(rule)));
          const isMany = left.length > MAX_FLOWS;
          for (const boxes of isMany ? [left] : left.map((box) => [box])) {
            const box = isMany ? bounding(boxes) : boxes[0]!;
            const open = traffic.application === "any" ? other.openIn(traffic, boxes, from, to) : NOTHING;
            const met = seen && boxes.flatMap((each) => seen({ ...traffic, box: each }, from, to));
            flows.push({ traffic: { ...traffic, box }, from, to, ...open, ...(met && { met }) });
          }
        }
      }
    }
    return joined(flows.map((piece) => this.flow(rule, piece)));
  }

  /**
   * What of some traffic this policy doesn't surely let through.
   * @param likely the rule that probably lets most of it through: taken off first, it leaves fewer pieces
   * @param isAlike whether a denial makes no difference
   */
  private without(traffic: Traffic, from: string, to: string, { likely, isAlike }: Likeness): Box[] {
    const { ours, others } = this.between(from, to);
    const candidates = ours(traffic);
    const first = candidates.filter(({ name }) => name === likely);
    const rest = candidates.filter(({ name }) => name !== likely);
    return takeOff(traffic, [...first, ...rest]).left.flatMap((box) => {
      const part = { ...traffic, box };
      const { left, deniedBy } = takeOff(part, others(part));
      // A denial may come first: then nobody's allow is sure.
      return deniedBy.every(({ rule }) => isAlike(rule)) ? left : [box];
    });
  }

  /** What of a rule of ours is the same in another policy: denials above it, which took what they take here, too. */
  private likeHere({ name }: RulebaseRule): Likeness {
    const { others, order } = this.standing;
    const place = order.get(name) ?? Infinity;
    const isAlike = (denial: RulebaseRule) =>
      others.includes(denial) && (order.get(denial.name) ?? Infinity) < place;
    return { likely: name, isAlike };
  }

  /**
   * What of traffic of any application is let through here for single ones: for which on all of it, and for which
   * on parts of it. What a denial may meet first isn't let through for sure, and is no part.
   */
  private openIn(
    traffic: Traffic,
    boxes: Box[],
    from: string,
    to: string,
  ): Pick<Piece, "except" | "already"> {
    const byApplication = new Map<string, Box[]>();
    for (const box of boxes) {
      const part = { ...traffic, box };
      const { ours, others } = this.between(from, to);
      for (const rule of [...ours(part), ...others(part)].filter(({ allows }) => allows)) {
        for (const application of rule.applications.surely) {
          const taken = intersectionOf(box, {
            source: rule.source.surely[traffic.family],
            destination: rule.destination.surely[traffic.family],
            ports: rule.ports(application).surely,
          });
          if (application === "any" || taken === undefined) continue;
          byApplication.set(application, [...(byApplication.get(application) ?? []), taken]);
        }
      }
    }
    const except: string[] = [];
    const already: FlowPart[] = [];
    for (const [application, taken] of [...byApplication].sort(([a], [b]) => a.localeCompare(b))) {
      const isOpen = (box: Box) =>
        this.without({ ...traffic, application, box }, from, to, NO_LIKENESS).length === 0;
      if (boxes.every(isOpen)) except.push(application);
      else
        already.push(
          ...coalesced(taken)
            .filter(isOpen)
            .map((box) => this.part(application, traffic, box)),
        );
    }
    return { except, already };
  }

  private part(application: string, { family }: Traffic, { source, destination, ports }: Box): FlowPart {
    const texts = (set: IntervalSet) =>
      set.flatMap((interval) => cidrsOf(family, interval).map(({ text }) => text));
    return {
      source: texts(source),
      destination: texts(destination),
      ports: this.portTexts(application, ports),
      application,
    };
  }

  private between(from: string, to: string): { ours: Candidates; others: Candidates } {
    const key = JSON.stringify([from, to]);
    const known = this.finders.get(key);
    if (known !== undefined) return known;
    const within = (rules: ResolvedRule[]) =>
      candidatesOf(rules.filter(({ rule }) => matchesZones(rule, from, to)));
    const made = { ours: within(this.ours), others: within(this.others) };
    this.finders.set(key, made);
    return made;
  }

  /**
   * A rule of ours. Whether `application-default` means an application's secure ports too depends on decryption,
   * but for both policies alike, so here it means them all for sure. And what is one of our custom applications
   * in one policy is part of PAN-OS's own, or of a wider one of ours, in another that doesn't declare it.
   */
  private own(rule: RulebaseRule, index: number): ResolvedRule {
    const plain = resolved(rule, index, true, this.standing.objects);
    return {
      ...plain,
      matches: (application) =>
        plain.matches(application) ||
        rule.application.some((name) => isPartOf(application, name, this.standing.ownerId)),
      ports: (application) => {
        const bounds = plain.ports(application);
        const isKnown = everyDefaultPort(application) !== undefined;
        const isDefault = rule.service.every((name) => name === "application-default");
        return isDefault && isKnown ? { surely: bounds.possibly, possibly: bounds.possibly } : bounds;
      },
    };
  }

  private flow(rule: RulebaseRule, { traffic, from, to, except, already, met }: Piece): FamilyFlow {
    const { application, family, box } = traffic;
    const [source, destination] = (["source", "destination"] as const).map((side) =>
      this.membersIn(rule, side, family, box[side]),
    ) as [Members, Members];
    return {
      family,
      source: source.names,
      destination: destination.names,
      ports: this.portTexts(application, box.ports),
      applications: [application],
      ...(except.length > 0 && { except }),
      ...(already.length > 0 && { already }),
      from,
      to,
      ...(met && { met }),
      ...((source.isPartly || destination.isPartly) && { partly: true as const }),
    };
  }

  private portTexts(application: string, ports: IntervalSet): string[] {
    const ours = applicationNamed(application, this.standing.ownerId);
    return ECHO[application] ?? (ours ? [ours.description.replace(/^[^:]*: /, "")] : describePorts(ports));
  }

  /** Those members of a side of a rule that have anything in a set; of groups, their members. */
  private membersIn(
    rule: RulebaseRule,
    side: "source" | "destination",
    family: Traffic["family"],
    set: IntervalSet,
  ): Members {
    const isNegated = side === "source" ? rule.negateSource : rule.negateDestination;
    if (isNegated) return { names: [`not ${rule[side].join(", ")}`], isPartly: false };
    const { addresses } = this.standing.objects;
    const names = rule[side].flatMap((name) => addressesOf(name, addresses));
    const found: Members = { names: [], isPartly: false };
    for (const name of names) {
      const all = addressBounds([name], false, addresses).possibly[family];
      const beyond = difference(all, set);
      if (all.length === 0 || size(beyond) === size(all)) continue;
      found.names.push(name);
      if (beyond.length > 0) found.isPartly = true;
    }
    return found;
  }
}

interface Likeness {
  likely: string;
  isAlike: (denial: RulebaseRule) => boolean;
}

const NO_LIKENESS: Likeness = { likely: "", isAlike: () => false };

/** App-IDs that are one type of their protocol. */
const ECHO: Record<string, string[]> = { ping: ["ICMP type 8"], ping6: ["ICMPv6 type 128"] };

interface Piece {
  met?: FamilyFlow["met"];
  traffic: Traffic;
  from: string;
  to: string;
  except: string[];
  already: FlowPart[];
}

const NOTHING: Pick<Piece, "except" | "already"> = { except: [], already: [] };

interface Members {
  names: string[];
  isPartly: boolean;
}

function isPartOf(application: string, name: string, ownerId: string): boolean {
  const inner = applicationNamed(application, ownerId);
  if (inner === undefined) return false;
  const outer = applicationNamed(name, ownerId);
  if (outer === undefined)
    return name === "any" || ((name === "icmp" || name === "ipv6-icmp") && isTakenFor(application, name));
  return (
    outer.identifiedBy === inner.identifiedBy &&
    outer.number === inner.number &&
    (outer.code === undefined || outer.code === inner.code)
  );
}
