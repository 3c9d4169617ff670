/** What `guard.yaml` says of one change. Pure. */
import type { Tags } from "../../inventory/types";
import { parseCidr, isInside, type Cidr } from "../../lib/net/cidr";
import { difference, setOf } from "../../lib/net/intervals";
import { includes, meets, trafficOf } from "../../lib/net/protocols";
import { endOf as momentOf } from "../../mapping/expiry";
import { hasTag, mayHaveTag } from "../../mapping/tags";
import { isOpen } from "../../settings/freeze";
import { accountOf, type Principal } from "../../aws/cloudtrail/principal";
import { fits } from "../../lib/pattern";
import { endOf, type RuleContent } from "../rules";
import type { Conditions, Decision, GuardPolicy, Kind, PolicyRule, SourceConditions } from "./types";

/** One permission that a change opens or closes, and its circumstances. Absent: not known. */
export interface Facts {
  kind: Kind;
  content: RuleContent & { tags?: Tags };
  group: { id: string; name?: string; tags?: Tags; vpcId?: string };
  account?: string;
  principal?: Principal;
  at?: Date;
  /** The blocks of a prefix list. */
  entries?: readonly string[];
}

export interface Verdict {
  decision: Decision;
  /** The rule of the policy that decided; none matched: absent. */
  rule?: PolicyRule;
  approvers: number;
  /** A condition that this depends on could not be told, so that a change is held rather than undone. */
  unknown?: string;
}

/**
 * The first rule that matches decides; none: `notify`. Of traffic and sources, a rule that lets through has
 * to cover all of the permission, one that stops any of it. Where a condition can't be told, a rule that lets
 * through doesn't match, and one that stops holds.
 */
export function evaluate(
  { rules, accounts }: Pick<GuardPolicy, "rules" | "accounts">,
  facts: Facts,
): Verdict {
  for (const rule of rules) {
    const isStop = stops(rule.then);
    const answers = conditionsOf(rule.when, facts, isStop, accounts);
    if (answers.some(([, holds]) => holds === false)) continue;
    const unknown = answers.find(([, holds]) => holds === undefined)?.[0];
    if (unknown === undefined) return { decision: rule.then, rule, approvers: rule.approvers };
    if (isStop) return { decision: "hold", rule, approvers: rule.approvers, unknown };
  }
  return { decision: "notify", approvers: 1 };
}

/** Whether a decision keeps a change from standing without an approval. */
export function stops(decision: Decision): decision is "revert" | "hold" {
  return decision === "revert" || decision === "hold";
}

/** From the strictest to the most lenient. */
const STRICTNESS: readonly Decision[] = ["revert", "hold", "notify", "allow"];

/** The verdict that counts where a change does several things at once. */
export function strictest(verdicts: readonly Verdict[]): Verdict | undefined {
  const rank = ({ decision }: Verdict) => STRICTNESS.indexOf(decision);
  return [...verdicts].sort((a, b) => rank(a) - rank(b) || b.approvers - a.approvers)[0];
}

/** Whether a group is guarded at all; one whose tags or VPC are not known is. */
export function isInScope({ scope }: Pick<GuardPolicy, "scope">, { tags, vpcId }: Facts["group"]): boolean {
  const byTag =
    scope.tags.length === 0 || tags === undefined || scope.tags.some((tag) => mayHaveTag(tags, tag));
  return byTag && (scope.vpcs.length === 0 || vpcId === undefined || scope.vpcs.includes(vpcId));
}

type Answer = [condition: string, holds: boolean | undefined];

function conditionsOf(
  when: Conditions,
  facts: Facts,
  isStop: boolean,
  accounts: readonly string[] | undefined,
): Answer[] {
  const { kind, content, group, account, principal, at } = facts;
  const of = (patterns: readonly string[] | undefined, text: string | undefined) =>
    patterns === undefined || (text !== undefined && patterns.some((pattern) => fits(pattern, text)));
  const known = <T>(value: T | undefined, test: (value: T) => boolean) =>
    value === undefined ? undefined : test(value);
  const answers: Answer[] = [
    ["change", when.change.includes(kind)],
    ["direction", when.direction === undefined || when.direction === content.direction],
  ];
  if (when.principal !== undefined) {
    answers.push(["principal", principal && isMeant(when.principal, principal, accounts)]);
  }
  const { ids, names, tags } = when.group ?? {};
  if (ids !== undefined) answers.push(["group.ids", of(ids, group.id)]);
  if (names !== undefined) answers.push(["group.names", known(group.name, (name) => of(names, name))]);
  if (tags !== undefined) {
    answers.push(["group.tags", known(group.tags, (has) => tags.some((tag) => hasTag(has, tag)))]);
  }
  if (when.vpc !== undefined) answers.push(["vpc", known(group.vpcId, (vpc) => of(when.vpc, vpc))]);
  if (when.account !== undefined) answers.push(["account", known(account, (id) => of(when.account, id))]);
  if (when.traffic !== undefined) {
    const asked = trafficOf(content);
    const covers = isStop ? meets : includes;
    const guarded = when.traffic;
    answers.push([
      "traffic",
      known(asked, (traffic) => guarded.some((each) => covers(each.traffic, traffic))),
    ]);
  }
  if (when.source !== undefined) answers.push(...sourceAnswers(when.source, facts));
  if (when.time !== undefined) {
    const windows = when.time;
    answers.push(["time", known(at, (time) => windows.some((window) => isOpen(window, time)))]);
  }
  if (when.withoutEnd !== undefined) {
    answers.push(["withoutEnd", isWithoutEnd(when.withoutEnd, content.tags, group.tags)]);
  }
  return answers;
}

