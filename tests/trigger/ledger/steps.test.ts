import { expect } from "chai";
import fc from "fast-check";
import {
  MAX_DESCRIBED,
  MAX_RECENT,
  newLedger,
  oldestOf,
  sizeOf,
  type LedgerDocument,
} from "../../../trigger/ledger/document";
import {
  acquire,
  CLOCK_MARGIN,
  END_MARGIN,
  goesOn,
  isOwnerGone,
  isWanted,
  wantedAt,
} from "../../../trigger/ledger/lease";
import { parseLedger } from "../../../trigger/ledger/parse";
import { recordChanges } from "../../../trigger/ledger/record";
import { BUSY_ALARM_AFTER, RETRY_AFTER, settle, withoutNotices } from "../../../trigger/ledger/settle";
import type { RunOutcome } from "../../../trigger/runner/runner";
import { APPLIED, change, FAILED, SECOND_LOOK, Steps, T0 } from "./ledger-steps";

const minutes = 60_000;

describe("what waits in a ledger", () => {
  it("is what was recorded, each change once", () => {
    const steps = new Steps().record(0, "a", "b", "a").record(1000, "b", "c");
    expect(steps.ids()).to.deep.equal(["a", "b", "c"]);
    expect(steps.document.waiting.oldest).to.equal(T0);
    expect(wantedAt(steps.document)).to.equal(T0);
  });

  it("stays as it is when everything is known", () => {
    const { document } = new Steps().record(0, "a").begin(1).end(2);
    expect(recordChanges(document, [change("a")], T0, SECOND_LOOK)).to.equal(document);
  });

  it("describes the first changes and counts the others", () => {
    const ids = Array.from({ length: 2000 }, (_, n) => `id-${n}`);
    const { document } = new Steps().record(0, ...ids);
    expect(document.waiting.changes).to.have.length(MAX_DESCRIBED);
    expect(sizeOf(document.waiting)).to.equal(2000);
    expect(document.recent).to.have.length(MAX_RECENT);
    expect(JSON.stringify(document).length).to.be.below(100_000);
  });

  it("keeps what permissions were taken from, whatever else arrives, until a run has applied it", () => {
    const flood = Array.from({ length: 500 }, (_, n) => change(`noise-${n}`));
    const taken = { ...change("taken"), revoked: ["sg-0a", "sg-0b"] };
    const waiting = recordChanges(newLedger("prod"), [...flood, taken], T0, SECOND_LOOK);
    expect(waiting.waiting.revoked).to.deep.equal(["sg-0a", "sg-0b"]);
    const again = recordChanges(
      waiting,
      [{ ...change("more"), revoked: ["sg-0b", "sg-0c"] }],
      T0,
      SECOND_LOOK,
    );
    expect(again.waiting.revoked).to.deep.equal(["sg-0a", "sg-0b", "sg-0c"]);
    expect(parseLedger(JSON.stringify({ ...again, stack: "prod" }), "prod", "here")).to.deep.equal(again);
    const request = { id: "run", cause: "", mode: "up" as const, deadline: T0, revoked: ["sg-0a"] };
    const begun = acquire(again, { request, owner: "me", now: T0, until: T0 + 1 });
    expect(begun.waiting.revoked).to.equal(undefined);
    const held = settle(begun, "run", { result: "held", reason: "a limit" }, T0);
    expect(held.waiting.revoked).to.deep.equal(again.waiting.revoked);
    const applied = settle(begun, "run", { result: "applied", changed: true, summary: "" }, T0);
    expect(applied.waiting.revoked).to.equal(undefined);
    const groups = Array.from({ length: 1000 }, (_, n) => `sg-${n}`);
    const many = recordChanges(newLedger("prod"), [{ ...taken, revoked: groups }], T0, SECOND_LOOK);
    expect(many.waiting.revoked).to.have.length(200);
  });

  it("isn't put off by a clock that is ahead", () => {
    const document = recordChanges(newLedger("prod"), [change("a", 60 * minutes)], T0, SECOND_LOOK);
    expect(document.waiting.oldest).to.equal(T0);
    expect(document.lookAgain).to.equal(T0 + SECOND_LOOK);
  });

  it("is applied by a run that started after it was recorded, and only by that", () => {
    const steps = new Steps().record(0, "a").begin(1000).record(2000, "b").end(3000);
    expect(steps.ids()).to.deep.equal(["b"]);
    expect(isWanted(steps.document, T0 + 3000)).to.be.true;
  });

  it("waits again after a failed run, the oldest first", () => {
    const steps = new Steps().record(0, "a").begin(1000).record(2000, "b").end(3000, FAILED);
    expect(steps.ids()).to.deep.equal(["a", "b"]);
    expect(oldestOf(steps.document)).to.equal(T0);
  });
});

