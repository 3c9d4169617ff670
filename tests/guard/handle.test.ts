import { expect } from "chai";
import { handleEvent, type Guard } from "../../guard/handle";
import type { Notice } from "../../guard/notice";
import { policyFrom } from "../../guard/policy/read";
import { refreshRecords } from "../../guard/refresh";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords } from "./support/memory";
import { eventOf, ModelGroups } from "./support/model";

const GROUP = "sg-1";
const START = Date.parse("2026-11-21T02:00:00Z");

describe("guard: one change", () => {
  let groups: ModelGroups;
  let guard: Guard;
  let told: Notice[];
  let clock: number;

  beforeEach(() => {
    groups = new ModelGroups([GROUP]);
    told = [];
    clock = START;
    guard = {
      policy: policyFrom("{mode: enforce, rules: [{name: ssh, when: {traffic: [tcp/22]}, then: revert}]}"),
      ...{
        groups,
        records: new MemoryRecords(),
        approvals: new MemoryApprovals(),
        now: () => new Date(clock),
      },
      ...{ ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`], approveFlags: "--store approvals" },
      tell: (notices) => {
        told.push(...notices);
        return Promise.resolve();
      },
    };
  });

  const look = () => refreshRecords({ account: ACCOUNT, region: REGION }, guard);
  const time = () => new Date(clock).toISOString();

  /** Port 22 is opened, and told 5 s later. */
  async function open(seconds = 5): Promise<Notice> {
    const event = eventOf(groups.put(GROUP, content()), time(), "mallory");
    clock += seconds * 1000;
    return (await handleEvent(event, guard))[0]!;
  }

  it("is held, and said, where there is no record, and where nobody has looked for an hour", async () => {
    const first = await open();
    expect([first.outcome, first.escalated, first.because]).to.deep.equal([
      "held",
      true,
      "There is no record of what the group was before, so it is not undone by guess.",
    ]);
    expect(groups.keys(GROUP)).to.have.length(1);
    groups.kept.get(GROUP)!.clear();
    guard = { ...guard, records: new MemoryRecords() };
    await look();
    clock += 61 * 60_000;
    const late = await open();
    expect(late.outcome).to.equal("held");
    expect(late.because).to.include("nobody has looked at the group since");
  });

  it("is held where the record is newer than the change, whose event came late", async () => {
    const event = eventOf(groups.put(GROUP, content()), time(), "mallory");
    clock += 60_000;
    await look();
    const [notice] = await handleEvent(event, guard);
    expect(notice?.outcome).to.equal("held");
    expect(notice?.because).to.include("is newer than the change");
    expect(groups.acts).to.equal(0);
  });

  it("is undone three times in ten minutes, and then held and escalated", async () => {
    await look();
    const outcomes: string[] = [];
    for (let each = 0; each < 4; each++) {
      clock += 60_000;
      outcomes.push((await open()).outcome);
    }
    expect(outcomes).to.deep.equal(["undone", "undone", "undone", "held"]);
    expect(told.at(-1)).to.deep.include({ escalated: true });
    expect(groups.keys(GROUP)).to.have.length(1);
  });

  it("only says what it would do in mode notify", async () => {
    guard.policy.mode = "notify";
    await look();
    clock += 60_000;
    expect((await open()).outcome).to.equal("would be undone");
    expect(groups.acts).to.equal(0);
  });

  it("is left where somebody has undone it already", async () => {
    await look();
    clock += 60_000;
    const done = groups.put(GROUP, content());
    groups.drop(GROUP, done.rule.id);
    const [notice] = await handleEvent(eventOf(done, time(), "mallory"), guard);
    expect(notice?.outcome).to.equal("already undone");
    expect(groups.acts).to.equal(0);
  });

  it("is not looked at where the guard made it itself", async () => {
    await look();
    clock += 60_000;
    const event = eventOf(groups.put(GROUP, content()), time(), "session", false, "guard");
    expect(await handleEvent(event, guard)).to.deep.equal([]);
    expect(groups.acts).to.equal(0);
  });

  it("that no event told is said once it has stood, and is part of the record from then on", async () => {
    await look();
    groups.put(GROUP, content());
    for (let each = 0; each < 3; each++) {
      clock += 15 * 60_000;
      await look();
    }
    expect(told.map(({ outcome, escalated }) => [outcome, escalated])).to.deep.equal([["unseen", true]]);
  });

  it("needs approvals of others than who makes it, and is held where they can't be read", async () => {
    await look();
    const approvals = guard.approvals as MemoryApprovals;
    const approval = { id: "a", madeAt: time(), group: GROUP, until: "2099-01-01T00:00:00Z", once: true };
    approvals.kept.push({ ...approval, by: "AROAOTHER:mallory" });
    clock += 60_000;
    expect((await open()).outcome).to.equal("undone");
    approvals.kept.push({ ...approval, id: "b", by: "AROAX:alice" });
    clock += 60_000;
    expect(await open()).to.deep.include({ outcome: "approved", approvedBy: ["alice"] });
    groups.kept.get(GROUP)!.clear();
    approvals.failure = new Error("no such table");
    clock += 60_000;
    expect(await open()).to.deep.include({ outcome: "held", escalated: true });
  });
});
