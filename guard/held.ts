/** What of an account's permissions waits for an approval, so that the firewall doesn't open it before. */
import type { Inventory, SecurityGroup, SecurityGroupRule } from "../inventory/types";
import type { Withholding } from "../mapping/guardrails";
import type { Direction } from "../mapping/types";
import { consentTo, type CountingApproval } from "./approvals/approval";
import { countingApprovals } from "./approvals/counting";
import type { Refused } from "./approvals/read";
import type { ApprovalStore } from "./approvals/store";
import { useKey, type UseLedger } from "./approvals/uses";
import { approveCommand } from "./notice";
import { evaluate, isInScope, stops } from "./policy/evaluate";
import type { GuardPolicy } from "./policy/types";
import { foldRecord } from "./record/fold";
import { recordKey, type RecordStore } from "./record/store";
import type { Origin } from "./record/types";
import { ruleContent, ruleKey, type GroupRule } from "./rules";

/** What judging an inventory needs, read beforehand. */
export interface Waiting {
  policy: GuardPolicy;
  /** Undefined: they could not be read, and nothing counts as approved. */
  approvals: CountingApproval[] | undefined;
  /** What the guard knows of rules, by id: their keys, and who made them. Undefined: there are no records. */
  heard: Map<string, { key: string; origin?: Origin }> | undefined;
  /** The flags that lead `npm run approve` to the store. */
  approveFlags: string;
  now: Date;
}

/** Reads approvals and records for an inventory. What can't be read is told, and withholds. */
export async function readWaiting(
  inventory: Inventory,
  policy: GuardPolicy,
  stores: {
    approvals: ApprovalStore;
    /** Undefined: nobody knows who made a rule, nor what was used up. */
    records: RecordStore | undefined;
    uses: UseLedger | undefined;
    approveFlags: string;
  },
  warn: (message: string) => unknown,
): Promise<Waiting> {
  const { approvals, records, uses, approveFlags } = stores;
  const { accountId, region: only } = inventory;
  const groups = inventory.securityGroups.flatMap(({ id, ownerId: account = accountId, region = only }) =>
    account === undefined || region === undefined ? [] : [recordKey({ account, region }, id)],
  );
  const ids = new Set(inventory.securityGroups.map(({ id }) => id));
  const [found, kept] = await Promise.all([
    countingApprovals({ approvals, uses }, policy.approvers, (id) => ids.has(id)).catch(
      async (error: unknown) => {
        await warn(`${(error as Error).message}. Everything that would need an approval is withheld`);
        return undefined;
      },
    ),
    (records === undefined ? Promise.resolve(new Map<string, never>()) : records.read(groups)).catch(
      async (error: unknown) => {
        await warn(
          `the guard's records can't be read: ${(error as Error).message}. Everything that would need an approval is ` +
            "withheld: whoever gave it may have made the rule",
        );
        return new Map<string, never>();
      },
    ),
  ]);
  if (found !== undefined && found.refused.length > 0) await warn(refusedText(found.refused, approvals.name));
  const heard: NonNullable<Waiting["heard"]> = new Map();
  for (const record of kept.values()) {
    const fold = foldRecord(record);
    for (const [id, rule] of fold.rules) {
      heard.set(id, { key: ruleKey(rule), ...(rule.origin && { origin: rule.origin }) });
    }
    for (const id of Object.keys(record.aliases)) {
      const known = heard.get(fold.ruleOf(id));
      if (known) heard.set(id, known);
    }
  }
  return {
    policy: { ...policy, ...meantAccounts(policy, inventory) },
    ...{ approvals: found?.approvals, approveFlags, now: new Date() },
    heard: records === undefined ? undefined : heard,
  };
}

