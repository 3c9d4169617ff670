import { expect } from "chai";
import { GuardError } from "../../guard/error";
import type { GroupEvent } from "../../guard/event/event";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import type { Notice } from "../../guard/notice";
import { policyFrom } from "../../guard/policy/read";
import { refreshRecords } from "../../guard/refresh";
import { ruleKey, type RuleContent } from "../../guard/rules";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { eventOf, ModelGroups, type Done } from "./support/model";
import { approvalOf, APPROVERS } from "./support/people";

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
      policy: policyFrom(`mode: enforce
rules: [{name: ssh, when: {traffic: [tcp/22]}, then: revert}]
${APPROVERS}`),
      ...{
        groups,
        records: new MemoryRecords(),
        approvals: new MemoryApprovals(),
        uses: new MemoryUses(),
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

  it("is undone each time, and from the fourth time within ten minutes on somebody is called who insists", async () => {
    await look();
    const outcomes: string[] = [];
    for (let each = 0; each < 6; each++) {
      clock += 60_000;
      const { outcome, escalated, because = "" } = await open();
      outcomes.push(`${outcome}${escalated ? ", escalated" : ""}`);
      if (escalated) expect(because).to.include("now by role admin, session mallory: find out who");
      expect(groups.keys(GROUP)).to.deep.equal([]);
    }
    const [once, called] = ["undone", "undone, escalated"];
    expect(outcomes).to.deep.equal([once, once, once, called, called, called]);
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
    approvals.kept.push(approvalOf("mallory", { once: true }));
    clock += 60_000;
    expect((await open()).outcome).to.equal("undone");
    approvals.kept.push(approvalOf("alice", { once: true }));
    clock += 60_000;
    expect(await open()).to.deep.include({ outcome: "approved", approvedBy: ["alice"] });
  });

  it("is judged again where approvals could not be read, by its event or the schedule, and told once", async () => {
    const approvals = guard.approvals as MemoryApprovals;
    for (const byEvent of [true, false]) {
      await look();
      approvals.failure = new Error("no such table");
      clock += 20 * 60_000;
      told = [];
      const event = eventOf(groups.put(GROUP, content()), time(), "mallory");
      for (let each = 0; each < 3; each++) {
        const failed = await handleEvent(event, guard).catch((error: Error) => error.message);
        expect(failed).to.equal("the event is tried again: no such table");
      }
      expect(told.map(({ outcome, escalated }) => [outcome, escalated])).to.deep.equal([["held", true]]);
      approvals.failure = undefined;
      if (byEvent) await handleEvent(event, guard);
      else await look();
      expect(told.map(({ outcome }) => outcome)).to.deep.equal(["held", "undone"]);
      expect(groups.keys(GROUP)).to.deep.equal([]);
      expect(await handleEvent(event, guard)).to.deep.equal([]);
    }
  });

  it("is told once where EC2 refuses to undo it, and tried again by its event or the schedule", async () => {
    const { rule } = groups.put(GROUP, content({ cidrIpv4: "10.1.0.0/16" }));
    guard.policy = policyFrom(`mode: enforce
rules: [{name: nothing, when: {change: [opens, closes]}, then: revert}]
${APPROVERS}`);
    await look();
    const before = groups.keys(GROUP);
    const changes = [
      () => groups.put(GROUP, content()),
      () => groups.drop(GROUP, groups.withKey(GROUP, ruleKey(rule))!.id),
      () => groups.change(GROUP, { ...rule, id: groups.withKey(GROUP, ruleKey(rule))!.id, toPort: 99 }),
    ];
    for (const change of changes) {
      for (const byEvent of [true, false]) {
        clock += 20 * 60_000;
        await look();
        clock += 20 * 60_000;
        await look();
        told = [];
        groups.refusal = new GuardError("EC2", "EC2 refused it: RulesPerSecurityGroupLimitExceeded");
        const event = eventOf(change(), time(), "mallory");
        for (let each = 0; each < 3; each++) {
          const failed = await handleEvent(event, guard).catch((error: Error) => error.message);
          expect(failed).to.equal(groups.refusal.message);
        }
        const looked = await look().catch((error: Error) => error.message);
        expect(looked)
          .to.include("1 of 1 groups failed")
          .and.to.include(GROUP)
          .and.to.include("LimitExceeded");
        expect(told.map(({ outcome, escalated }) => [outcome, escalated])).to.deep.equal([["held", true]]);
        expect(told[0]?.summary).to.include(`could not be undone: ${groups.refusal.message}.`);
        expect(groups.keys(GROUP)).not.to.deep.equal(before);
        groups.refusal = undefined;
        if (byEvent) await handleEvent(event, guard);
        else await look();
        expect(told.map(({ outcome }) => outcome)).to.deep.equal(["held", "undone"]);
        expect(groups.keys(GROUP)).to.deep.equal(before);
        expect(await handleEvent(event, guard)).to.deep.equal([]);
      }
    }
  });

  it("comes again where EC2 doesn't show its group yet, and not where that is deleted", async () => {
    await look();
    clock += 60_000;
    groups.hidden.add(GROUP);
    const event = eventOf(groups.put(GROUP, content()), time(), "mallory");
    clock += 119_000;
    const error = await handleEvent(event, guard).catch((failure: unknown) => failure);
    expect(error).to.be.instanceOf(GuardError).and.to.include({ code: "GROUP" });
    groups.hidden.clear();
    expect((await handleEvent(event, guard)).map(({ outcome }) => outcome)).to.deep.equal(["undone"]);
    groups.hidden.add(GROUP);
    const next = eventOf(groups.put(GROUP, content()), time(), "mallory");
    expect(await handleEvent({ ...next, effects: [], life: "deleted" }, guard)).to.deep.equal([]);
    clock += 120_000;
    expect(await handleEvent(next, guard)).to.deep.equal([]);
    expect(await guard.records.known()).to.deep.equal([]);
  });

  describe("of rules that take each other's place before any of it is told", () => {
    const here = (end: string, port: number) => content({ cidrIpv4: end, fromPort: port, toPort: port });
    /** A person changes the group; it is told when the test says so. */
    const change = (done: Done, byContent = false): GroupEvent => {
      const event = eventOf(done, time(), `user-${clock}`, byContent);
      clock += 1000;
      return event;
    };
    const modify = (id: string, to: RuleContent) => change(groups.change(GROUP, { ...to, id }));

    beforeEach(() => {
      guard.policy = policyFrom(`
        mode: enforce
        rules:
          - { name: monitoring, when: { change: closes, source: { inside: [10.99.0.0/16] } }, then: revert }
          - { name: ours, when: { source: { inside: [10.0.0.0/8] } }, then: allow }
          - { name: others, when: { change: opens }, then: revert }
        approvers: { roles: ["arn:aws:iam::123456789012:role/approver"], namedSessions: ["arn:aws:iam::*:role/admin"] }
      `);
    });

    for (const byContent of [true, false]) {
      it(`keeps what was made again when the forbidden one is removed by ${byContent ? "content" : "id"}`, async () => {
        const { id: first } = groups.put(GROUP, here("10.1.0.0/16", 22)).rule;
        await look();
        clock += 60_000;
        const opened = modify(first, here("198.51.100.0/24", 443));
        const again = groups.put(GROUP, here("10.1.0.0/16", 22));
        const made = change(again);
        const moved = modify(again.rule.id, here("10.1.0.0/16", 443));
        const removed = change(groups.drop(GROUP, first), byContent);
        for (const event of [moved, opened, made, removed]) await handleEvent(event, guard);
        expect(groups.keys(GROUP)).to.deep.equal(["ingress tcp 443 443 10.1.0.0/16"]);
        const widened = modify(again.rule.id, here("0.0.0.0/0", 443));
        const [notice] = await handleEvent(widened, guard);
        expect(notice?.outcome, notice?.because).to.equal("undone");
        expect(groups.keys(GROUP)).to.deep.equal(["ingress tcp 443 443 10.1.0.0/16"]);
      });
    }

    it("takes back what it restored once that is known to have become another rule", async () => {
      const { id: kept } = groups.put(GROUP, here("10.99.0.0/16", 22)).rule;
      const { id: moving } = groups.put(GROUP, here("10.99.0.0/16", 443)).rule;
      await look();
      clock += 60_000;
      const removed = change(groups.drop(GROUP, kept));
      const moved = modify(moving, here("10.99.0.0/16", 22));
      const opened = modify(moving, here("198.51.100.0/24", 22));
      await handleEvent(removed, guard);
      await handleEvent(opened, guard);
      const until = new Date(clock + 60_000).toISOString();
      for (const kind of ["opens", "closes"] as const) {
        const approval = approvalOf("boss", {
          id: kind,
          until,
          for: moved.principal.session!,
          what: "any 10.99.0.0/16",
        });
        await guard.approvals.add({ ...approval, permission: { ...approval.permission, kind } });
      }
      await handleEvent(moved, guard);
      expect(groups.keys(GROUP)).to.deep.equal(["ingress tcp 22 22 10.99.0.0/16"]);
    });

    it("knows what a removal means between two times that it put another rule right", async () => {
      guard.policy = policyFrom(`
        mode: enforce
        rules:
          - { name: partner, when: { change: closes, source: { inside: [203.0.113.0/24] } }, then: revert }
          - { name: ours, when: { source: { inside: [10.0.0.0/8] } }, then: allow }
          - { name: others, when: { change: opens }, then: revert }
      `);
      const partner = here("203.0.113.0/24", 443);
      const { id: gone } = groups.put(GROUP, partner).rule;
      const { id: moving } = groups.put(GROUP, here("10.1.0.0/16", 22)).rule;
      await look();
      clock += 60_000;
      const before = groups.keys(GROUP);
      // It takes the place of what is removed, and both are put right.
      const events = [change(groups.drop(GROUP, gone)), modify(moving, partner)];
      for (const event of events) await handleEvent(event, guard);
      expect(groups.keys(GROUP)).to.deep.equal(before);
      // The same once more, but of the removal is told late and by its content.
      clock += 60_000;
      const restored = groups.withKey(GROUP, ruleKey(partner))!;
      const late = change(groups.drop(GROUP, restored.id), true);
      clock += 1000;
      await handleEvent(modify(moving, partner), guard);
      const [notice] = await handleEvent(late, guard);
      expect(notice?.what).to.deep.equal(["closes ingress TCP port 443 from 203.0.113.0/24"]);
      expect(groups.keys(GROUP)).to.deep.equal(before);
    });

    it("restores both where one was removed, and the other made that one and removed too", async () => {
      const { id: first } = groups.put(GROUP, here("10.99.0.0/16", 443)).rule;
      const { id: second } = groups.put(GROUP, here("10.99.0.0/16", 22)).rule;
      await look();
      clock += 60_000;
      const before = groups.keys(GROUP);
      const events = [
        change(groups.drop(GROUP, first)),
        modify(second, here("10.99.0.0/16", 443)),
        change(groups.drop(GROUP, second), true),
      ];
      for (const event of events) await handleEvent(event, guard);
      expect(groups.keys(GROUP)).to.deep.equal(before);
    });

    it("knows which rule a removal means where an earlier one had the same content for a while", async () => {
      const { id } = groups.put(GROUP, here("10.99.0.0/16", 22)).rule;
      await look();
      clock += 60_000;
      await handleEvent(modify(id, here("198.51.100.0/24", 443)), guard);
      const another = groups.put(GROUP, here("198.51.100.0/24", 443));
      const made = change(another);
      const removed = change(groups.drop(GROUP, another.rule.id), true);
      await handleEvent(made, guard);
      const [notice] = await handleEvent(removed, guard);
      expect(notice?.what).to.deep.equal(["closes ingress TCP port 443 from 198.51.100.0/24"]);
      expect(groups.keys(GROUP)).to.deep.equal(["ingress tcp 22 22 10.99.0.0/16"]);
    });
  });
});
