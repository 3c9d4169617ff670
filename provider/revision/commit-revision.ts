import { withCommitLock } from "./commit-lock";
import { commentRules, pendingRules } from "./comments";
import {
  changedUnfollowed,
  contentOf,
  counts,
  isAsDeclared,
  reducedRules,
  withLeft,
  type Committed,
} from "./committed";
import { timeForCommit } from "./deadline";
import { EstablishedSessions, endSessions } from "./established";
import { nameOthersChanges, requirePlacesInRunning } from "./our-part";
import { followPanorama, waitForPanorama, waitForPeer } from "./peer";
import { askProbes, requireAllowed } from "./probe";
import { pushRevision } from "./push";
import { committedWith, requireNothingElse, requireRunning, requireShipped, type Revision } from "./revision";
import type { Session } from "../session/session";
import { ship } from "./ship";
import { stageTheRest } from "./staged";
import { requireTakenOver } from "./takeover";
import { requireLeftInForce, requireUnmarkedInForce } from "./unmarked";

/**
 * Makes the running configuration hold exactly a revision of this stack, in one commit or not at all:
 * removes what is ours and no longer declared, requires that the candidate then holds what is declared and
 * that our administrator has nothing else pending, commits, and requires the same of running.
 * @returns the job and what it came to in running, or undefined where that was right already
 */
export async function commitRevision(session: Session, revision: Revision): Promise<Committed | undefined> {
  const administrator = await session.prepare();
  const { settings } = await session.open();
  const requireTime = await timeForCommit(session, administrator);
  requireTime();
  let afterwards: () => Promise<void> = () => Promise.resolve();
  const work = async (release: () => Promise<void>) => {
    // Again, because taking the lock may have taken long.
    requireTime();
    const { candidate, running, changes, exempt, unmarked } = await stageTheRest(session, revision);
    nameOthersChanges(session, administrator, changes, settings.commitScope);
    // Asked after the reads: what they told is what the active one has.
    await session.requireActive();
    // Of these only the removal is ours: one that is there still was looked at before anything was written.
    const adopted = Object.keys(revision.adopt ?? {}).filter((name) => !candidate.rules.has(name));
    const shipped = settings.commitScope === "full" ? changes : committedWith(session.location, changes);
    requireNothingElse(session, revision, administrator, shipped, [candidate, running], adopted);
    const both = { candidate, running };
    requireUnmarkedInForce(session, revision, unmarked, administrator, changes, both);

    const before = contentOf(revision, running);
    const names = Object.keys(revision.declared.rules).filter((name) => !exempt.has(name));
    const changed = names.filter((name) => before.rules[name] !== revision.declared.rules[name]);
    // Where nothing changes, a run before this one may have failed at the probes: then all are asked.
    const probed = changed.length > 0 ? changed : names;
    const unfollowed = changedUnfollowed(revision, before, running, exempt);
    if (!changes.some(({ owner }) => owner === administrator) && isAsDeclared(revision, before, exempt)) {
      const left = new EstablishedSessions(session, unfollowed);
      afterwards = () => endSessions(session, revision, left, running);
      await pushRevision(session, administrator, revision, { exempt, isNew: false, probed, running });
      requireLeftInForce(session, revision, unmarked, running);
      requireAllowed(session, await askProbes(session, probed, running), running, revision.before);
      return undefined;
    }

    const reduced = reducedRules(revision.ownerId, running, candidate, exempt);
    const established = new EstablishedSessions(session, [...new Set([...reduced, ...unfollowed])]);
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
    afterwards = () => endSessions(session, revision, established, candidate);
    await followPanorama(session, revision, exempt);
    // What they choose packets by is what was committed, or the next line says otherwise.
    const [committed, probes] = await Promise.all([
      session.read("running"),
      askProbes(session, probed, candidate),
      waitForPeer(session),
      release(),
    ]);
    requireRunning(revision, committed, exempt);
    await pushRevision(session, administrator, revision, { exempt, isNew: true, probed, running: committed });
    await waitForPanorama(session);
    const gone = pendingRules(adopted, changes, administrator, session);
    const left = gone.filter((name) => committed.rules.has(name));
    requireTakenOver(session, left);
    requireLeftInForce(session, revision, unmarked, committed);
    requireAllowed(session, probes, committed, revision.before);
    const rules = counts(before, contentOf(revision, committed));
    return job && { job, rules };
  };
  try {
    return await withCommitLock(session, administrator, work);
  } finally {
    // Also where the commit went through and a check after it failed.
    await afterwards();
  }
}
