import { appendFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { isNameableGroup } from "../declaration/names";
import type { SettingProblem } from "../panos/connection";

/**
 * What an automation tells the run that it starts, and what the run tells back. Environment variables,
 * because both the program and the provider's process get them from the Pulumi CLI. A person's run has none.
 */
export const RUN_VARIABLES = {
  /** Why it runs, in a line: goes into the commit's description. */
  cause: "AWS_PANOS_RUN_CAUSE",
  /** Until when it has to have ended: milliseconds since 1970. */
  deadline: "AWS_PANOS_RUN_DEADLINE",
  /** Security groups from which permissions were taken, as the events say that started it: ids with commas between. */
  revoked: "AWS_PANOS_RUN_REVOKED",
  /** A file that gets a line of JSON, a `RunNote`, for what an automation has to know. */
  report: "AWS_PANOS_RUN_REPORT",
  /** Where the review of it can be seen: its address stays with the commit, among the stack's outputs. */
  reviewPage: "AWS_PANOS_REVIEW_URL",
} as const;

export interface Run {
  cause: string | undefined;
  deadline: number | undefined;
  revoked: string[];
  report: string | undefined;
  reviewPage: string | undefined;
}

/** Of one of these variables, in characters. */
const MAX_VALUE = 8192;

/** What an environment says of the run, and what is wrong with it. */
export function runFrom(environment: NodeJS.ProcessEnv): { run: Run; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const { cause, deadline, report, reviewPage, revoked } = RUN_VARIABLES;
  const time = environment[deadline] || undefined;
  if (time !== undefined && !/^\d{13}$/.test(time)) {
    problems.push({
      key: deadline,
      problem: "is no time in milliseconds since 1970",
      example: "1790000000000",
    });
  }
  const groups = (environment[revoked] ?? "").split(",").filter((id) => id !== "");
  if (!groups.every(isNameableGroup)) {
    problems.push({
      key: revoked,
      problem: "is no list of security groups' ids",
      example: "sg-0123456789abcdef0,sg-0abc",
    });
  }
  const file = environment[report] || undefined;
  if (file !== undefined && !isAbsolute(file)) {
    problems.push({ key: report, problem: "is no absolute path", example: "/tmp/run.jsonl" });
  }
  const page = environment[reviewPage] || undefined;
  if (page !== undefined && !isPage(page)) {
    problems.push({
      key: reviewPage,
      problem: "is no http or https address of at most 2,000 characters without a password",
      example: "https://ci.example.com/jobs/42/review.html",
    });
  }
  const tooLong = Object.values(RUN_VARIABLES).filter((name) => (environment[name]?.length ?? 0) > MAX_VALUE);
  for (const key of tooLong) {
    problems.push({ key, problem: `has more than ${MAX_VALUE} characters`, example: "a shorter one" });
  }
  const line = oneLine((environment[cause] ?? "").slice(0, MAX_VALUE)) || undefined;
  return {
    run: {
      cause: line,
      deadline: time === undefined ? undefined : Number(time),
      revoked: groups,
      report: file,
      reviewPage: page,
    },
    problems,
  };
}

/** Whether a text is the address of a page that may be shown to whoever sees the stack's outputs. */
function isPage(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username + password === "";
}

/** This process's run. The program has named what is wrong with it before anything was written. */
export function currentRun(): Run {
  return runFrom(process.env).run;
}

/** How a commit reads in the device's history: what it does, and what it was made for. */
export function withCause(description: string, { cause } = currentRun()): string {
  return cause === undefined ? description : `${description}; ${cause}`;
}

/** A text of whoever as one line without control, formatting or separator characters. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, " ")
    .trim();
}

/** What a run tells its automation. `firewall` is `name/vsys`. */
export type RunNote =
  /** How far it is. */
  | { note: "started" | "inventory-read" | "planned" }
  /** It begins to change the candidate, or asks for the commit of it. */
  | { note: "first-write" | "commit-submitted"; firewall: string }
  /** What is in force is another: by a commit, or by registering addresses. */
  | { note: "commit-ended"; firewall: string; job: string; counts: string }
  | { note: "registered"; firewall: string }
  /** A device group's firewalls are sent what Panorama runs; and how many of them have it, with who hasn't, and why. */
  | { note: "push-submitted"; firewall: string }
  | { note: "pushed"; firewall: string; wasSent: boolean; reach: string }
  /** A limit, a freeze or the pause switch keeps it from being applied: a person has to decide. */
  | { note: "held"; firewall?: string; reason: string }
  /** There was no time left for a commit. */
  | { note: "out-of-time"; firewall: string; reason: string }
  /** On this firewall it failed, for whatever reason. */
  | { note: "failed"; firewall: string; reason: string };

/** A note, and when it was made: milliseconds since 1970. */
export type TimedNote = RunNote & { at: number };

/** Tells the automation, if there is one. Never fails: what can't be told must not stop an update. */
export function noteRun(note: RunNote): void {
  const { report } = currentRun();
  if (report === undefined) return;
  try {
    appendFileSync(report, `${JSON.stringify({ ...note, at: Date.now() })}\n`);
  } catch {
    // The automation then goes by the exit code.
  }
}
