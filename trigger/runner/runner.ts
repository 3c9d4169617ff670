/** One `pulumi up` (or preview) of the stack, for everything that is waiting. */
export interface RunRequest {
  /** Names the run: in the ledger, in logs, and for whoever has to be asked later how it ended. */
  id: string;
  /** Who did what, in a line: goes into the commit's description. */
  cause: string;
  /** Ids of the security groups from which permissions were taken; absent: from none that is known. */
  revoked?: string[];
  mode: "up" | "preview";
  /** Until when it has to have ended: epoch milliseconds. */
  deadline: number;
}

/** How a run ended. Every reason is a sentence for a person. */
export type RunOutcome =
  /**
   * Firewall and declaration agree; `changed` where that took a commit, a push or a registration. Of a device group with
   * onUnreachable: warn, `summary` names the firewalls that have not got it.
   */
  | { result: "applied"; changed: boolean; summary: string }
  /** Mode `preview`: what an update would do. */
  | { result: "previewed"; summary: string }
  /** A limit, a freeze window or the pause switch stopped it: nothing was applied, a person has to decide. */
  | { result: "held"; reason: string }
  /** Somebody else's update of the stack held its lock until the deadline. */
  | { result: "busy"; reason: string }
  /** It would not have ended in time and stopped before the commit: what it staged waits for the next run. */
  | { result: "out-of-time"; reason: string }
  | { result: "failed"; reason: string };

/** How a run ended, whatever kind of error ended it. @param clean takes secrets out of what it says */
export function failedBy(error: unknown, clean = (text: string) => text): RunOutcome {
  return { result: "failed", reason: clean(error instanceof Error ? error.message : String(error)) };
}

/** A run that goes on elsewhere, under a name of that place. */
export interface RunningElsewhere {
  result: "started";
  /** For `Runner.outcome`: a CodeBuild build's id, say. */
  handle: string;
  /** How long it can go on there, in milliseconds: that place ends it, whatever happens. */
  longest: number;
}

/** Where runs happen: in this Lambda, in CodeBuild, or wherever this is implemented for. */
export interface Runner {
  /**
   * Runs, or has a run start elsewhere.
   * @throws whatever keeps a run from starting; counts as a failed one
   */
  start(request: RunRequest): Promise<RunOutcome | RunningElsewhere>;
  /** How a run ended that was started elsewhere; undefined while it goes on. */
  outcome(request: RunRequest, handle: string): Promise<RunOutcome | undefined>;
}
