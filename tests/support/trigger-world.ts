import { Handler } from "../../trigger/handler/handler";
import type { DeadLetter, Dependencies, HandlerSettings } from "../../trigger/handler/dependencies";
import { Ledger } from "../../trigger/ledger/ledger";
import type { LedgerStore, Stored } from "../../trigger/ledger/store";
import { DEPLOYED, VirtualQueue, type QueueOptions } from "../../trigger/replay/virtual-queue";
import { VirtualTime } from "../../trigger/replay/virtual-time";
import type { Runner, RunOutcome, RunningElsewhere, RunRequest } from "../../trigger/runner/runner";

export const BEGIN = Date.parse("2026-03-01T10:00:00Z");

/** A document in memory, written conditionally. */
export class MemoryStore implements LedgerStore {
  readonly address = "memory";
  stored: Stored | undefined;
  private versions = 0;

  read(): Promise<Stored | undefined> {
    return Promise.resolve(this.stored);
  }

  write(content: string, version: string | undefined): Promise<string | undefined> {
    if (this.stored?.version !== version) return Promise.resolve(undefined);
    this.stored = { content, version: String(++this.versions) };
    return Promise.resolve(this.stored.version);
  }
}

/** An invocation that may be killed: from then on, whatever it awaits never comes. */
export class Life {
  private dead = false;

  kill(): void {
    this.dead = true;
  }

  /** Makes a function's results stay away once this is dead. */
  binding<A extends unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    const never = () => new Promise<never>(() => undefined);
    return async (...args) => {
      if (this.dead) return never();
      try {
        return await work(...args);
      } finally {
        if (this.dead) await never();
      }
    };
  }
}

export interface WorldOptions {
  settings?: Partial<HandlerSettings>;
  queue?: Partial<QueueOptions>;
  store?: LedgerStore;
  /** Every so many milliseconds; none without. */
  schedule?: number;
  fetchFile?: Dependencies["fetchFile"];
  outcome?: Runner["outcome"];
  /** Called for each invocation, which may be killed by it. */
  onInvocation?: (life: Life, id: string) => void;
}

/** A run as the handler asked for it. */
export interface SeenRun {
  request: RunRequest;
  began: number;
  ended?: number;
  outcome?: RunOutcome | RunningElsewhere;
}

/** Handlers as Lambda runs them, their queue, their clock and their ledger, all in virtual time. */
export class World {
  readonly time = new VirtualTime(BEGIN);
  readonly store: LedgerStore;
  readonly queue: VirtualQueue;
  readonly runs: SeenRun[] = [];
  readonly wakes: number[] = [];
  readonly letters: DeadLetter[] = [];
  readonly told: { subject: string; text: string; at: number }[] = [];
  readonly log: Record<string, unknown>[] = [];
  readonly settings: HandlerSettings;
  /** Runs under way at once, at most. */
  mostAtOnce = 0;
  private underWay = new Set<string>();
  private ids = 0;
  /** What can't be reached now: its calls fail. */
  readonly out = new Set<"ledger" | "wake" | "deadLetter" | "tell">();

  /** @param run how a run goes; in its own time */
  constructor(
    private readonly run: (
      request: RunRequest,
      world: World,
      life: Life,
    ) => Promise<RunOutcome | RunningElsewhere>,
    private readonly options: WorldOptions = {},
  ) {
    this.store = options.store ?? new MemoryStore();
    this.settings = {
      stack: "prod",
      mode: "up",
      lookAgainAfter: 90_000,
      watch: { ownRoles: [], tagKeys: [] },
      ...options.settings,
    };
    this.queue = new VirtualQueue(this.time, { ...DEPLOYED, ...options.queue }, (input, id, end) =>
      this.invocation(input, id, end),
    );
    const { schedule } = options;
    if (schedule !== undefined) {
      const come = () => {
        this.queue.send(JSON.stringify({ "aws-panos-rules": "schedule" }));
        this.time.at(this.time.now() + schedule, come);
      };
      this.time.at(BEGIN + schedule, come);
    }
  }

  /** Sends a message at a time from the beginning. */
  send(body: unknown, after = 0): void {
    this.time.at(BEGIN + after, () =>
      this.queue.send(typeof body === "string" ? body : JSON.stringify(body)),
    );
  }

  /** One invocation by itself, to its end. */
  invoke(input: unknown, end?: number) {
    return this.time.until(this.invocation(input, `direct-${++this.ids}`, end));
  }

  /** One invocation beside others. */
  meet(input: unknown) {
    return this.invocation(input, `direct-${++this.ids}`);
  }

  private invocation(input: unknown, id: string, end = this.time.now() + 900_000) {
    const life = new Life();
    this.options.onInvocation?.(life, id);
    return new Handler(this.settings, this.dependencies(life)).handle(input, { id, end });
  }

  ledger(): Ledger {
    return new Ledger(this.store, this.settings.stack, this.time.wait);
  }

  /** Seconds from the beginning at which runs began. */
  begun(): number[] {
    return this.runs.map(({ began }) => (began - BEGIN) / 1000);
  }

  private dependencies(life: Life): Dependencies {
    const reachable = (what: "ledger" | "wake" | "deadLetter" | "tell", work: () => void): Promise<void> => {
      if (this.out.has(what)) return Promise.reject(new Error(`${what} is out of reach`));
      work();
      return Promise.resolve();
    };
    const store: LedgerStore = {
      address: this.store.address,
      read: life.binding(() => this.store.read()),
      write: life.binding((content, version) => this.store.write(content, version)),
    };
    return {
      ledger: new Ledger(store, this.settings.stack, life.binding(this.time.wait)),
      runner: {
        start: life.binding((request) => this.start(request, life)),
        outcome: life.binding(this.options.outcome ?? (() => Promise.resolve(undefined))),
      },
      outbox: {
        wake: life.binding((seconds) =>
          reachable("wake", () => {
            this.wakes.push(seconds);
            this.queue.send(JSON.stringify({ "aws-panos-rules": "wake" }), seconds);
          }),
        ),
        deadLetter: life.binding((letter) => reachable("deadLetter", () => this.letters.push(letter))),
        tell: life.binding((notice) =>
          reachable("tell", () => this.told.push({ ...notice, at: this.time.now() })),
        ),
      },
      now: this.time.now,
      fetchFile: life.binding(this.options.fetchFile ?? (() => Promise.reject(new Error("no files here")))),
      log: (line) => this.log.push(line),
      newId: () => `run-${++this.ids}`,
    };
  }

  private async start(request: RunRequest, life: Life): Promise<RunOutcome | RunningElsewhere> {
    const seen: SeenRun = { request, began: this.time.now() };
    this.runs.push(seen);
    this.underWay.add(request.id);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay.size);
    try {
      seen.outcome = await this.run(request, this, life);
      return seen.outcome;
    } finally {
      seen.ended = this.time.now();
      this.underWay.delete(request.id);
    }
  }
}

/** A run that takes so long and applies. */
export function applies(milliseconds: number) {
  return async (_request: RunRequest, { time }: World): Promise<RunOutcome> => {
    await time.wait(milliseconds);
    return { result: "applied", changed: true, summary: "1 changed" };
  };
}
