import { countingApprovals } from "./approvals/counting";
import { GuardError } from "./error";
import type { Guard } from "./guard";
import { looksAt } from "./look";
import { isInScope } from "./policy/evaluate";
import type { Site } from "./reach";
import { recordKey } from "./record/store";
import { refreshRecord } from "./refresh-record";

/** What a look at all groups came to. */
export interface Refreshed {
  groups: number;
  /** Groups whose record began with it. */
  begun: number;
  /** Records that are gone with their groups. */
  ended: number;
}

const AT_ONCE = 8;

/**
 * Looks at every group of a site: begins the records that there are none of (at deployment, all), says what
 * changed without an event, and ends the records of groups that are gone. Undoes only what an event told and
 * could not be undone before. One that it fails at keeps no other from being looked at.
 * @param known all records that there are, where somebody has asked already
 * @throws GuardError after all others, of one that says how many there are
 */
export async function refreshRecords(
  place: Site,
  guard: Guard,
  known?: readonly string[],
): Promise<Refreshed> {
  const [groups, records] = await Promise.all([guard.groups.groups(), known ?? guard.records.known()]);
  // One that another account shares is that account's, where its changes are told.
  const own = groups.filter(({ account }) => account === place.account);
  const guarded = own.filter((group) => isInScope(guard.policy, group));
  const ids = new Set(guarded.map(({ id }) => id));
  const approvals = await countingApprovals(guard, guard.policy.approvers, (id) => ids.has(id)).then(
    (counting) => counting.approvals,
    () => [],
  );
  const result: Refreshed = { groups: guarded.length, begun: 0, ended: 0 };
  // One that has left the scope keeps its record for as long as it is there.
  const there = new Set(own.map(({ id }) => recordKey(place, id)));
  const kept = new Set(records);
  const ended = records.filter((key) => key.startsWith(recordKey(place, "")) && !there.has(key));
  const outside = own.filter((group) => !ids.has(group.id) && kept.has(recordKey(place, group.id)));
  const shown = [...guarded, ...outside];
  const looks = looksAt(shown, place.account, guard);
  const work = [
    ...shown.map((group, index) => async () => {
      if (await refreshRecord(group, place, looks[index]!, approvals, guard)) result.begun++;
    }),
    ...ended.map((key) => async () => {
      await endRecord(key, guard);
      result.ended++;
    }),
  ];
  const all = work.length;
  const failures: unknown[] = [];
  const next = async (): Promise<void> => {
    for (let each = work.shift(); each !== undefined; each = work.shift()) {
      await each().catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  if (failures.length > 0) throw failureOf(failures, all);
  return result;
}

/** Whether it is only that a place can't be read. */
export function isUnreadable(error: unknown): error is GuardError {
  return error instanceof GuardError && (error.code === "REACH" || error.code === "EC2");
}

/** The one to be told of several: rather what is wrong with the guard than what can't be read. */
export function leadingOf(failures: readonly unknown[]): unknown {
  return failures.find((each) => !isUnreadable(each)) ?? failures[0];
}

function failureOf(failures: readonly unknown[], all: number): unknown {
  const first = leadingOf(failures);
  if (!(first instanceof GuardError)) return first;
  const message = `${failures.length} of ${all} groups failed, one of them so: ${first.message}`;
  return new GuardError(first.code, message, { cause: first });
}

/** @param key the record's */
export async function endRecord(key: string, { records }: Pick<Guard, "records">): Promise<void> {
  await records.withRecord(key, () => Promise.resolve({ keep: undefined, result: undefined }));
}
