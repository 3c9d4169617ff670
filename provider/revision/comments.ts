import { setAuditComment } from "../../panos/audit";
import { PanosError } from "../../panos/error";
import { entryXpath } from "../../panos/location";
import type { PendingChange } from "../../panos/system";
import { changedEntry } from "../../declaration/journal";
import { inParallel } from "../../lib/parallel";
import type { Session } from "../session/session";

/**
 * Gives rules the audit comment of this run, just before the commit that archives it: then every rule of ours
 * that the commit ships is known, those that a killed run has left too, and one that fails leaves nothing in force.
 * A firewall whose Policy Rulebase Settings require comments commits no changed rule without one.
 * @throws PanosError that names the setting when the firewall refuses the comment
 */
export async function commentRules(
  session: Session,
  names: readonly string[],
  comment: string,
): Promise<void> {
  const { client } = await session.open();
  await inParallel(names, async (name) => {
    try {
      await setAuditComment(client, entryXpath(session.location, "rules", name), comment);
    } catch (error) {
      if (!(error instanceof PanosError) || error.code !== "REFUSED") throw error;
      throw new PanosError(
        "REFUSED",
        `${session.firewall} refuses the audit comment of panos:auditComment for rule ${name}: ` +
          `${error.lines.join("; ") || error.message}. Nothing was committed`,
        { action: "audit-comment", lines: error.lines, cause: error },
      );
    }
  });
}

/** What a failed commit's error becomes where the firewall wanted comments and the run had none to give. */
export function withCommentAdvice(error: unknown): unknown {
  const isMissing =
    error instanceof PanosError &&
    error.code === "JOB" &&
    error.lines.some((line) => /audit.comment/i.test(line));
  if (!isMissing) return error;
  return new PanosError(
    "JOB",
    `${error.message}. This firewall requires audit comments: set panos:auditComment, and run again`,
    { lines: error.lines, cause: error },
  );
}

/** Rules of a list that an administrator has changed and not committed, by the journal of the device. */
export function pendingRules(
  names: readonly string[],
  changes: readonly PendingChange[],
  administrator: string,
  session: Session,
): string[] {
  const entries = new Set(changes.filter(({ owner }) => owner === administrator).map(changedEntry));
  return names.filter((name) => entries.has(entryXpath(session.location, "rules", name)));
}
