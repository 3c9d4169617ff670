import { expect } from "chai";
import { EMPTY, sizeOf } from "../../../trigger/ledger/document";
import type { RunOutcome, RunRequest } from "../../../trigger/runner/runner";
import { callEvent, IDS, sqsInput } from "../../support/cloudtrail";
import { applies, BEGIN, MemoryStore, World, type Life } from "../../support/trigger-world";

const minutes = 60_000;

/** The same numbers for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function event(at: number) {
  const request = { instancesSet: { items: [{ instanceId: IDS.instance }] } };
  return callEvent("StopInstances", request, { eventTime: new Date(at).toISOString() });
}

/** AWS as EC2 tells it: the latest changes perhaps not yet, but each after so long for sure. */
class Account {
  readonly changes: { at: number; value: number }[] = [];

  constructor(private readonly lag: number) {}

  /** How many changes a reader sees who is that unlucky (0: not at all, 1: all that is possible). */
  seen(now: number, badLuck: number): number {
    return this.changes.filter(({ at }) => at + this.lag * badLuck <= now).length;
  }
}

describe("a storm of events", () => {
  it("of 1,000 in a burst is two runs and a second look", async () => {
    const world = new World(applies(45_000));
    for (let n = 0; n < 1000; n++) world.send(event(BEGIN + n * 20), n * 20);
    await world.time.run();
    expect(world.runs).to.have.length(3);
    expect(world.mostAtOnce).to.equal(1);
    expect(world.runs[2]?.request.cause).to.equal("looked again");
    expect(world.begun()[2]).to.be.at.least(20 + 85);
    const covered = world.log.filter((line) => line["event"] === "run").map((line) => line["covered"]);
    expect((covered as number[]).reduce((sum, count) => sum + count)).to.equal(1000);
  });

  for (const [seed, many] of [
    [1, 10_000],
    [2, 1_000],
    [3, 1_000],
  ] as const) {
    it(`of ${many} with duplicates, disorder, illegible ones and runners that die is lived through (${seed})`, async () => {
      const next = numbers(seed);
      const account = new Account(80_000);
      /** What the firewall has: that many of the account's changes. */
      let firewall = 0;
      let killed = 0;

      const run = async (_: RunRequest, { time }: World, life: Life): Promise<RunOutcome> => {
        const die = () => {
          killed++;
          life.kill();
          throw new Error("killed");
        };
        const luck = next();
        await time.wait(5_000 + next() * 10_000);
        const read = account.seen(time.now(), next());
        if (luck < 0.1) die();
        if (luck < 0.2) return { result: "failed", reason: "the firewall can't be reached" };
        if (luck < 0.25) return { result: "busy", reason: "bob's update" };
        if (luck < 0.3) return { result: "out-of-time", reason: "the commit takes 120 s" };
        if (luck < 0.32) return { result: "held", reason: "paused" };
        await time.wait(30_000 + next() * 60_000);
        // The commit: never older than what is in force, because one run at a time writes.
        firewall = Math.max(firewall, read);
        if (luck < 0.36) die();
        return { result: "applied", changed: true, summary: "changed" };
      };

      /** Invocations die between a write and its answer, too; and answers get lost. */
      class Treacherous extends MemoryStore {
        life: Life | undefined;
        override async write(content: string, version: string | undefined): Promise<string | undefined> {
          if (next() < 0.02) await world.time.wait(next() * 100);
          const written = await super.write(content, version);
          const luck = next();
          if (luck < 0.005) {
            killed++;
            this.life?.kill();
          } else if (luck < 0.02) {
            // The client sends it again, and S3 finds another object than it was to replace.
            return undefined;
          }
          return written;
        }
      }

      const store = new Treacherous();
      const world: World = new World(run, {
        store,
        schedule: 15 * minutes,
        queue: { window: 20_000 },
        onInvocation: (life) => (store.life = life),
      });

      const span = 240 * minutes;
      let malformed = 0;
      for (let n = 0; n < many; n++) {
        // In bursts, with quiet times between.
        const at = Math.floor((Math.floor(next() * 60) / 60) * span + next() * 40_000);
        world.time.at(BEGIN + at, () => account.changes.push({ at: BEGIN + at, value: n }));
        const one = event(BEGIN + at);
        // Late, and therefore in another order; some twice; some never, for the schedule to find.
        if (next() < 0.02) continue;
        world.send(one, at + next() * 60_000);
        if (next() < 0.1) world.send(one, at + next() * 600_000);
        if (next() < 0.02) {
          malformed++;
          world.send(["{", { "detail-type": 7 }, "7", { Records: [null] }][n % 4], at);
        }
      }

      await world.time.run(BEGIN + span + 120 * minutes);

      expect(account.changes).to.have.length(many);
      expect(firewall).to.equal(many);
      const { waiting, lease } = await world.ledger().read();
      // The schedule may just have come round.
      expect(sizeOf(waiting) + sizeOf(lease?.covers ?? EMPTY)).to.equal(0);
      expect(world.mostAtOnce).to.equal(1);
      expect(killed).to.be.above(2);
      // Set aside, each; twice where its invocation was killed.
      expect(world.letters.length).to.be.at.least(malformed);
      // One run covers a burst; without merging there would be thousands.
      expect(world.runs.length).to.be.below(500);
    });
  }

  it("doesn't let two handlers run at once, however they meet", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = numbers(seed);
      class Slow extends MemoryStore {
        override async read() {
          await world.time.wait(next() * 50);
          return super.read();
        }
        override async write(content: string, version: string | undefined) {
          await world.time.wait(next() * 50);
          return super.write(content, version);
        }
      }
      const world: World = new World(applies(100), { store: new Slow(), settings: { lookAgainAfter: 0 } });
      const both = Array.from({ length: 6 }, () => world.meet(sqsInput(event(BEGIN))));
      await world.time.until(Promise.all(both));
      expect(world.mostAtOnce).to.equal(1);
      expect((await world.time.until(world.ledger().read())).waiting.changes).to.be.empty;
      expect(world.runs.length).to.be.at.most(6);
    }
  });
});