/** Why a rule waits; undefined: it doesn't. */
export function waitingFor(inventory: Inventory, waiting: Waiting): Withholding {
  const { policy, approvals, heard, approveFlags, now } = waiting;
  const lists = new Map(
    inventory.prefixLists.map(({ id, entries }) => [id, entries.map(({ cidr }) => cidr)]),
  );
  // What is good once is good for one rule, however often that is asked about.
  const usedFor = new Map<string, string>();
  return (group: SecurityGroup, rule: SecurityGroupRule, direction: Direction) => {
    if (direction === "egress" && !policy.egress) return undefined;
    const content: GroupRule = {
      ...ruleContent({ ...rule, direction }),
      id: rule.id,
      ...(rule.tags && { tags: rule.tags }),
    };
    const known = heard?.get(rule.id);
    const isHeard = known?.key === ruleKey(content);
    const origin = isHeard ? known.origin : undefined;
    // Whoever approved what the guard has not heard of may be who made it.
    const isUnclear = heard !== undefined && !isHeard;
    const { id, name, vpcId, tags } = group;
    const place = { id, name, vpcId, ...(tags && { tags }) };
    if (!isInScope(policy, place)) return undefined;
    const account = group.ownerId ?? inventory.accountId;
    const entries = rule.prefixListId === undefined ? undefined : lists.get(rule.prefixListId);
    const verdict = evaluate(policy, {
      ...{ kind: "opens", content, group: place },
      ...(account !== undefined && { account }),
      ...(origin && { principal: origin.by, at: new Date(origin.at) }),
      ...(entries && { entries }),
    });
    if (!stops(verdict.decision)) return undefined;
    const asking = {
      ...{ group: id, kind: "opens" as const, content, rule: rule.id },
      ...(origin && { principal: origin.by, event: origin.event }),
      ...(entries && { entries }),
    };
    const free = (approvals ?? []).filter((each) => (usedFor.get(useKey(each)) ?? rule.id) === rule.id);
    const { given, needed, isEnough } = consentTo(asking, verdict.approvers, policy.approvers, free, now);
    if (isEnough && !isUnclear) {
      for (const each of given) if (each.once) usedFor.set(useKey(each), rule.id);
      return undefined;
    }
    const { rule: line, unknown } = verdict;
    const missing =
      needed > 1
        ? `${needed - (isUnclear ? 0 : given.length)} of ${needed} people's approvals`
        : "an approval";
    const why = unknown === undefined ? "" : `, whose ${unknown} is not known here`;
    return (
      `it waits for ${missing}${hindrance(waiting, isUnclear, needed > verdict.approvers)}: ` +
      `guard.yaml:${line?.line} ${line?.name}${why}. ` +
      approveCommand(id, [{ kind: "opens", content, ...(entries && { entries }) }], approveFlags)
    );
  };
}

/** Why approvals that there may be don't count, or more of them are needed. */
function hindrance({ approvals, policy }: Waiting, isUnclear: boolean, isAnybodys: boolean): string {
  if (approvals === undefined) return " (approvals can't be read)";
  if (policy.approvers === undefined) return " (none counts: guard.yaml doesn't say who may approve)";
  if (isUnclear) return " (none counts until the guard knows who made it)";
  return isAnybodys ? " (one more than usual, because nobody knows which person made it)" : "";
}

/** Whose roles and users are meant by a name: without a word, the account that is read, which is the guard's own. */
function meantAccounts({ accounts }: GuardPolicy, { accountId }: Inventory): Pick<GuardPolicy, "accounts"> {
  if (accounts !== undefined) return { accounts };
  return accountId === undefined ? {} : { accounts: [accountId] };
}

const SHOWN = 10;

/** What is said of approvals that are none. */
export function refusedText(refused: readonly Refused[], store: string): string {
  const each = refused.slice(0, SHOWN).map(({ by, id, problem }) => `${by}/${id}: ${problem}`);
  const more = refused.length > SHOWN ? `; and ${refused.length - SHOWN} more` : "";
  return `${refused.length} approvals in ${store} don't count: ${each.join("; ")}${more}. Whoever wrote them may give them again`;
}
