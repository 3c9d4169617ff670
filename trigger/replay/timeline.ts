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
import { counted } from "../../lib/text";

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
  services?: boolean;
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
  const { ownRoles, tagKeys, services = false } = pace;
  const watch = { ownRoles, tagKeys, services };
  const timeline: Timeline = { dropped: new Map(), malformed: [], untold: new Map(), runs: 0 };
  const changes = changesIn(records, watch, timeline);
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
          const { end, details } = endOf(ended, counted(Number(line["covered"]), "change"));
          say(`run ${timeline.runs} ends, ${end}`, rehearsal && details);
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
  for (let at = first + pace.schedule; pace.schedule > 0 && at <= over; at += pace.schedule) {
    time.at(at, () => queue.send(JSON.stringify(SCHEDULE_MESSAGE)));
  }
  await time.run();
  return timeline;
}

/** The records that would start a run; what the others are is counted. */
function changesIn(
  records: readonly unknown[],
  watch: Parameters<typeof readCloudTrailRecord>[1],
  { malformed, dropped }: Timeline,
): { change: Change; record: unknown }[] {
  return records.flatMap((record) => {
    const verdict = readCloudTrailRecord(record, watch);
    if ("change" in verdict) return [{ change: verdict.change, record }];
    if ("malformed" in verdict) malformed.push(verdict.malformed);
    else count(dropped, verdict.dropped);
    return [];
  });
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function endOf({ outcome, rules }: Rehearsed, changes: string): { end: string; details: string[] } {
  if (outcome.result === "applied")
    return { end: `${changes} applied`, details: [outcome.summary, ...rules] };
  return { end: `${outcome.result}: ${changes} wait again`, details: [reasonOf(outcome), ...rules] };
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
