/** The schedule's look at every region of every account. */
import { Slots } from "../lib/pace";
import { readApprovals, type Refused } from "./approvals/read";
import { refusedText } from "./approvals/refused";
import type { Deployed } from "./deployed";
import type { GuardError } from "./error";
import type { Guard } from "./guard";
import { remembered, settleAll } from "./isolate";
import { siteText, type Site } from "./reach";
import { recordKey } from "./record/store";
import { endRecord, isUnreadable, leadingOf, refreshRecords, type Refreshed } from "./refresh";
import { legible } from "./rules";

const AT_ONCE = 8;

/**
 * Looks at the groups and marked instances of every site, and ends the records of sites that are no longer
 * guarded. One that can't be read is said, once until it can be again, and keeps its records; the others go on.
 * @throws GuardError after all, where the guard's own account can't be read, or the tables can't
 */
export async function lookEverywhere(deployed: Deployed): Promise<void> {
  const { sites, guarding, log } = deployed;
  const home = guarding(deployed.home);
  const [known, memories] = await Promise.all([
    home.guard.records.known(),
    home.isolation === undefined ? [] : remembered(home.isolation),
  ]);
  await sayRefused(home.guard, deployed);
  const result = { sites: sites.length, unread: 0, groups: 0, begun: 0, ended: 0 };
  const add = ({ groups, begun, ended }: Refreshed) => {
    result.groups += groups;
    result.begun += begun;
    result.ended += ended;
  };
  const slots = new Slots(AT_ONCE);
  const failures = await Promise.all(
    sites.map((site) =>
      slots.use(async (): Promise<unknown> => {
        const { guard, isolation } = guarding(site);
        // A group that fails keeps no instance from being isolated.
        const work = await Promise.allSettled([
          refreshRecords(site, guard, known).then(add),
          isolation && settleAll(isolation, memories),
        ]);
        const errors = work.flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
        if (errors.length === 0) {
          deployed.unread.delete(siteText(site));
          return undefined;
        }
        const error = leadingOf(errors);
        if (!isUnreadable(error)) return error;
        result.unread++;
        await sayUnread(site, error, deployed);
        // Of its own account it is tried again: no stack of a member is to blame.
        return site.account === deployed.home.account ? error : undefined;
      }),
    ),
  );
  const isGuarded = (key: string) => sites.some((site) => key.startsWith(recordKey(site, "")));
  for (const key of known.filter((each) => !isGuarded(each))) {
    await endRecord(key, home.guard);
    result.ended++;
  }
  log(JSON.stringify({ guard: "refreshed", ...result }));
  const [failure] = failures.filter((each) => each !== undefined);
  if (failure !== undefined) throw failure as Error;
}

async function sayUnread(site: Site, { message }: GuardError, { unread, log, tell }: Deployed) {
  const text = siteText(site);
  log(JSON.stringify({ guard: "unread", ...site, message: legible(message, 500) }));
  if (unread.has(text)) return;
  unread.add(text);
  const summary =
    `The guard can't look at account ${site.account} in ${site.region}: ${legible(message, 500)}. Until it can, ` +
    "changes there are held, an hour from its last look at the latest";
  await tell([{ summary, escalated: true, outcome: "unread" }]);
}

/** Says which approvals are none, each of them once while this function lives, and never in the way of a look. */
async function sayRefused(guard: Guard, { unread, log, tell }: Deployed): Promise<void> {
  try {
    const { refused } = readApprovals(await guard.approvals.all(), guard.policy.approvers);
    const keyOf = ({ by, id, problem }: Refused) => `approval ${by}/${id}: ${problem}`;
    const fresh = refused.filter((each) => !unread.has(keyOf(each)));
    if (fresh.length === 0) return;
    await tell([{ summary: refusedText(fresh, guard.approvals.name), escalated: true, outcome: "refused" }]);
    for (const each of fresh) unread.add(keyOf(each));
  } catch (error) {
    log(JSON.stringify({ guard: "failed", message: legible((error as Error).message, 500) }));
  }
}
