import { isInside, type Cidr } from "../../lib/net/cidr";
import { coveredBy } from "../../mapping/coverage";
import { isPanoramas, theRule } from "../../panos/evaluated";
import { listed } from "../../lib/text";
import { ofThePassing } from "../../mapping/order";
import type { MappedRule } from "../../mapping/types";
import { describePacket } from "../../panos/match";
import type { FirewallSays } from "./firewall";
import { explainIsolated } from "./isolation";
import { cidrOf, groupMembers, meetingOf, owns, permitsAll } from "./packets";
import type { PacketQuestion, Packets } from "./packets";
import { groupRulesFor, unreadableFor, whyPermitted } from "./permitting";
import type { Explanation, Reason, Verdict } from "./reason";
import { stoppedPackets } from "./stopped";
import { whyBehind, type View } from "./view";
import { waysBetween } from "./way";

type Asked = Extract<FirewallSays, { asked: true }>;

/**
 * Whether and why packets are let through: first what the firewall does with them, where it could be asked.
 * @param says what it says of one of them
 */
export function explainPacket(view: View, question: PacketQuestion, says: FirewallSays): Explanation {
  const { from, to, port } = question;
  const what = `${port} from ${from.text} to ${to.text}`;
  const { packets, rules, isTranslated } = meetingOf(view, question);
  const reasons = [
    ...(isTranslated ? [translation(to.text, rules)] : []),
    ...(packets.owners.length === 0 ? nobody(packets) : reasonsFor(view, packets, rules)),
  ];
  const isolated = isolationOf(view, question, what, packets);
  if (says.asked) {
    const { verdict, text } = answered(view, packets, rules, says, what);
    // What isolates is local, and Panorama's rules come first.
    const isFirst = says.action === "allow" && isPanoramas(says.rule ?? "");
    const because = [
      ...howAsked(says),
      ...othersFare(says),
      ...elsewhere(says),
      ...whyOtherwise(view, rules, says),
      ...(isolated?.because ?? []),
      ...reasons,
    ];
    return { verdict: (isFirst ? undefined : isolated?.verdict) ?? verdict, text, because };
  }
  const verdict = packets.owners.length === 0 ? "not asked for" : verdictOn(view, packets, rules);
  const names = rules.map(({ rule }) => rule.name).join(", ");
  const text: Record<
    Exclude<Verdict, "isolated" | "denied" | "already allowed" | "answered" | "unknown">,
    string
  > = {
    allowed: `${names} lets in ${what}`,
    "in part": `${names} lets in part of ${what}`,
    withheld: `AWS lets in ${what}, but no rule of ours does`,
    "not asked for": `no rule of ours lets in ${what}`,
  };
  return {
    verdict: isolated?.verdict ?? verdict,
    text: isolated?.text ?? text[verdict],
    because: [...(isolated?.because ?? []), ...reasons],
  };
}

/** What the firewall does, in a sentence; of a range of which others may fare otherwise, with one packet. */
function answered(
  view: View,
  packets: Packets,
  rules: MappedRule[],
  says: Asked,
  what: string,
): Pick<Explanation, "verdict" | "text"> {
  const rule = says.rule === undefined ? "no rule takes it" : theRule(says.rule, "rule");
  const isElsewhere = goesElsewhere(view, packets, rules);
  const end = isElsewhere ? "; but nothing of it comes to the firewall" : "";
  const who = whoSays(says);
  if (says.otherwise.length > 0 && !isElsewhere) {
    const isLetIn = says.action === "allow";
    const does = isLetIn ? "lets through" : "stops";
    const how = isLetIn || says.action === "" ? "" : ` (${says.action})`;
    const one = describePacket(says.packet);
    return {
      verdict: "in part",
      text: `of ${what} ${who} ${does} ${one}: ${rule}${how}; not all fare alike`,
    };
  }
  if (says.action !== "allow") {
    const does = says.action === "" ? "" : ` (${says.action})`;
    return {
      verdict: "denied",
      text: `${who} ${isElsewhere ? "would stop" : "stops"} ${what}: ${rule}${does}${end}`,
    };
  }
  if (!says.isOurs) {
    return {
      verdict: "already allowed",
      text: `${who} ${isElsewhere ? "would let" : "lets"} through ${what}: ${rule}, which isn't ours${end}`,
    };
  }
  const isWhole = verdictOn(view, packets, rules) === "allowed";
  return isWhole
    ? { verdict: "allowed", text: `${who} lets through ${what}: ${rule}` }
    : { verdict: "in part", text: `${who} lets through part of ${what}: ${rule}` };
}

/** Who does it: the firewall; of a device group's, all of them or one. */
function whoSays({ fleet }: Asked): string {
  if (fleet === undefined) return "the firewall";
  const [first = ""] = fleet.same;
  if (fleet.others.length > 0) return `the firewall ${first}`;
  return fleet.same.length === 1 ? `the firewall ${first}` : `each of the firewalls ${listed(fleet.same, 5)}`;
}

/** What the other firewalls of a device group do, and which do the same. */
function elsewhere({ fleet }: Asked): Reason[] {
  if (fleet === undefined || fleet.others.length === 0) return [];
  const alike = fleet.same.slice(1);
  return [
    ...(alike.length > 0 ? [{ text: `${listed(alike, 5)}: the same` }] : []),
    ...fleet.others.map(({ on, rule, action }) => ({
      text: `${on}: ${rule === "" ? "no rule takes it" : theRule(rule, "rule")}${action === "" ? "" : ` (${action})`}`,
    })),
  ];
}

