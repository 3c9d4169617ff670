import { once } from "node:events";
import type { JobOutcome } from "../commit/jobs";
import type { Member } from "./groups";
import type { Sent } from "../pushed/pushed";
import type { ManagedDevice } from "./managed";
import type { PushRequest } from "./push-request";

/**
 * Pushes to one firewall: a job of its own there, which judges what it gets with what it has itself.
 * @param sent what belongs into the vsys's entry, as XML, and what templates give; undefined: that is no part of it
 * @param failure lines that it ends with, whatever it gets
 * @returns "gone" where the firewall restarted before the job ended, and nobody hears of it
 */
export async function applyPush(
  firewall: ManagedDevice,
  { vsys }: Member,
  sent: Sent,
  { admin, description, mergesCandidate, validateOnly }: PushRequest,
  failure: readonly string[] = [],
): Promise<JobOutcome | "gone"> {
  const type = validateOnly ? "ValidateAll" : "CommitAll";
  return new Promise((resolve) => {
    const gone = new AbortController();
    void once(firewall.jobs, "cleared", { signal: gone.signal }).then(
      () => resolve("gone"),
      () => undefined,
    );
    firewall.jobs.enqueue({ type, user: `Panorama-${admin}`, description }, () => {
      const outcome = failure.length > 0 ? failed(failure) : judged(firewall, vsys, sent);
      if (outcome.ok && !validateOnly) {
        if (mergesCandidate) firewall.commitCandidate();
        firewall.receive(vsys, sent);
      }
      gone.abort();
      resolve(outcome);
      return outcome;
    });
  });
}

function judged(firewall: ManagedDevice, vsys: string, sent: Sent): JobOutcome {
  // Somebody's lock on the firewall itself: the push is a commit there (PAN-OS documentation on locks).
  const locks = [...firewall.locks.list("commit"), ...firewall.locks.list("config")];
  const held = locks.find(({ scope }) => scope === "shared" || scope === vsys);
  if (held) {
    return failed([
      held.kind === "commit"
        ? "Other administrators are holding device wide commit locks."
        : `Config for scope ${held.scope} is currently locked by ${held.admin}`,
      "Commit failed",
    ]);
  }
  const faults = firewall.pushFaults(vsys, sent);
  if (faults.length > 0) return failed(faults);
  return { ok: true, details: ["Configuration committed successfully"], warnings: [] };
}

function failed(details: readonly string[]): JobOutcome {
  return { ok: false, details: [...details], warnings: [] };
}
