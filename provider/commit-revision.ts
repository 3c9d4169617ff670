import { reachesPeer, requireActive } from "../panos/ha";
import type { Job } from "../panos/job";
import { pendingChanges } from "../panos/system";
import { withCommitLock } from "./commit-lock";
import { commentRules, pendingRules } from "./comments";
import { timeForCommit } from "./deadline";
import { differences, ruleChanges } from "../declaration/differences";
import { eachPart, foundDeclaration } from "../declaration/declaration";
import { listed } from "../lib/text";
import { requireEngine } from "./engine";
import { EstablishedSessions, reducedRules, sayLeft } from "./established";
import type { Declaration } from "../declaration/declaration";
import { endIsolated } from "./isolated";
import { putInOrder } from "./order";
import { requirePlacesInRunning } from "./our-part";
import { probeRules } from "./probe";
import {
  requireCandidate,
  requireNothingElse,
  requireRunning,
  requireShipped,
  type Revision,
} from "./revision";
import type { Session } from "./session";
import { ship } from "./ship";
import { sweep } from "./sweep";
import { tell } from "./tell";
import { requireLeftInForce, requireUnmarkedInForce } from "./unmarked";

/** What a commit has come to. */
export interface Committed {
  job: Job;
  /** How many rules the running configuration has more, otherwise and no more. */
  rules: string;
}

/**
 * Makes the running configuration hold exactly a revision of this stack, in one commit or not at all:
 * removes what is ours and no longer declared, requires that the candidate then holds what is declared and
 * that our administrator has nothing else pending, commits, and requires the same of running.
 * @returns the job and what it came to in running, or undefined where that was right already
 */
export async function commitRevision(session: Session, revision: Revision): Promise<Committed | undefined> {
  const administrator = await session.prepare();
  const { client, settings } = await session.open();
  await requireEngine();
  const requireTime = await timeForCommit(session);
  requireTime();
  let afterwards: () => Promise<void> = () => Promise.resolve();
  const work = async () => {
    // Again, because taking the lock may have taken long.
    requireTime();
    const { candidate, exempt, unmarked } = await putInOrder(
      session,
      revision,
      await sweep(session, revision),
    );
    await requireCandidate(session, revision, candidate, exempt);

    const [running, changes] = await Promise.all([session.read("running"), pendingChanges(client)]);
    // Asked after the reads: what they told is what the active one has.
    await requireActive(client);
    // Of these only the removal is ours: one that is there still was looked at before anything was written.
    const adopted = Object.keys(revision.adopt ?? {}).filter((name) => !candidate.rules.has(name));
    requireNothingElse(session, revision, administrator, changes, [candidate, running], adopted);
    const both = { candidate, running };
    requireUnmarkedInForce(session, revision, unmarked, administrator, changes, both);

    const before = foundDeclaration(revision.ownerId, revision, running);
    const names = Object.keys(revision.declared.rules).filter((name) => !exempt.has(name));
    const changed = names.filter((name) => before.rules[name] !== revision.declared.rules[name]);
    // Where nothing changes, a run before this one may have failed at the probes: then all are asked.
    const probed = changed.length > 0 ? changed : names;
    const ownChanges = changes.some(({ owner }) => owner === administrator);
    if (!ownChanges && differences(revision.declared, before, exempt).length === 0) {
      afterwards = () => endSessionsOfIsolated(session, revision);
      requireLeftInForce(session, revision, unmarked, running);
      await probeRules(session, probed, running, revision.before);
      return undefined;
    }

    const reduced = reducedRules(revision.ownerId, running, candidate, exempt);
    const established = new EstablishedSessions(session, reduced);
    if (settings.clearSessions) await established.note();

    if (settings.commitScope === "own") {
      requireShipped(session, administrator, changes, revision, before, exempt);
      requirePlacesInRunning(session, administrator, changes, revision, both, exempt);
    }
    const { auditComment } = settings;
    if (auditComment !== undefined) {
      const touched = pendingRules(names, changes, administrator, session);
      await commentRules(session, [...new Set([...changed, ...touched])], auditComment);
    }
    const expected = counts(before, withLeft(revision.declared, before, exempt));
    const job = await ship(session, administrator, revision.description(expected), expected);
    afterwards = async () => {
      await endSessionsOfIsolated(session, revision);
      if (reduced.length === 0) return;
      if (settings.clearSessions) await established.end(candidate);
      else sayLeft(session, reduced);
    };
    await waitForPeer(session);
    const committed = await session.read("running");
    requireRunning(revision, committed, exempt);
    const left = pendingRules(adopted, changes, administrator, session).filter((name) =>
      committed.rules.has(name),
    );
    if (left.length > 0) {
      throw new Error(`${listed(left)} on ${session.firewall} was to be taken over, and is still running`);
    }
    requireLeftInForce(session, revision, unmarked, committed);
    await probeRules(session, probed, committed, revision.before);
    const rules = counts(before, foundDeclaration(revision.ownerId, revision, committed));
    return job && { job, rules };
  };
  try {
    return await withCommitLock(session, administrator, work);
  } finally {
    // Also where the commit went through and a check after it failed.
    await afterwards();
  }
}

/** Whoever is isolated is so by now, whether this run or one before it has committed that. */
async function endSessionsOfIsolated(session: Session, { isolated }: Revision): Promise<void> {
  if (isolated !== undefined) await endIsolated(session, isolated);
}

/** How long the other one of an HA pair may take to get what was committed. */
const SYNC_TIMEOUT_SECONDS = 120;

/** Waits until the other one of an HA pair has what was committed, or says that it hasn't. */
async function waitForPeer(session: Session): Promise<void> {
  const { client } = await session.open();
  if (await reachesPeer(client, SYNC_TIMEOUT_SECONDS)) return;
  tell(
    "warn",
    `the running configuration of ${session.firewall} has not reached its HA peer after ` +
      `${SYNC_TIMEOUT_SECONDS} s: a failover now would bring back the old rules. Look at the pair's synchronization`,
  );
}

function counts(before: Declaration, after: Declaration): string {
  const { added, changed, removed } = ruleChanges(before, after);
  return `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
}

/** What running is to hold, where some names are left as they are. */
function withLeft(declared: Declaration, before: Declaration, exempt: ReadonlySet<string>): Declaration {
  return eachPart((part) => {
    const left = (content: Record<string, string>, isLeft: boolean) =>
      Object.entries(content).filter(([name]) => exempt.has(name) === isLeft);
    return Object.fromEntries([...left(declared[part], false), ...left(before[part], true)]);
  });
}
