import type { GroupEvent } from "./event/event";
import { principalText } from "../aws/cloudtrail/principal";
import type { Group } from "./groups";
import { entriesHash } from "./entries";
import type { Judgement, Part } from "./judge";
import type { Decision } from "./policy/types";
import { describeRule, endOf, legible, type RuleContent } from "./rules";

/**
 * What came of one change.
 *
 * - `allowed`, `noted`, `approved` it stays; `held` it stays in AWS, withheld from the firewall
 * - `undone` the guard undid it; `already undone` somebody else had, or has changed it again since
 * - `would be undone` it stays, because the mode is notify
 * - `unseen` a group is another than all events tell; `tags` its tags are, which the policy looks at
 * - `refused` approvals in the store are none
 */
export type Outcome =
  | "allowed"
  | "noted"
  | "approved"
  | "held"
  | "undone"
  | "already undone"
  | "would be undone"
  | "unseen"
  | "tags"
  | "refused";

/** One decision, for the log and for people. Every text from AWS in it is on one line and cut. */
export interface Notice {
  /** One sentence: who did what, and what became of it. */
  summary: string;
  decision: Decision;
  outcome: Outcome;
  /** Somebody has to look: the guard could not do what the policy says. */
  escalated: boolean;
  group: { id: string; name: string; vpcId: string };
  account: string;
  region: string;
  /** Who did it, from where, with what. */
  who?: string;
  from?: string;
  with?: string;
  event?: { id: string; name: string; at: string };
  /** What was opened or closed. */
  what: string[];
  /** The rule of guard.yaml that decided: its name and line. */
  policy: string;
  approvedBy?: string[];
  because?: string;
  /** How to approve it: a command that is ready to run. */
  approve?: string;
}

/** Which guard.yaml line decided, for people. */
function policyLine({ verdict: { rule } }: Pick<Judgement, "verdict">): string {
  return rule === undefined ? "no rule of guard.yaml matches" : `guard.yaml:${rule.line} ${rule.name}`;
}

const LAST: Record<Outcome, string> = {
  allowed: "It stays.",
  noted: "It stays; please look at it.",
  approved: "It is approved and stays.",
  held: "It stays in AWS and is withheld from the firewall.",
  undone: "It was undone.",
  "already undone": "Nothing had to be done: it was undone already, or changed again.",
  "would be undone": "In mode enforce it would be undone; it stays.",
  unseen: "No event told the guard. It is left, and part of the record from now on.",
  tags: "",
  refused: "",
};

const PAST = { opens: "opened", closes: "closed" } as const;

/**
 * @param how `store`: the flags that lead `npm run approve` to it; `place`: what names where the group is, if
 * that has to be said
 */
export function noticeOf(
  event: GroupEvent,
  { id, name, vpcId }: Group,
  judgement: Judgement,
  outcome: Outcome,
  how: { because?: string; escalated?: boolean; store: string; place?: string | undefined },
): Notice {
  const { because, escalated = false, store, place } = how;
  const { verdict, parts, approvedBy = [] } = judgement;
  const what = parts.map(({ kind, content }) => `${kind} ${describeRule(content)}`);
  const done = parts.map(({ kind, content }) => `${PAST[kind]} ${describeRule(content)}`);
  const who = principalText(event.principal);
  const needs = outcome === "held" || outcome === "undone" || outcome === "would be undone";
  const reason = because === undefined ? "" : ` ${because}`;
  const where = place === undefined ? "" : `, ${place}`;
  const group = { id, name: legible(name), vpcId };
  const unread = event.isUncertain ? "may have changed permissions" : "changed what can't be read";
  const nothing = event.unread === undefined ? "changed no permission" : unread;
  const of =
    id === "" && name === "" ? `a security group${where}` : `security group ${group.name} (${id}${where})`;
  return {
    summary: `${who} ${done.join(" and ") || nothing} of ${of}. ${LAST[outcome]}${reason}`,
    decision: verdict.decision,
    outcome,
    escalated,
    group,
    account: event.account,
    region: event.region,
    who,
    what,
    policy: policyLine(judgement),
    ...(event.sourceIp !== undefined && { from: legible(event.sourceIp) }),
    ...(event.userAgent !== undefined && { with: legible(event.userAgent) }),
    event: { id: legible(event.id), name: event.name, at: event.at },
    ...(approvedBy.length > 0 && { approvedBy }),
    ...(because !== undefined && { because }),
    ...(needs && parts[0] && { approve: approveCommand(id, parts, store) }),
  };
}

/** The command that approves these, for whoever may. */
export function approveCommand(group: string, parts: readonly Part[], store: string): string {
  const [first] = parts;
  if (first === undefined) return "";
  const { kind, content, entries } = first;
  const closes = kind === "closes" ? " --closes" : "";
  // What a prefix list has now is what is approved.
  const bound = entries === undefined ? "" : ` --entries ${entriesHash(entries)}`;
  return `npm run approve -- ${store} --group ${group} --permission '${permissionText(content)}'${bound}${closes} --once --until 24h`;
}

/** A permission as `npm run approve` reads it: "ingress tcp/22 0.0.0.0/0". */
function permissionText(content: RuleContent): string {
  return `${content.direction} ${trafficText(content)} ${endOf(content)}`;
}

function trafficText({ ipProtocol, fromPort, toPort }: RuleContent): string {
  switch (ipProtocol) {
    case "-1":
      return "any";
    case "tcp":
    case "udp":
      return `${ipProtocol}/${fromPort}${toPort === fromPort ? "" : `-${toPort}`}`;
    case "icmp":
    case "icmpv6":
      return ipProtocol;
    default:
      return `protocol/${ipProtocol}`;
  }
}