describe("a second look", () => {
  it("is due once, some time after the last change", () => {
    const steps = new Steps().record(0, "a").begin(1000).end(20_000);
    expect(wantedAt(steps.document)).to.equal(T0 + SECOND_LOOK);
    steps.record(30_000, "b").begin(31_000).end(50_000);
    expect(wantedAt(steps.document)).to.equal(T0 + 30_000 + SECOND_LOOK);
    steps.begin(120_000).end(140_000);
    expect(wantedAt(steps.document)).to.be.undefined;
  });

  it("is not due after a run that started that late", () => {
    const { document } = new Steps()
      .record(0, "a")
      .begin(SECOND_LOOK)
      .end(SECOND_LOOK + 1000);
    expect(wantedAt(document)).to.be.undefined;
  });

  it("is not due where it is off", () => {
    expect(recordChanges(newLedger("prod"), [change("a")], T0, 0)).not.to.have.property("lookAgain");
  });
});

describe("a run", () => {
  it("has the ledger to itself", () => {
    const { document } = new Steps().record(0, "a").begin(0);
    const request = { id: "x", cause: "", mode: "up" as const, deadline: 0 };
    expect(() => acquire(document, { request, owner: "y", now: T0, until: T0 })).to.throw(
      "run-1 is under way",
    );
  });

  it("is over without a word some time after its invocation's end, by anybody's clock", () => {
    const { document } = new Steps().record(0, "a").begin(0);
    expect(isOwnerGone(document, T0 + 900_000)).to.be.false;
    expect(isOwnerGone(document, T0 + 900_000 + END_MARGIN)).to.be.false;
    expect(isOwnerGone(document, T0 + 900_000 + END_MARGIN + 1)).to.be.true;
  });

  it("that goes on elsewhere is over when that place says so, or has ended it in any case", () => {
    const { document } = new Steps().record(0, "a").begin(0);
    const elsewhere = goesOn(document, "run-1", { handle: "build", ends: T0 + 1e7 });
    expect(isOwnerGone(elsewhere, T0 + 1e7 + END_MARGIN)).to.be.false;
    expect(isOwnerGone(elsewhere, T0 + 1e7 + END_MARGIN + 1)).to.be.true;
    expect(goesOn(document, "run-7", { handle: "build", ends: T0 })).to.equal(document);
    // As earlier versions wrote it: CodeBuild lets a build wait for 8 hours, and take as many.
    const lease = { ...document.lease!, handle: "build" };
    expect(isOwnerGone({ ...document, lease }, T0 + 16 * 3_600_000)).to.be.false;
    expect(isOwnerGone({ ...document, lease }, T0 + 17 * 3_600_000)).to.be.true;
  });

  it("that has lost its lease settles nothing", () => {
    const { document } = new Steps().record(0, "a").begin(0);
    expect(settle(document, "run-0", APPLIED, T0)).to.equal(document);
  });

  it("is tried again later and later, and from the fourth time on with the schedule", () => {
    const steps = new Steps().record(0, "a");
    const delays: (number | undefined)[] = [];
    for (let times = 0; times < 5; times++) {
      steps.begin(SECOND_LOOK).end(100_000, FAILED);
      const next = wantedAt(steps.document);
      delays.push(next === undefined ? undefined : next - T0 - 100_000);
    }
    expect(delays).to.deep.equal([...RETRY_AFTER, undefined, undefined]);
    steps.record(101_000, "b");
    expect(wantedAt(steps.document)).to.equal(T0 + 100_000 + RETRY_AFTER[2]);
  });

  it("doesn't leave to the schedule what arrived while it failed for the fourth time", () => {
    const steps = new Steps().record(0, "a");
    for (let times = 0; times < 3; times++) steps.begin(0).end(0, FAILED);
    steps.begin(0).record(1, "b").end(2, FAILED);
    expect(wantedAt(steps.document)).to.equal(T0 + 2 + RETRY_AFTER[2]);
  });

  it("that is tried again is no second look less", () => {
    const steps = new Steps().record(0, "a").begin(1000).end(2000, FAILED);
    expect(wantedAt(steps.document)).to.equal(T0 + 32_000);
    steps.begin(32_000).end(33_000);
    expect(wantedAt(steps.document)).to.equal(T0 + SECOND_LOOK);
  });
});

