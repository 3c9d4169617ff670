import { expect } from "chai";
import { LedgerError } from "../../../trigger/ledger/errors";
import { WAKE_MESSAGE } from "../../../trigger/events/arrival";
import { LogFileError } from "../../../trigger/events/log-file";
import type { RunningElsewhere, RunOutcome, RunRequest } from "../../../trigger/runner/runner";
import {
  callEvent,
  callRecord,
  envelope,
  IDS,
  logFile,
  logFileKey,
  s3Notification,
  sqsInput,
  stateEvent,
} from "../../support/cloudtrail";
import { applies, BEGIN, MemoryStore, World, type WorldOptions } from "../../support/trigger-world";

const minutes = 60_000;

/** A call at a time after the beginning, as CloudTrail would say it. */
function stop(after: number, id = IDS.instance as string) {
  const eventTime = new Date(BEGIN + after).toISOString();
  return callEvent("StopInstances", { instancesSet: { items: [{ instanceId: id }] } }, { eventTime });
}

/** A runner whose runs take half a minute and end as told, in turn; the last one again and again. */
function ending(...outcomes: RunOutcome[]) {
  let turn = 0;
  return async (_: RunRequest, { time }: World): Promise<RunOutcome> => {
    const outcome = outcomes[Math.min(turn++, outcomes.length - 1)]!;
    await time.wait(30_000);
    return outcome;
  };
}

const APPLIED: RunOutcome = { result: "applied", changed: true, summary: "1 changed" };
const FAILED: RunOutcome = { result: "failed", reason: "the firewall can't be reached" };
const NO_SECOND_LOOK: WorldOptions = { settings: { lookAgainAfter: 0 } };

