import type { HaState } from "../ha/link";
import type { HeldRequest } from "../http/holds";

/**
 * Which requests a fault is about: all that is given must hold, and nothing given is every request.
 * `type`, `action` and `admin` are compared whole; `xpath`, `cmd` and `element` must contain the text.
 * A list holds when one of its texts does.
 */
export interface FaultMatch {
  type?: string | readonly string[];
  action?: string | readonly string[];
  admin?: string | readonly string[];
  xpath?: string | readonly string[];
  cmd?: string | readonly string[];
  element?: string | readonly string[];
}

/** Before the request acts, or after it acted and before its answer. */
export type When = "before" | "after";

/** What happens to the request or to the firewall. `requests`: it ends by itself after that many more. */
export type Effect = { when?: When } & (
  | { /** The connection closes without an answer. */ do: "drop" }
  | { do: "delay"; ms: number }
  | { /** HTTP 5xx (503). */ do: "http-error"; status?: number }
  | {
      /** The answer ends early, after half of its bytes unless said. Always after acting. */
      do: "truncate";
      bytes?: number;
      /** The shorter length is announced, so that only the XML shows it. */
      announced?: boolean;
    }
  | { /** A page of HTML with status 200; after acting unless said. */ do: "not-xml"; body?: string }
  | { /** All keys: too old, or (revoked) unknown. */ do: "expire-keys"; why?: "expired" | "revoked" }
  | { /** The next job stays ACT until it is released. */ do: "stick-job"; requests?: number }
  | { /** The next commit job ends in FAIL. */ do: "fail-job"; details?: readonly string[] }
  | {
      /** Another administrator takes a lock. */
      do: "lock";
      kind: "commit" | "config";
      admin: string;
      /** "shared" (default) or a vsys. */
      scope?: string;
      comment?: string;
      requests?: number;
    }
  | { /** The peer of the HA pair takes over. */ do: "fail-over"; to?: HaState }
  | {
      /** The request has no answer, connections are refused for `downMs`, and see Firewall.restart. */
      do: "restart";
      downMs?: number;
      finishJob?: boolean;
      keepLocks?: boolean;
      loseRegistrations?: boolean;
    }
  | {
      /** Another administrator writes and commits; the request waits for the job's end. */
      do: "edit";
      admin: string;
      /** What a multi-config request has inside its root element. */
      operations?: string;
      /** Everybody's changes, or only this administrator's. */
      commit?: "all" | "own";
    }
  | { /** Until a full commit, or until it is released. */ do: "full-commit-required"; requests?: number }
);

/** A rule that makes something go wrong. */
export interface Fault {
  /** How it is called where it fired; "fault-1", … unless given. */
  name?: string;
  match?: FaultMatch | ((request: HeldRequest) => boolean);
  /** Fires from the nth matching request on; from the first unless given. */
  nth?: number;
  /** Of the matching requests, each fires with this probability (0 to 1), drawn from `seed`. */
  probability?: number;
  /** 1 unless given. The same seed fires at the same matching requests. */
  seed?: number;
  /** Fires at most so often: once, or with a probability without a limit. */
  count?: number;
  effect: Effect;
}

/** A fault that fired, without anything secret. */
export interface FiredFault {
  fault: string;
  effect: Effect["do"];
  when: When;
  /** Which of its matching requests it was, from 1. */
  occurrence: number;
  time: string;
  request: { admin: string; type: string; action?: string; xpath?: string; cmd?: string };
  /** What came of it where that is not a matter of course: a lock that was held already. */
  note?: string;
}

/** A fault that says nothing that could be done. `place` names the part. */
export class FaultError extends Error {
  readonly code = "INVALID_FAULT";

  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
    this.name = "FaultError";
  }
}

/** When an effect happens. */
export function whenOf(effect: Effect): When {
  if (effect.do === "truncate") return "after";
  return effect.when ?? (effect.do === "not-xml" ? "after" : "before");
}