describe("what a person is told", () => {
  const subjects = ({ document }: Steps) => document.notices.map(({ subject }) => subject);
  const held = (reason: string): RunOutcome => ({ result: "held", reason });

  it("is the third failure in a row with its reason, once, and that it is over", () => {
    const steps = new Steps().record(0, "a");
    for (let times = 0; times < 6; times++) steps.begin(0).end(1000, FAILED);
    expect(subjects(steps)).to.deep.equal(["aws-panos-rules prod: runs fail"]);
    expect(steps.document.notices[0]?.text)
      .to.contain("the firewall can't be reached")
      .and.contain("1 change");
    steps.begin(0).end(2000);
    expect(subjects(steps)).to.have.length(2);
    expect(subjects(steps)[1]).to.contain("go through again");
    expect(steps.document.trouble.failures).to.equal(0);
    steps.begin(0).end(3000);
    expect(subjects(steps)).to.have.length(2);
  });

  it("is nothing of two failures", () => {
    const steps = new Steps().record(0, "a").begin(0).end(0, FAILED).begin(0).end(0, FAILED).begin(0).end(0);
    expect(subjects(steps)).to.be.empty;
  });

  it("is why a run was held, once for each reason, and that it is over", () => {
    const steps = new Steps().record(0, "a");
    for (const reason of ["paused", "paused", "20 removals", "paused"]) {
      steps.begin(SECOND_LOOK).end(100_000, held(reason));
    }
    expect(subjects(steps)).to.have.length(2);
    expect(wantedAt(steps.document)).to.be.undefined;
    expect(steps.ids()).to.deep.equal(["a"]);
    steps.begin(0).end(2000);
    expect(subjects(steps)[2]).to.contain("go through again");
    steps.begin(0).end(3000, held("paused"));
    expect(subjects(steps)).to.have.length(4);
  });

  it("is that runs are held after all, where it was that they fail", () => {
    const steps = new Steps().record(0, "a").begin(0).end(0, held("paused"));
    for (let times = 0; times < 3; times++) steps.begin(0).end(0, FAILED);
    steps.begin(0).end(0, held("paused"));
    expect(subjects(steps).map((subject) => subject.split(": ")[1])).to.deep.equal([
      "a run was held",
      "runs fail",
      "a run was held",
    ]);
  });

  it("is that a lock has been held for an hour, and no sooner", () => {
    const busy: RunOutcome = { result: "busy", reason: "bob holds the lock" };
    const steps = new Steps()
      .record(0, "a")
      .begin(0)
      .end(14 * minutes, busy);
    expect(wantedAt(steps.document)).to.equal(T0 + 15 * minutes);
    steps.begin(15 * minutes).end(29 * minutes, busy);
    expect(subjects(steps)).to.be.empty;
    steps
      .begin(50 * minutes)
      .end(BUSY_ALARM_AFTER, busy)
      .begin(61 * minutes)
      .end(70 * minutes, busy);
    expect(subjects(steps)).to.have.length(1);
    expect(steps.document.trouble.failures).to.equal(0);
  });

  it("is that the time was too short three times in a row; each is handed over at once before that", () => {
    const late: RunOutcome = { result: "out-of-time", reason: "the commit would take 120 s" };
    const steps = new Steps().record(0, "a").begin(0).end(1000, late);
    expect(wantedAt(steps.document)).to.equal(T0 + 1000);
    steps.begin(SECOND_LOOK).end(100_000, late).begin(100_000).end(200_000, late);
    expect(subjects(steps)).to.have.length(1);
    expect(wantedAt(steps.document)).to.be.undefined;
  });

  it("is what a preview shows, where that is not what was told last", () => {
    const shows = (summary: string): RunOutcome => ({ result: "previewed", summary });
    const steps = new Steps().record(0, "a").begin(0).end(0, shows("+1")).begin(0).end(0, shows("+1"));
    expect(subjects(steps)).to.have.length(1);
    expect(steps.ids()).to.be.empty;
    steps.begin(0).end(0, shows("nothing"));
    expect(subjects(steps)).to.have.length(2);
  });

  it("is taken away when it was told", () => {
    const { document } = new Steps().record(0, "a").begin(0).end(0, held("paused"));
    const left = withoutNotices(document, [document.notices[0]?.id ?? ""]);
    expect(left.notices).to.be.empty;
    expect(withoutNotices(left, ["other"])).to.equal(left);
  });

  it("has subjects that SNS takes", () => {
    const document = { ...new Steps().record(0, "a").begin(0).document, stack: "ümläut/".repeat(40) };
    const [notice] = settle(document, "run-1", held("paused"), T0).notices;
    expect(notice?.subject).to.match(/^[\x20-\x7e]{1,99}$/);
  });
});

