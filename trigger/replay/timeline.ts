import { isRecord } from "../../settings/reader";
import { SCHEDULE_MESSAGE, WAKE_MESSAGE } from "../events/arrival";
import { readCloudTrailRecord } from "../events/cloudtrail";
import type { Change } from "../events/change";
import { Handler } from "../handler/handler";
import { Ledger } from "../ledger/ledger";
import type { LedgerStore } from "../ledger/store";
import type { Flags } from "./flags";
import { DEPLOYED, VirtualQueue } from "./virtual-queue";
import { VirtualTime } from "./virtual-time";

/** A moment of what would have happened. */
export interface Moment {
  at: number;
  what: string;
}

/** What would have happened, and what started nothing, by its reason. */
export interface Timeline {
  moments: Moment[];
  dropped: Map<string, number>;
  malformed: string[];
  runs: number;
}

/** What happens to records of CloudTrail in the queue, the handler and its ledger, each at its own time. */
export async function timelineOf(records: readonly unknown[], flags: Flags): Promise<Timeline> {
  const watch = { ownRoles: flags.ownRoles, tagKeys: flags.tagKeys };
  const timeline: Timeline = { moments: [], dropped: new Map(), malformed: [], runs: 0 };
  const changes: { change: Change; record: unknown }[] = [];
  for (const record of records) {
    const verdict = readCloudTrailRecord(record, watch);
    if ("change" in verdict) changes.push({ change: verdict.change, record });
    else if ("malformed" in verdict) timeline.malformed.push(verdict.malformed);
    else timeline.dropped.set(verdict.dropped, (timeline.dropped.get(verdict.dropped) ?? 0) + 1);
  }
  const times = changes.map(({ change }) => Date.parse(change.at)).sort((a, b) => a - b);
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return timeline;

  const time = new VirtualTime(first);
  const say = (what: string) => void timeline.moments.push({ at: time.now(), what });
  let ids = 0;
  const queue: VirtualQueue = new VirtualQueue(time, DEPLOYED, (input, id, end) => {
    const handler = new Handler(
      { stack: "replay", mode: "up", lookAgainAfter: flags.secondLook, watch },
      {
        ledger: new Ledger(store, "replay", time.wait),
        runner: {
          start: async (request) => {
            say(`run ${++timeline.runs} begins: ${request.cause}`);
            await time.wait(flags.run);
            return { result: "applied", changed: false, summary: "taken to be through" };
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
          if (line["event"] === "run")
            say(`run ${timeline.runs} ends, ${String(line["covered"])} changes applied`);
        },
        newId: () => `run-${++ids}`,
      },
    );
    return handler.handle(input, { id, end });
  });
  const store = memoryStore();
  for (const { change, record } of changes) {
    const at = Date.parse(change.at);
    time.at(at, () => say(deedOf(change)));
    time.at(at + flags.delay, () => queue.send(eventOf(record)));
  }
  const over = last + flags.delay + flags.secondLook + 2 * flags.run + 3 * DEPLOYED.window;
  if (flags.schedule > 0) {
    for (let at = first + flags.schedule; at <= over; at += flags.schedule) {
      time.at(at, () => queue.send(JSON.stringify(SCHEDULE_MESSAGE)));
    }
  }
  await time.run();
  return timeline;
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
