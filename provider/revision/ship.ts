import { commitChanges, type CommitOptions } from "../../panos/commit";
import { PanosError } from "../../panos/error";
import { requirePeerPassive } from "../../panos/ha";
import type { Job } from "../../panos/job";
import { fullCommitRequired, pendingChanges } from "../../panos/system";
import { withCommentAdvice } from "./comments";
import { requireEngine } from "../session/engine";
import { withEverythingLocked } from "../session/full-commit";
import { noteRun, withCause } from "../../settings/run";
import type { Session } from "../session/session";
import { committedWith } from "./revision";
import { tell } from "../session/tell";

/**
 * Commits what our administrator has pending, and follows the job to its end.
 * @param counts how many rules it adds, changes and removes, for the description
 */
export async function ship(
  session: Session,
  administrator: string,
  description: string,
  counts: string,
): Promise<Job | undefined> {
  const { client, settings } = await session.open();
  await requireEngine();
  const { firewall } = session;
  noteRun({ note: "commit-submitted", firewall });
  const options: CommitOptions = {
    administrator,
    scope: settings.commitScope,
    description: withCause(description),
    timeoutSeconds: settings.commitTimeoutSeconds,
    duringOutage: () => requirePeerPassive(client),
    onProgress: ({ id, status, progress }) =>
      tell(
        "info",
        `commit job ${id} on ${firewall}: ${status === "PEND" ? "queued" : `${progress} %`}`,
        true,
      ),
  };
  const job = await commitChanges(client, options)
    .catch(async (error: unknown) => {
      if (options.scope === "full" || !refusesPartial(error)) throw error;
      // One that isn't the active one any more refuses every commit.
      await session.requireActive();
      return shipEverything(session, options, error);
    })
    .catch((error: unknown) => {
      throw settings.auditComment === undefined ? withCommentAdvice(error) : error;
    });
  if (job !== undefined) noteRun({ note: "commit-ended", firewall, job: job.id, counts });
  for (const warning of job?.warnings ?? []) {
    tell("warn", `commit job ${job?.id} on ${firewall}: ${warning}`);
  }
  return job;
}

/**
 * Whether a device doesn't commit one administrator's changes alone. Commits of reordered rules are documented for
 * Panorama from 11.0.1 on, and for firewalls not at all; how an older one refuses them is not known.
 */
function refusesPartial(error: unknown): error is PanosError {
  if (!(error instanceof PanosError)) return false;
  if (error.code === "REFUSED") return error.action === "commit";
  return (
    error.code === "JOB" && error.lines.some((line) => /partial|full (system )?commit|re-?order/i.test(line))
  );
}

/**
 * Commits everything, where that is what our administrator has pending and nothing else: a lock on writing keeps it
 * so until the job has ended. Never where the stack declares another device group of the same Panorama: what is staged for
 * that is our administrator's too, and the lock doesn't keep it out.
 * @param refused why ours alone was not committed
 */
async function shipEverything(
  session: Session,
  options: CommitOptions,
  refused: PanosError,
): Promise<Job | undefined> {
  const { client, settings } = await session.open();
  const { firewall } = session;
  if (settings.groupsBeside.length > 0) {
    const beside = `device group ${settings.groupsBeside.join(", ")} of the same Panorama`;
    throw wouldShip(
      firewall,
      refused,
      `what is staged for the ${beside}`,
      "Have somebody commit everything on it once",
    );
  }
  return withEverythingLocked(client, options.administrator, firewall, async () => {
    await requireNothingElse(session, options, refused);
    tell(
      "warn",
      `${firewall} does not commit our changes alone (${becauseOf(refused)}). Nobody else has any pending, so this is a ` +
        "full commit, as with panos:commitScope: full",
    );
    return commitChanges(client, { ...options, scope: "full" });
  });
}

/** @throws PanosError where a full commit would ship more than what our administrator has pending, as far as is known */
async function requireNothingElse(
  session: Session,
  { administrator }: CommitOptions,
  refused: PanosError,
): Promise<void> {
  const { client } = await session.open();
  const [changes, isRequired] = await Promise.all([pendingChanges(client), fullCommitRequired(client)]);
  // Ours beside a device group are no more looked at than others'.
  const own = committedWith(session.location, changes);
  // Where it names nothing of ours, which is pending, it doesn't name others' either.
  const namesOurs = own.some(({ owner }) => owner === administrator);
  const others = new Set(
    changes
      .filter((change) => change.owner !== administrator || !own.includes(change))
      .map(({ owner }) => owner),
  );
  if (others.size === 0 && !isRequired && namesOurs) return;
  const what =
    others.size > 0
      ? `what ${[...others].join(", ")} has pending`
      : isRequired
        ? "what the device has pending besides"
        : "whatever is pending: the device doesn't say that ours is, so what it says of others' can't be trusted";
  const advice = "Have somebody commit or revert that, or set panos:commitScope to full for one run";
  throw wouldShip(session.firewall, refused, what, advice);
}

function wouldShip(firewall: string, refused: PanosError, what: string, advice: string): PanosError {
  return new PanosError(
    "UNSUPPORTED",
    `${firewall} does not commit our changes alone (${becauseOf(refused)}), and a full commit would ship ${what}. ` +
      `Nothing was committed. ${advice}`,
    { action: "commit", lines: refused.lines, cause: refused },
  );
}

function becauseOf({ lines, message }: PanosError): string {
  return lines.join("; ") || message;
}