/** Whether AWS lets packets in, and none of what lets them in comes to the firewall. */
function goesElsewhere(view: View, packets: Packets, rules: MappedRule[]): boolean {
  if (rules.length > 0) return false;
  const elsewhere = new Set(
    view.policy.withheld
      .filter(({ isElsewhere }) => isElsewhere === true)
      .flatMap(({ permission }) => permission.ruleIds),
  );
  const permitting = groupRulesFor(view, packets, rules);
  return permitting.length > 0 && permitting.every(({ rule }) => elsewhere.has(rule.id));
}

/** What was asked, and how far the answer goes. */
function howAsked({ how, packet, unless, because }: Asked): Reason[] {
  const asked = describePacket(packet);
  if (how === "policy match")
    return [{ text: `asked for ${asked}, from zone ${packet.from} to ${packet.to}` }];
  return [
    {
      text:
        `by the rulebase it has in force, for ${asked}, from zone ${packet.from} to ${packet.to}; it could not be ` +
        `asked itself: ${because ?? "no reason is known"}`,
    },
    ...unless.map((name) => ({
      id: name,
      text: `${theRule(name, "rule")} stands above and may take it first: what it matches is known to the firewall only`,
    })),
  ];
}

/** What decides about others of a range than the one that was asked for. */
function othersFare({ otherwise, action, unless }: Asked): Reason[] {
  const does = action === "allow" ? "stop" : "let through";
  return otherwise
    .filter((name) => !unless.includes(name))
    .map((name) => ({ id: name, text: `${theRule(name, "rule")} may ${does} others of them` }));
}

/** Why the firewall does something else than what is declared. */
function whyOtherwise({ coverage }: View, rules: MappedRule[], says: Asked): Reason[] {
  if (says.isOurs) return [];
  return rules.flatMap(({ rule: { name } }): Reason[] => {
    if (coverage?.covered.some((each) => each.rule.rule.name === name)) return [];
    if (!says.inForce.has(name)) {
      return [{ id: name, text: `${name} is declared and not in force yet: the next update brings it` }];
    }
    return says.rule === undefined
      ? []
      : [{ id: says.rule, text: `${takenBy(says.rule)} takes it before ${name} does` }];
  });
}

function takenBy(label: string): string {
  return isPanoramas(label) ? label : `rule ${label} of an administrator`;
}

function nobody({ near, direction }: Packets): Reason[] {
  const side = direction === "ingress" ? "goes to" : "comes from";
  return [{ text: `no interface in the inventory has the address that it ${side}: ${near.text}` }];
}

function translation(to: string, rules: MappedRule[]): Reason {
  const names = rules.map(({ rule: { name } }) => name).join(", ");
  return { text: `the firewall's NAT translates ${to} to instances of ${names}, which name it for that` };
}

/** What AWS has to do with it. */
function reasonsFor(view: View, packets: Packets, rules: MappedRule[]): Reason[] {
  const permitting = groupRulesFor(view, packets, rules);
  const unreadable = unreadableFor(view, packets);
  const covered = view.coverage?.covered ?? [];
  const left = covered.filter(({ rule }) => rules.some((each) => each.rule.name === rule.rule.name));
  return [
    permitting.length === 0
      ? { text: `no security group ${unreadable.length > 0 ? "that could be read " : ""}lets this in` }
      : {
          text: "AWS lets it in by",
          because: permitting.map((each) => whyPermitted(view, each, rules, packets.owners)),
        },
    ...unreadable,
    ...(permitting.length === 0 ? [] : stoppedPackets(view, packets)),
    ...packets.owners.map((owner) => whyBehind(view, owner, packets.far.family)),
    ...packets.owners.flatMap((owner) => waysBetween(view, owner, packets.far)),
    ...left.map(({ rule: { rule }, ...cover }) => ({
      id: rule.name,
      text: `${rule.name} is left out: ${theRule(coveredBy(cover))} allows it already`,
    })),
  ];
}

function isolationOf(view: View, question: PacketQuestion, what: string, packets: Packets) {
  if (packets.owners.length === 0) return undefined;
  const ownersOf = (cidr: Cidr) => view.inventory.networkInterfaces.filter((each) => owns(each, cidr));
  return explainIsolated(view, question, what, [ownersOf(question.from), ownersOf(question.to)]);
}

/** What is declared of it, where the firewall says nothing. */
function verdictOn(
  view: View,
  packets: Packets,
  rules: MappedRule[],
): "allowed" | "in part" | "withheld" | "not asked for" {
  const { policy } = view;
  const { direction, far, traffic } = packets;
  if (rules.length === 0) {
    const ids = new Set(groupRulesFor(view, packets, rules).map(({ rule }) => rule.id));
    const isWithheld = ofThePassing(policy.withheld).some(({ permission }) =>
      permission.ruleIds.some((id) => ids.has(id)),
    );
    return isWithheld ? "withheld" : "not asked for";
  }
  const members = groupMembers(policy);
  const isWhole = rules.some(
    ({ rule, permission }) =>
      permitsAll(permission, traffic) &&
      (direction === "ingress" ? rule.source : rule.destination)
        .flatMap((name) => members.get(name) ?? [name])
        .some((text) => {
          const side = cidrOf(text);
          return side?.family === far.family && isInside(far, side);
        }),
  );
  return isWhole ? "allowed" : "in part";
}
