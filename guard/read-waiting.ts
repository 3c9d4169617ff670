/** Reads what says whether a permission of an account waits for an approval: the approvals, and the guard's records. */
import type { Inventory } from "../inventory/types";
import type { CountingApproval } from "./approvals/approval";
import { countingApprovals } from "./approvals/counting";
import { refusedText } from "./approvals/refused";
import type { ApprovalStore } from "./approvals/store";
import type { UseLedger } from "./approvals/uses";
import type { GuardPolicy } from "./policy/types";
import { foldRecord } from "./record/fold";
import { recordKey, type RecordStore } from "./record/store";
import type { Origin } from "./record/types";
import { ruleKey } from "./rules";

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
    approvals: found?.approvals,
    approveFlags,
    now: new Date(),
    heard: records === undefined ? undefined : heard,
  };
}

/** Whose roles and users are meant by a name: without a word, the account that is read, which is the guard's own. */
function meantAccounts({ accounts }: GuardPolicy, { accountId }: Inventory): Pick<GuardPolicy, "accounts"> {
  if (accounts !== undefined) return { accounts };
  return accountId === undefined ? {} : { accounts: [accountId] };
}