describe("the handler", () => {
  describe("runs", () => {
    it("for a change, and once more when EC2 has surely caught up", async () => {
      const world = new World(applies(30_000));
      world.send(stop(0));
      await world.time.run();
      expect(world.begun()).to.deep.equal([10, 10 + 30 + 50 + 10]);
      expect(world.runs[0]?.request.cause).to.match(
        /^alice \(StopInstances i-0123456789abcdef0\); event 3f2a/,
      );
      expect(world.runs[1]?.request.cause).to.equal("looked again");
    });

    it("once for all that is waiting, and once for all that arrived meanwhile", async () => {
      const world = new World(applies(30_000), NO_SECOND_LOOK);
      for (let n = 0; n < 100; n++) world.send(stop(n * 300), n * 300);
      await world.time.run();
      expect(world.runs).to.have.length(2);
      expect(world.mostAtOnce).to.equal(1);
    });

    it("with the schedule, whether or not anything is known to have changed", async () => {
      const world = new World(applies(30_000), { schedule: 15 * minutes });
      await world.time.run(BEGIN + 46 * minutes);
      expect(world.begun()).to.deep.equal([910, 1810, 2710]);
    });

    it("not for what changes nothing", async () => {
      const world = new World(applies(30_000));
      world.send(callEvent("DescribeInstances", {}, { readOnly: true }));
      world.send(callEvent("StopInstances", {}, { errorCode: "Client.UnauthorizedOperation" }));
      world.send(WAKE_MESSAGE);
      await world.time.run();
      expect(world.runs).to.be.empty;
      expect(world.log[0]).to.deep.include({
        DroppedEvents: 2,
        Heartbeat: 1,
        Changes: 0,
        OldestChangeAge: 0,
      });
      expect(world.log[0]?.["dropped"]).to.deep.equal({ "read-only": 1, "failed call": 1 });
    });

    it("not twice for what arrives twice", async () => {
      const world = new World(applies(30_000), NO_SECOND_LOOK);
      const event = stop(0);
      for (const after of [0, 1000, 60_000, 120_000]) world.send(event, after);
      await world.time.run();
      expect(world.runs).to.have.length(1);
    });

    it("with a deadline that leaves time to write down how it ended", async () => {
      const world = new World(applies(30_000), NO_SECOND_LOOK);
      await world.invoke(sqsInput(stop(0)), BEGIN + 10 * minutes);
      expect(world.runs[0]?.request.deadline).to.equal(BEGIN + 10 * minutes - 30_000);
    });

    it("in another invocation for what came up when time was short", async () => {
      const world = new World(applies(11 * minutes), NO_SECOND_LOOK);
      world.send(stop(0));
      world.send(stop(minutes), minutes);
      await world.time.run();
      expect(world.begun()).to.deep.equal([10, 10 + 660 + 10]);
      expect(world.wakes).to.deep.equal([0]);
    });
  });

  describe("when a run fails", () => {
    it("tries again later and later, says so at the third time, and when it is over", async () => {
      const world = new World(ending(FAILED, FAILED, FAILED, FAILED, APPLIED), {
        schedule: 15 * minutes,
        ...NO_SECOND_LOOK,
      });
      world.send(stop(0));
      await world.time.run(BEGIN + 29 * minutes);
      const [first, second, third, fourth] = world.begun();
      expect([second! - first!, third! - second!, fourth! - third!]).to.deep.equal([70, 160, 520]);
      expect(world.told.map(({ subject }) => subject)).to.deep.equal([
        "aws-panos-rules prod: runs fail",
        "aws-panos-rules prod: runs go through again",
      ]);
      expect(world.told[0]?.at).to.equal(BEGIN + third! * 1000 + 30_000);
      // The fifth came with the schedule.
      expect(world.begun()[4]).to.equal(910);
      expect(world.runs[4]?.request.cause).to.contain("alice");
    });

    it("counts a runner that throws as a failure", async () => {
      const world = new World(() => Promise.reject(new Error("there is no CLI")), NO_SECOND_LOOK);
      await world.invoke(sqsInput(stop(0)));
      const { trouble, waiting } = await world.ledger().read();
      expect(trouble.failures).to.equal(1);
      expect(waiting.changes).to.have.length(1);
      expect(world.log.at(-1)).to.deep.include({
        result: "failed",
        reason: "there is no CLI",
        FailedRuns: 1,
      });
    });

    it("gives a sign for an alarm once", async () => {
      const world = new World(ending(FAILED), { schedule: 15 * minutes, ...NO_SECOND_LOOK });
      world.send(stop(0));
      await world.time.run(BEGIN + 120 * minutes);
      expect(world.log.filter((line) => line["RunsGivenUp"] === 1)).to.have.length(1);
      const ages = world.log.map((line) => line["OldestChangeAge"]).filter((age) => age !== undefined);
      expect(ages.at(-1)).to.be.within(105 * 60, 120 * 60);
    });

    it("tells later what could not be told", async () => {
      const world = new World(ending({ result: "held", reason: "paused" }), { schedule: 15 * minutes });
      world.out.add("tell");
      world.send(stop(0));
      await world.time.run(BEGIN + 10 * minutes);
      expect(world.told).to.be.empty;
      world.out.delete("tell");
      await world.time.run(BEGIN + 60 * minutes);
      expect(world.told).to.have.length(1);
    });
  });

  describe("when a run is held", () => {
    it("leaves it to the schedule, says why once, and when it is over", async () => {
      const paused: RunOutcome = { result: "held", reason: "paused by aws-panos-rules:paused" };
      const world = new World(ending(paused, paused, paused, APPLIED), {
        schedule: 15 * minutes,
        ...NO_SECOND_LOOK,
      });
      world.send(stop(0));
      await world.time.run(BEGIN + 50 * minutes);
      expect(world.begun()).to.deep.equal([10, 910, 1810, 2710]);
      expect(world.told.map(({ text }) => text.includes("paused"))).to.deep.equal([true, false]);
      expect((await world.ledger().read()).waiting.changes).to.be.empty;
    });
  });

  describe("when the stack is locked", () => {
    it("waits and tries again, which is no failure", async () => {
      const busy: RunOutcome = { result: "busy", reason: "bob's update" };
      const world = new World(ending(busy, busy, APPLIED), NO_SECOND_LOOK);
      world.send(stop(0));
      await world.time.run();
      expect(world.begun()).to.deep.equal([10, 110, 210]);
      expect(world.told).to.be.empty;
    });
  });

  describe("when a run has not enough time", () => {
    it("hands over at once", async () => {
      const late: RunOutcome = { result: "out-of-time", reason: "the commit takes 120 s" };
      const world = new World(ending(late, APPLIED), NO_SECOND_LOOK);
      world.send(stop(0));
      await world.time.run();
      expect(world.begun()).to.deep.equal([10, 50]);
      expect(world.wakes).to.deep.equal([0]);
    });
  });

  describe("in mode preview", () => {
    it("tells what would be done, where that is news", async () => {
      const shows = (summary: string): RunOutcome => ({ result: "previewed", summary });
      const world = new World(ending(shows("+1"), shows("+1"), shows("-1")), {
        settings: { mode: "preview", lookAgainAfter: 0 },
        schedule: 15 * minutes,
      });
      world.send(stop(0));
      await world.time.run(BEGIN + 31 * minutes);
      expect(world.runs.map(({ request }) => request.mode)).to.deep.equal(["preview", "preview", "preview"]);
      expect(world.told.map(({ text }) => text.slice(-2))).to.deep.equal(["+1", "-1"]);
    });
  });

  describe("when an invocation is killed", () => {
    it("counts its run as failed after the time that Lambda would have ended it, and runs again", async () => {
      let turn = 0;
      const world = new World(
        async (request, here, life) => {
          if (turn++ > 0) return applies(30_000)(request, here);
          life.kill();
          throw new Error("killed");
        },
        { schedule: 15 * minutes, ...NO_SECOND_LOOK },
      );
      world.send(stop(0));
      await world.time.run(BEGIN + 60 * minutes);
      // At the first schedule it might still be alive, by somebody's clock.
      expect(world.begun().slice(0, 2)).to.deep.equal([10, 1810]);
      expect(world.runs[1]?.request.cause).to.contain("alice");
      const gone = world.log.find((line) => String(line["reason"]).includes("without a word"));
      expect(gone).to.deep.include({ event: "run", result: "failed", FailedRuns: 1 });
      expect((await world.ledger().read()).waiting.changes).to.be.empty;
    });
  });

  describe("a run that goes on elsewhere", () => {
    const BUILD = "arn:aws:codebuild:eu-central-1:123456789012:build/panos:1";
    const ended = envelope("CodeBuild Build State Change", "aws.codebuild", {
      "build-id": BUILD,
      "build-status": "SUCCEEDED",
    });

    const STARTED = { result: "started", handle: BUILD, longest: 120 * minutes } as const;

    function elsewhere(over: number) {
      const started = () => Promise.resolve(STARTED);
      const world: World = new World(started, {
        ...NO_SECOND_LOOK,
        outcome: () => Promise.resolve(world.time.now() >= BEGIN + over * minutes ? APPLIED : undefined),
      });
      return world;
    }

    it("is settled when its end is told, and what arrived meanwhile is run then", async () => {
      const world = elsewhere(30);
      world.send(stop(0));
      world.send(stop(minutes), minutes);
      await world.time.run(BEGIN + 29 * minutes);
      expect(world.runs).to.have.length(1);
      world.send(ended, 30 * minutes);
      await world.time.run(BEGIN + 31 * minutes);
      expect(world.begun()).to.deep.equal([10, 30 * 60 + 10]);
      expect(world.runs[1]?.request.cause).to.contain("alice");
    });

    it("is settled by whoever looks, where its end was never told", async () => {
      const world = elsewhere(30);
      world.send(stop(0));
      world.send({ "aws-panos-rules": "schedule" }, 45 * minutes);
      await world.time.run(BEGIN + 46 * minutes);
      expect((await world.ledger().read()).lease).to.be.undefined;
      expect(world.log.find((line) => line["event"] === "run")).to.deep.include({ result: "applied" });
    });

    const unasked: Record<string, NonNullable<WorldOptions["outcome"]>> = {
      "that place can't be asked": () => Promise.reject(new Error("AccessDenied")),
      "the runner is another one meanwhile": () => Promise.resolve(undefined),
    };
    for (const [why, outcome] of Object.entries(unasked)) {
      it(`is waited for as long as it can take where ${why}, and then has failed`, async () => {
        const starts: (RunOutcome | RunningElsewhere)[] = [STARTED, APPLIED];
        const world = new World(() => Promise.resolve(starts.shift()!), {
          ...{ ...NO_SECOND_LOOK, schedule: 15 * minutes },
          outcome,
        });
        world.send(stop(0));
        await world.time.run(BEGIN + 119 * minutes);
        expect(world.runs).to.have.length(1);
        expect((await world.ledger().read()).lease?.handle).to.equal(BUILD);
        await world.time.run(BEGIN + 136 * minutes);
        expect(world.runs).to.have.length(2);
        expect(world.runs[1]?.request.cause).to.contain("alice");
        const gone = world.log.find((line) => line["result"] === "failed");
        expect(gone?.["reason"]).to.include(`${BUILD}, where it went on, can't be asked how it ended`);
        const { lease, waiting } = await world.ledger().read();
        expect([lease, waiting.changes]).to.deep.equal([undefined, []]);
      });
    }
  });

  describe("takes CloudTrail's files", () => {
    const KEY = logFileKey();
    const notification = (key: string) => sqsInput(s3Notification("trail", key));

    it("with all that is in them", async () => {
      const records = [
        callRecord("StopInstances", {}),
        callRecord("DescribeInstances", {}, { readOnly: true }),
        callRecord("StopInstances", {}, { eventTime: 7 }),
      ];
      const world = new World(applies(1000), {
        ...NO_SECOND_LOOK,
        fetchFile: ({ bucket, key }) =>
          bucket === "trail" && key === KEY ? Promise.resolve(logFile(records)) : Promise.reject(new Error()),
      });
      expect(await world.invoke(notification(KEY))).to.deep.equal({ batchItemFailures: [] });
      expect(world.runs).to.have.length(1);
      expect(world.letters).to.deep.equal([
        { body: records[2], reason: "StopInstances without a usable eventTime" },
      ]);
    });

    it("with one letter for all of what is illegible beyond a few", async () => {
      const records = Array.from({ length: 5000 }, () => ({ eventSource: 7 }));
      const world = new World(applies(1000), { fetchFile: () => Promise.resolve(logFile(records)) });
      await world.invoke(notification(KEY));
      expect(world.letters).to.have.length(11);
      expect(world.letters.at(-1)?.reason).to.contain("4990 more");
    });

    it("again later where S3 can't be reached, and runs to be sure", async () => {
      const world = new World(applies(1000), { fetchFile: () => Promise.reject(new Error("SlowDown")) });
      const input = { Records: [...notification(KEY).Records, ...sqsInput(stop(0)).Records] };
      input.Records[1] = { ...input.Records[1], messageId: "message-1" };
      expect(await world.invoke(input)).to.deep.equal({
        batchItemFailures: [{ itemIdentifier: "message-0" }],
      });
      expect(world.runs).to.have.length(1);
      expect(world.letters).to.be.empty;
    });

    it("never again where they are bad, but runs to be sure", async () => {
      const world = new World(applies(1000), {
        ...NO_SECOND_LOOK,
        fetchFile: () => Promise.reject(new LogFileError("the file is gone")),
      });
      expect(await world.invoke(notification(KEY))).to.deep.equal({ batchItemFailures: [] });
      expect(world.letters).to.deep.equal([
        { body: s3Notification("trail", KEY), reason: "the file is gone" },
      ]);
      expect(world.runs).to.have.length(1);
    });

    it("until time is short; the rest comes again", async () => {
      const world: World = new World(applies(1000), {
        fetchFile: async () => {
          await world.time.wait(minutes);
          return logFile([callRecord("StopInstances", {})]);
        },
      });
      const keys = Array.from({ length: 40 }, () => s3Notification("trail", KEY));
      const { batchItemFailures } = await world.invoke(sqsInput(...keys));
      expect(batchItemFailures).to.have.length(40 - 5 * 5);
      expect(world.begun()[0]).to.equal(5 * 60);
    });

    it("and fails where such an invocation has no queue to come again from", async () => {
      const world = new World(applies(1000), { fetchFile: () => Promise.reject(new Error("SlowDown")) });
      const failed = await world.invoke(s3Notification("trail", KEY)).catch((error: Error) => error.message);
      expect(failed).to.equal("SlowDown");
    });
  });

  describe("sets aside what is malformed", () => {
    it("with its reason, and goes on with the rest", async () => {
      const world = new World(applies(1000), NO_SECOND_LOOK);
      const answer = await world.invoke(
        sqsInput("{", stop(0), callEvent("StopInstances", {}, { eventID: 7 })),
      );
      expect(answer).to.deep.equal({ batchItemFailures: [] });
      expect(world.letters.map(({ reason }) => reason)).to.deep.equal([
        "not JSON",
        "StopInstances without a usable eventID",
      ]);
      expect(world.runs).to.have.length(1);
      expect(world.log[0]).to.deep.include({ MalformedEvents: 2, Changes: 1 });
    });

    it("or has it come again where that can't be done now", async () => {
      const world = new World(applies(1000), NO_SECOND_LOOK);
      world.out.add("deadLetter");
      const answer = await world.invoke(sqsInput("{", stop(0)));
      expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
      expect(world.runs).to.have.length(1);
    });
  });

  describe("without its ledger", () => {
    class Unreachable extends MemoryStore {
      override read(): Promise<never> {
        return Promise.reject(new LedgerError("LEDGER_UNREACHABLE", "S3 can't be reached"));
      }
    }

    it("fails the batch, so that all of it comes again", async () => {
      const world = new World(applies(1000), { store: new Unreachable() });
      const failure = await world.invoke(sqsInput("{", stop(0))).catch((error: Error) => error.message);
      expect(failure).to.equal("S3 can't be reached");
      expect(world.runs).to.be.empty;
      expect(world.letters).to.be.empty;
    });

    it("leaves one alone that it can't understand, and says so", async () => {
      const store = new MemoryStore();
      store.stored = { content: '{"format": 2}', version: "7" };
      const world = new World(applies(1000), { store });
      const failure = await world.invoke(sqsInput(stop(0))).catch((error: Error) => error.message);
      expect(failure).to.contain("has format 2, this version reads 1");
      expect(store.stored).to.deep.equal({ content: '{"format": 2}', version: "7" });
      expect(world.told.map(({ text }) => text)).to.deep.equal([failure]);
    });
  });

  it("strands nothing where a message to itself gets lost", async () => {
    const world = new World(ending(FAILED, APPLIED), { schedule: 15 * minutes, ...NO_SECOND_LOOK });
    world.out.add("wake");
    world.send(stop(0));
    await world.time.run(BEGIN + 20 * minutes);
    expect(world.begun()).to.deep.equal([10, 910]);
    expect((await world.ledger().read()).waiting.changes).to.be.empty;
  });

  it("asks once to be woken, however much arrives while it waits to try again", async () => {
    const world = new World(ending(FAILED, APPLIED), NO_SECOND_LOOK);
    for (let n = 0; n < 20; n++) world.send(stop(n * 1000), n * 1500);
    await world.time.run();
    expect(world.wakes).to.deep.equal([30]);
    expect(world.runs).to.have.length(2);
  });

  it("sees state changes, which nobody calls for", async () => {
    const world = new World(applies(1000), NO_SECOND_LOOK);
    await world.invoke(stateEvent("shutting-down"));
    expect(world.runs[0]?.request.cause).to.match(/^shutting-down i-0123456789abcdef0; event /);
  });
});
