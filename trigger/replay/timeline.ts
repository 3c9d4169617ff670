import { isRecord } from "../../lib/records";
import { SCHEDULE_MESSAGE, WAKE_MESSAGE } from "../events/arrival";
import { readCloudTrailRecord } from "../events/cloudtrail";
import type { Change } from "../events/change";
import { Handler } from "../handler/handler";
import { Ledger } from "../ledger/ledger";
import type { LedgerStore } from "../ledger/store";
import type { RunOutcome, RunRequest } from "../runner/runner";
import type { Rehearsal, Rehearsed } from "./rehearsal";
import { DEPLOYED, VirtualQueue } from "./virtual-queue";
import { VirtualTime } from "./virtual-time";

/** A moment of what would have happened. */
export interface Moment {
  at: number;
  what: string;
  /** More of it, line by line. */
  details: string[];
}

/** What the records came to; by reason what started nothing, by call what the account could not follow. */
export interface Timeline {
  dropped: Map<string, number>;
  malformed: string[];
  untold: Map<string, number>;
  runs: number;
}

/** How fast things go in a replay, in milliseconds, and what counts. */
export interface Pace {
  delay: number;
  run: number;
  secondLook: number;
  schedule: number;
  ownRoles: string[];
  tagKeys: string[];
}

const IDLE: Rehearsed = {
  outcome: { result: "applied", changed: false, summary: "taken to be through" },
  rules: [],
};

/**
 * What happens to records of CloudTrail in the queue, the handler and its ledger, each at its own time.
 * @param tell gets each moment when it has come
 * @param rehearsal where the account changes and runs take place; without, each is taken to be through
 */
export async function timelineOf(
  records: readonly unknown[],
  pace: Pace,
  tell: (moment: Moment) => void,
  rehearsal?: Rehearsal,
): Promise<Timeline> {
  const watch = { ownRoles: pace.ownRoles, tagKeys: pace.tagKeys };
  const timeline: Timeline = { dropped: new Map(), malformed: [], untold: new Map(), runs: 0 };
  const changes: { change: Change; record: unknown }[] = [];
  for (const record of records) {
    const verdict = readCloudTrailRecord(record, watch);
    if ("change" in verdict) changes.push({ change: verdict.change, record });
    else if ("malformed" in verdict) timeline.malformed.push(verdict.malformed);
    else count(timeline.dropped, verdict.dropped);
  }
  const times = changes.map(({ change }) => Date.parse(change.at)).sort((a, b) => a - b);
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return timeline;

  const time = new VirtualTime(first);
  const say = (what: string, details: string[] = []) => tell({ at: time.now(), what, details });
  let ended = IDLE;
  const rehearse = async (request: RunRequest) => {
    if (rehearsal !== undefined)
      ended = await time.real(rehearsal.run(request, request.deadline - time.now()));
    return ended;
  };
  if (rehearsal !== undefined) {
    const request = { id: "run-0", cause: "before the first call", mode: "up" } as const;
    const { outcome, rules } = await rehearse({ ...request, deadline: first + DEPLOYED.timeout });
    if (outcome.result !== "applied") throw new Error(`the snapshot can't be applied: ${reasonOf(outcome)}`);
    say("what the snapshot asks for is on the firewall", rules);
  }
  let ids = 0;
  const queue: VirtualQueue = new VirtualQueue(time, DEPLOYED, (input, id, end) => {
    const handler = new Handler(
      { stack: "replay", mode: "up", lookAgainAfter: pace.secondLook, watch },
      {
        ledger: new Ledger(store, "replay", time.wait),
        runner: {
          start: async (request) => {
            say(`run ${++timeline.runs} begins: ${request.cause}`);
            const { outcome } = await rehearse(request);
            await time.wait(pace.run);
            return outcome;
          },
          outcome: () => Promise.resolve(undefined),
        },
        outbox: {
          wake: (seconds) => Promise.resolve(queue.send(JSON.stringify(WAKE_MESSAGE), seconds)),
          deadLetter: ({ reason }) => Promise.resolve(say(`set aside: ${reason}`)),
          tell: ({ subject }) => Promise.resolve(say(`told: ${subject}`)),
        },
        now: time.now,
        fetchFile: () => Promise.reject(new Error("a replay has its records already")),
        log: (line) => {
          if (line["event"] !== "run") return;
          const { outcome, rules } = ended;
          const changes = `${String(line["covered"])} changes`;
          if (outcome.result !== "applied")
            say(`run ${timeline.runs} ends, ${outcome.result}: ${changes} wait again`, [
              reasonOf(outcome),
              ...rules,
            ]);
          else say(`run ${timeline.runs} ends, ${changes} applied`, rehearsal && [outcome.summary, ...rules]);
        },
        newId: () => `run-${++ids}`,
      },
    );
    return handler.handle(input, { id, end });
  });
  const store = memoryStore();
  for (const { change, record } of changes) {
    const at = Date.parse(change.at);
    time.at(at, () => {
      const isTold = rehearsal?.happen(record) ?? true;
      if (!isTold) count(timeline.untold, change.what);
      say(deedOf(change), isTold ? [] : ["the account stays as it was: the record doesn't tell all of it"]);
    });
    time.at(at + pace.delay, () => queue.send(eventOf(record)));
  }
  const over = last + pace.delay + pace.secondLook + 2 * pace.run + 3 * DEPLOYED.window;
  if (pace.schedule > 0) {
    for (let at = first + pace.schedule; at <= over; at += pace.schedule) {
      time.at(at, () => queue.send(JSON.stringify(SCHEDULE_MESSAGE)));
    }
  }
  await time.run();
  return timeline;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function reasonOf(outcome: RunOutcome): string {
  return "reason" in outcome ? outcome.reason : outcome.summary;
}

function deedOf({ principal, what, subjects }: Change): string {
  return [principal ?? "AWS", what, ...subjects.slice(0, 2)].join(" ");
}

function eventOf(record: unknown): string {
  const time = isRecord(record) ? record["eventTime"] : undefined;
  return JSON.stringify({
    "detail-type": "AWS API Call via CloudTrail",
    source: "aws.ec2",
    time,
    detail: record,
  });
}

function memoryStore(): LedgerStore {
  let stored: { content: string; version: string } | undefined;
  return {
    address: "memory",
    read: () => Promise.resolve(stored),
    write: (content, version) => {
      if (stored?.version !== version) return Promise.resolve(undefined);
      stored = { content, version: String(Number(version ?? 0) + 1) };
      return Promise.resolve(stored.version);
    },
  };
}
