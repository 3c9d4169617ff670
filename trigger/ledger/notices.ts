import { cut, plainText } from "../../lib/text";
import type { RunOutcome } from "../runner/runner";
import { causeOf } from "./cause";
import { sizeOf, type LedgerDocument, type Notice } from "./document";

/** What a person is told, in words. */
export type Words = Omit<Notice, "id">;

/** SNS takes subjects of less than 100 characters, ASCII only (SNS documentation: Publish). */
const MAX_SUBJECT = 99;
const MAX_REASON = 4_000;

export function failing(document: LedgerDocument, reason: string, now: number): Words {
  return words(document, "runs fail", [
    `The last ${document.trouble.failures} runs of stack ${document.stack} failed. The reason of the last one:`,
    legible(reason),
    waits(document, now),
    "It is tried again, from now on with the schedule. No change is dropped.",
  ]);
}

export function outOfTime(document: LedgerDocument, reason: string, now: number): Words {
  return words(document, "runs take too long", [
    `The last ${document.trouble.outOfTime} runs of stack ${document.stack} would not have ended in time, and ` +
      "stopped before their commit:",
    legible(reason),
    waits(document, now),
    "Give the function more time or memory, or let runs go to CodeBuild (runner: codebuild).",
  ]);
}

export function busy(document: LedgerDocument, reason: string, since: number, now: number): Words {
  return words(document, "the stack stays locked", [
    `Since ${utc(since)} every run of stack ${document.stack} has found it locked by somebody else:`,
    legible(reason),
    waits(document, now),
    "If nobody is at work on it, its lock was left behind: pulumi cancel.",
  ]);
}

export function held(document: LedgerDocument, reason: string): Words {
  return words(document, "a run was held", [
    `A run of stack ${document.stack} was stopped before it wrote anything:`,
    legible(reason),
    waits(document),
    "It is tried again with the schedule, and this is not said again. When it is over, that is said.",
  ]);
}

export function recovered(
  document: LedgerDocument,
  outcome: Extract<RunOutcome, { result: "applied" | "previewed" }>,
): Words {
  return words(document, "runs go through again", [
    `A run of stack ${document.stack} went through:`,
    legible(outcome.summary),
  ]);
}

export function previewed(document: LedgerDocument, summary: string): Words {
  return words(document, "what an update would do", [
    `Stack ${document.stack} is in mode preview: nothing was written. An update would do this:`,
    legible(summary),
  ]);
}

function words({ stack }: LedgerDocument, subject: string, lines: string[]): Words {
  const title = `aws-panos-rules ${stack}: ${subject}`.replace(/[^\x20-\x7e]/g, "_");
  return { subject: cut(title, MAX_SUBJECT).replace("…", "_"), text: lines.join("\n\n") };
}

function waits({ waiting }: LedgerDocument, now?: number): string {
  const size = sizeOf(waiting);
  if (size === 0) return "No change is known to wait.";
  const age =
    now === undefined || waiting.oldest === undefined ? "" : `, the oldest since ${utc(waiting.oldest)}`;
  return `${size} ${size === 1 ? "change waits" : "changes wait"}${age}: ${causeOf(waiting)}`;
}

const utc = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Keeps line breaks: a reason may be a list. */
function legible(text: string): string {
  return cut(text.split("\n").map(plainText).join("\n"), MAX_REASON);
}
