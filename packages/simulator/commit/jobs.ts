import { EventEmitter } from "node:events";

type JobStatus = "PEND" | "ACT" | "FIN";
type JobResult = "PEND" | "OK" | "FAIL";

/** What a job did when it is done. */
export interface JobOutcome {
  ok: boolean;
  details: string[];
  warnings: string[];
}

/** How a push ended on a firewall. */
export interface PushedDevice {
  serial: string;
  name: string;
  vsys: string;
  group: string;
  /** "commit succeeded", "not connected", … */
  status: string;
  /** PEND: nothing was heard of it when the job ended. */
  result: "OK" | "FAIL" | "PEND";
  errors: readonly string[];
  warnings: readonly string[];
  started: Date;
  finished: Date;
  /** What goes on at a firewall once the job was seen to have ended. */
  late?: () => Promise<PushedDevice>;
}

/** One job of the firewall: a commit, a validation, or the commit at its start. */
export interface Job {
  readonly id: number;
  readonly type: "Commit" | "Validate" | "AutoCom" | "CommitAll" | "ValidateAll";
  readonly user: string;
  readonly description: string;
  status: JobStatus;
  result: JobResult;
  details: string[];
  warnings: string[];
  /** Of a push: what became of it on each firewall. */
  pushed?: { type: string; groups: readonly string[]; devices: PushedDevice[] };
  readonly enqueued: Date;
  started?: Date;
  finished?: Date;
}

interface Queued {
  job: Job;
  work: () => JobOutcome | Promise<JobOutcome>;
  /** Stays as it is once it runs, until somebody lets it go. */
  stuck: boolean;
}

/**
 * Jobs one after the other, in the order they came, as PAN-OS runs commits. Each takes `seconds`, then
 * its work is done in one go. Emits "job" with the job at every change of its status, and
 * "cleared" when all jobs are forgotten.
 */
export class JobQueue extends EventEmitter {
  /** What administrators asked for. */
  readonly jobs: Job[] = [];
  /** Job 1: a firewall commits by itself when it starts, and clients wait for that to be done. */
  private start: Job;
  private readonly waiting: Queued[] = [];
  private active: Queued | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private nextSticks = false;

  constructor(private readonly seconds: number) {
    super();
    this.start = startJob();
  }

  enqueue(request: Pick<Job, "type" | "user" | "description">, work: Queued["work"]): Job {
    const job: Job = {
      ...request,
      id: this.jobs.length + 2,
      status: "PEND",
      result: "PEND",
      details: [],
      warnings: [],
      enqueued: new Date(),
    };
    this.jobs.push(job);
    this.waiting.push({ job, work, stuck: this.nextSticks });
    this.nextSticks = false;
    this.emit("job", job);
    this.startNext();
    return job;
  }

  find(id: number): Job | undefined {
    return this.all().find((job) => job.id === id);
  }

  /** Everything, the newest first. */
  all(): Job[] {
    return [...[...this.jobs].reverse(), this.start];
  }

  /** The next job stays ACT when its turn comes, and all behind it wait. */
  stickNext(): void {
    this.nextSticks = true;
  }

  /** Whether a job is stuck now: nothing ends before it is released. */
  get isStuck(): boolean {
    return this.active?.stuck ?? false;
  }

  /** Lets stuck jobs go on, and takes `stickNext` back. */
  release(): void {
    this.nextSticks = false;
    for (const queued of this.waiting) queued.stuck = false;
    if (!this.active?.stuck) return;
    this.active.stuck = false;
    this.run(this.active);
  }

  /**
   * Forgets every job, as a restart does; numbers begin anew.
   * @param finishActive the running job's work is done first: its client will never hear of it
   */
  restart(finishActive: boolean): void {
    clearTimeout(this.timer);
    const { active } = this;
    this.waiting.length = 0;
    this.nextSticks = false;
    if (active && finishActive) this.finish(active);
    this.active = undefined;
    this.jobs.length = 0;
    this.start = startJob();
    this.emit("cleared");
  }

  /** Whether a commit is running or waiting. */
  get busy(): boolean {
    return this.active !== undefined || this.waiting.length > 0;
  }

  /** 0 for the running job, 1 for the next, … */
  position(job: Job): number {
    return this.waiting.findIndex((queued) => queued.job === job) + 1;
  }

  progress(job: Job): number {
    if (job.status === "FIN") return 100;
    if (job.status === "PEND" || !job.started || this.seconds <= 0) return 0;
    const share = (Date.now() - job.started.getTime()) / (this.seconds * 1000);
    return Math.max(0, Math.min(99, Math.floor(share * 100)));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.emit("cleared");
  }

  private startNext(): void {
    if (this.active || this.stopped) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.active = next;
    next.job.status = "ACT";
    next.job.started = new Date();
    this.emit("job", next.job);
    if (!next.stuck) this.run(next);
  }

  private run(queued: Queued): void {
    this.timer = setTimeout(() => this.finish(queued), this.seconds * 1000);
  }

  private finish(queued: Queued): void {
    const outcome = queued.work();
    if (!(outcome instanceof Promise)) return this.end(queued, outcome);
    void outcome.then((settled) => {
      // A restart has forgotten it meanwhile.
      if (this.active === queued && !this.stopped) this.end(queued, settled);
    });
  }

  private end({ job }: Queued, outcome: JobOutcome): void {
    job.details = outcome.details;
    job.warnings = outcome.warnings;
    job.result = outcome.ok ? "OK" : "FAIL";
    job.status = "FIN";
    job.finished = new Date();
    this.active = undefined;
    this.emit("job", job);
    this.startNext();
  }
}

function startJob(): Job {
  const now = new Date();
  return {
    id: 1,
    type: "AutoCom",
    user: "",
    description: "",
    status: "FIN",
    result: "OK",
    details: ["Configuration committed successfully"],
    warnings: [],
    enqueued: now,
    started: now,
    finished: now,
  };
}