describe("a ledger, whatever happens to it", () => {
  type Step =
    { do: "record"; ids: number[] } | { do: "begin" | "goesOn" } | { do: "end"; outcome: RunOutcome };

  const outcome = fc.constantFrom<RunOutcome>(
    APPLIED,
    FAILED,
    { result: "held", reason: "paused" },
    { result: "busy", reason: "locked" },
    { result: "out-of-time", reason: "late" },
    { result: "previewed", summary: "+1" },
  );
  const step: fc.Arbitrary<{ step: Step; wait: number }> = fc.record({
    wait: fc.integer({ min: 0, max: 600_000 }),
    step: fc.oneof(
      fc.record({ do: fc.constant("record" as const), ids: fc.array(fc.nat(200), { maxLength: 80 }) }),
      fc.record({ do: fc.constantFrom("begin" as const, "goesOn" as const) }),
      fc.record({ do: fc.constant("end" as const), outcome }),
    ),
  });

  it("loses no change, applies none that a run didn't cover, and always says when the next run is due", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let document: LedgerDocument = newLedger("prod");
        let time = T0;
        let runs = 0;
        const waiting = new Set<string>();
        let covered = new Set<string>();
        const seen = new Set<string>();
        for (const { step, wait } of steps) {
          time += wait;
          const run = document.lease?.request.id;
          if (step.do === "record") {
            const changes = step.ids.map((id) => change(`id-${id}`, time - T0));
            document = recordChanges(document, changes, time, SECOND_LOOK);
            for (const { id } of changes) if (!seen.has(id)) waiting.add(id);
            changes.forEach(({ id }) => seen.add(id));
          } else if (step.do === "begin" && run === undefined) {
            const request = { id: `run-${++runs}`, cause: "", mode: "up" as const, deadline: time };
            document = acquire(document, { request, owner: "me", now: time, until: time + 900_000 });
            covered = new Set(waiting);
          } else if (step.do === "goesOn" && run !== undefined) {
            document = goesOn(document, run, { handle: "build", ends: time + 1e7 });
          } else if (step.do === "end" && run !== undefined) {
            document = settle(document, run, step.outcome, time);
            const { result } = step.outcome;
            if (result === "applied" || result === "previewed") covered.forEach((id) => waiting.delete(id));
          }
          const size = sizeOf(document.waiting) + (document.lease ? sizeOf(document.lease.covers) : 0);
          expect(size).to.equal(waiting.size);
          expect(oldestOf(document) === undefined).to.equal(waiting.size === 0);
          // What waits for nothing but the schedule was held or has failed too often.
          const { failures, outOfTime, held } = document.trouble;
          if (waiting.size > 0 && document.lease === undefined && wantedAt(document) === undefined) {
            expect(failures > 3 || outOfTime >= 3 || held.length > 0).to.be.true;
          }
          expect(document.notices.length).to.be.at.most(20);
          expect(parseLedger(JSON.stringify(document), "prod", "here")).to.deep.equal(
            JSON.parse(JSON.stringify(document)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("takes a message that comes a little early for due", () => {
    const { document } = new Steps().record(0, "a").begin(0).end(0);
    expect(isWanted(document, T0 + SECOND_LOOK - CLOCK_MARGIN)).to.be.true;
    expect(isWanted(document, T0 + SECOND_LOOK - CLOCK_MARGIN - 1)).to.be.false;
  });
});