/** Whether neither a rule nor its group says when it ends. An event doesn't tell a rule's tags. */
function isWithoutEnd(key: string, rule: Tags | undefined, group: Tags | undefined): boolean | undefined {
  const ends = [rule, group].some((tags) => momentOf(tags?.[key] ?? "") !== undefined);
  if (ends) return false;
  return rule === undefined || group === undefined ? undefined : true;
}

function sourceAnswers(when: SourceConditions, { content, entries }: Facts): Answer[] {
  const answers: Answer[] = [];
  if (when.prefixLists !== undefined) {
    answers.push(["source.prefixLists", when.prefixLists.includes(content.prefixListId ?? "")]);
  }
  if (when.groups !== undefined) {
    const id = content.referencedSecurityGroupId;
    answers.push(["source.groups", id !== undefined && when.groups.some((pattern) => fits(pattern, id))]);
  }
  const { widerThan, inside, outside } = when;
  if (widerThan === undefined && inside === undefined && outside === undefined) return answers;
  // A group's members are no blocks of addresses.
  if (content.referencedSecurityGroupId !== undefined) return [...answers, ["source", false]];
  const blocks = blocksOf(content, entries);
  const ifKnown = (test: (blocks: Cidr[]) => boolean) => (blocks === undefined ? undefined : test(blocks));
  if (widerThan) {
    answers.push([
      "source.widerThan",
      ifKnown((all) => all.some((each) => each.prefixLength < widerThan[each.family])),
    ]);
  }
  if (inside)
    answers.push([
      "source.inside",
      ifKnown((all) => all.length > 0 && all.every((each) => isCovered(each, inside))),
    ]);
  if (outside)
    answers.push(["source.outside", ifKnown((all) => all.some((each) => !isCovered(each, outside)))]);
  return answers;
}

/** The blocks of an end; undefined where they can't be told. */
function blocksOf(content: RuleContent, entries: readonly string[] | undefined): Cidr[] | undefined {
  const texts = content.prefixListId === undefined ? [endOf(content)] : entries;
  const parsed = texts?.map(parseCidr);
  return parsed?.every((cidr) => cidr !== undefined) ? parsed : undefined;
}

function isCovered(block: Cidr, by: readonly Cidr[]): boolean {
  const family = by.filter((each) => each.family === block.family);
  return family.some((each) => isInside(block, each)) || difference([block], setOf(family)).length === 0;
}

/**
 * Whether a principal is one that a rule names. A role's ARN says its account; a name means the accounts that the
 * policy names, because anybody may call a role in an account of their own the same. Undefined: it can't be told.
 */
function isMeant(
  { user, role, session, federated }: NonNullable<Conditions["principal"]>,
  who: Principal,
  accounts: readonly string[] | undefined,
): boolean | undefined {
  // What a record doesn't say of who it was rules nobody out.
  const isUntold =
    who.type === "unknown" ||
    (who.type === "AssumedRole" && who.role === undefined) ||
    (who.type === "IAMUser" && who.user === undefined);
  if (isUntold) return undefined;
  const isOne = (patterns: readonly string[] | undefined, name: string | undefined) =>
    patterns === undefined || (name !== undefined && patterns.some((pattern) => fits(pattern, name)));
  const isOthers = [isOne(user, who.user), isOne(session, who.session), isOne(federated, who.federated)];
  if (isOthers.includes(false)) return false;
  const isByArn = role !== undefined && isOne(role.filter(isArn), who.roleArn);
  if (isByArn) return true;
  if (
    !isOne(
      role?.filter((each) => !isArn(each)),
      who.role,
    )
  )
    return false;
  const account = accountOf(who);
  return accounts === undefined || account === undefined ? undefined : accounts.includes(account);
}

function isArn(pattern: string): boolean {
  return pattern.startsWith("arn:");
}
