import type { Candidate } from "../config/candidate";
import { markAll } from "../config/journal";
import type { JournalEntry } from "../config/journal";
import { withChanges } from "../config/transplant";
import { Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { capacityFaults } from "../policy/capacity";
import type { Capacity } from "../policy/capacity";
import { duplicates } from "../pushed/duplicates";
import type { Pushed } from "../pushed/pushed";
import type { Refuses } from "../refuses";
import type { Beside } from "../schema/references";
import { policyWarnings } from "../policy/warnings";
import type { AuditComments } from "../op/audit";
import { missingAuditComments } from "./audit-requirement";
import type { Job, JobOutcome, JobQueue } from "./jobs";
import type { Locks } from "./locks";
import { isInScope, isPartial } from "./scope";
import type { Scope } from "./scope";
import { faultsOf, validate } from "./validate";

export interface CommitRequest {
  admin: string;
  description: string;
  scope: Scope;
  force: boolean;
}

/** What a commit request comes to: a job, or nothing to do. */
export type CommitAnswer = Job | "no changes" | "no changes of these administrators";

/** Candidate to running: what is shipped is settled when the commit is requested, not when its job runs. */
export class Commits {
  private readonly planned: string[][] = [];
  private readonly tolerated: ReadonlySet<string>;

  constructor(
    private readonly device: Beside & {
      candidate: Candidate;
      running: XmlElement;
      fullCommitRequired: boolean;
      refusesReordering: boolean;
      auditComments: AuditComments;
      capacity: Capacity;
      readonly pushed: Pushed;
      readonly refuses: Refuses;
    },
    private readonly jobs: JobQueue,
    private readonly locks: Locks,
    /** Told of each commit that went through. */
    private readonly committed: (request: CommitRequest, covered: readonly JournalEntry[]) => void,
  ) {
    this.tolerated = new Set(faultsOf(device.running, device).map(({ line }) => line));
  }

  /** The next commit job ends in FAIL with these details. */
  failNext(details: string[]): void {
    this.planned.push(details);
  }

  /** Forgets what was planned to fail. */
  clearPlans(): void {
    this.planned.length = 0;
  }

  /** @throws Refusal when somebody else holds a commit lock, or only a full commit is possible */
  commit(request: CommitRequest): CommitAnswer {
    const { admin, scope } = request;
    this.locks.requireCommit(admin, scope.vsys ?? scope.managed.get("device-group"));
    if (this.device.fullCommitRequired && isPartial(scope))
      // After the text of the refused partial revert, which is known.
      throw new Refusal("13", ["Partial commit is not allowed. Full system commit must be completed."]);
    const { candidate } = this.device;
    const shipped = candidate.journal.entries.filter(
      (entry) => entry.job === undefined && isInScope(entry, scope),
    );
    if (shipped.length === 0 && !request.force) {
      return scope.admins ? "no changes of these administrators" : "no changes";
    }
    if (scope.admins && this.device.refusesReordering && shipped.some(({ action }) => action === "MOVE")) {
      throw new Refusal("13", ["Commit of reordered rules by administrator is not allowed."]);
    }
    const asked = candidate.root.clone();
    const pending = candidate.journal.entries;
    const fault = this.planned.shift();
    // A full commit also covers what an earlier job has that may still fail.
    const covered = isPartial(scope) ? shipped : pending;
    const job = this.jobs.enqueue({ type: "Commit", user: admin, description: request.description }, () => {
      const next = withChanges(asked, this.device.running, covered, pending);
      return this.finish(request, next, covered, fault);
    });
    for (const entry of shipped) entry.job = job.id;
    return job;
  }

  /** A job that only looks whether a commit would succeed. */
  validate(admin: string, scope: Scope, description: string): Job {
    const { candidate } = this.device;
    const pending = candidate.journal.entries;
    const changes = pending.filter((entry) => isInScope(entry, scope));
    const asked = candidate.root.clone();
    return this.jobs.enqueue({ type: "Validate", user: admin, description }, () => {
      const next = withChanges(asked, this.device.running, changes, pending);
      const faults = this.faults(next, changes);
      if (faults.length > 0) return failure(faults);
      return {
        ok: true,
        details: ["Configuration is valid"],
        warnings: policyWarnings(next, this.device),
      };
    });
  }

  private faults(next: XmlElement, covered: readonly JournalEntry[]): string[] {
    const { auditComments, capacity, running, pushed, refuses } = this.device;
    return [
      ...validate(next, this.tolerated, this.device),
      ...duplicates(next, pushed, refuses.pushedRuleNames),
      ...missingAuditComments(next, covered, auditComments),
      ...capacityFaults({ config: next, pushed }, { config: running, pushed }, capacity),
    ];
  }

  private finish(
    request: CommitRequest,
    next: XmlElement,
    covered: readonly JournalEntry[],
    fault?: string[],
  ): JobOutcome {
    const { candidate } = this.device;
    const faults = fault ? [] : this.faults(next, covered);
    if (fault || faults.length > 0) {
      // The candidate stays as it is, and blocks the next commit for the same reason.
      for (const entry of covered) delete entry.job;
      return fault ? { ok: false, details: fault, warnings: [] } : failure(faults);
    }
    for (const node of next.descendants()) node.dirty = undefined;
    this.device.running = next;
    candidate.journal.remove(covered);
    markAll(candidate.root, candidate.journal);
    this.locks.committed(request.admin);
    this.committed(request, covered);
    return {
      ok: true,
      details: ["Configuration committed successfully"],
      warnings: policyWarnings(next, this.device),
    };
  }
}

function failure(faults: string[]): JobOutcome {
  return { ok: false, details: ["Validation Error:", ...faults], warnings: [] };
}
