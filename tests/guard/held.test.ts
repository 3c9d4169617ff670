import { expect } from "chai";
import type { Approval } from "../../guard/approvals/approval";
import { principalOf } from "../../aws/cloudtrail/principal";
import { GuardError } from "../../guard/error";
import { waitingFor } from "../../guard/held";
import { readWaiting } from "../../guard/read-waiting";
import { policyFrom } from "../../guard/policy/read";
import { begin } from "../../guard/record/observe";
import { recordKey } from "../../guard/record/store";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { mapWithin, NO_GUARDRAILS } from "../../mapping/guardrails";
import { GROUP, inventoryWith, OPTIONS } from "../mapping/fixtures";
import { ACCOUNT, REGION } from "./support/cloudtrail";
import { approvalOf, APPROVERS } from "./support/people";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";

const POLICY = policyFrom(`
rules:
  - { name: pipeline, when: { principal: { role: [deploy] } }, then: allow }
  - { name: ssh, when: { traffic: [tcp/22] }, then: hold, approvers: 2 }
${APPROVERS}`);
const ssh = { fromPort: 22, toPort: 22, cidrIpv4: "203.0.113.0/24" };
const web = { fromPort: 443, toPort: 443, cidrIpv4: "203.0.113.0/24" };

const approval = (person: string, changes: Partial<Approval> = {}) =>
  approvalOf(person, { group: GROUP, what: "tcp/22 203.0.113.0/24", ...changes });

describe("guard: what waits for an approval", () => {
  let approvals: MemoryApprovals;
  let records: MemoryRecords | undefined;
  let uses: MemoryUses;
  let warnings: string[];
  beforeEach(() => {
    approvals = new MemoryApprovals();
    records = undefined;
    uses = new MemoryUses();
    warnings = [];
  });

  async function mapped(rules: Partial<SecurityGroupRule>[], changes: Partial<Inventory> = {}) {
    const inventory = inventoryWith(rules, { accountId: ACCOUNT, region: REGION, ...changes });
    const stores = { approvals, records, uses, approveFlags: "--store approvals" };
    const waits = waitingFor(
      inventory,
      await readWaiting(inventory, POLICY, stores, (text) => warnings.push(text)),
    );
    const policy = mapWithin(inventory, OPTIONS, { ...NO_GUARDRAILS, waits });
    return {
      rules: policy.rules.map(({ rule }) => rule.name.replace(`aws-${GROUP}-`, "")),
      reasons: policy.guarded.map(({ reason }) => reason),
    };
  }

  it("is withheld, with what it waits for and the command that approves it", async () => {
    const { rules, reasons } = await mapped([ssh, web]);
    expect(rules).to.deep.equal(["tcp-443"]);
    expect(reasons).to.have.length(1);
    expect(reasons[0]).to.include(
      "is withheld: it waits for 3 of 3 people's approvals (one more than usual, because nobody knows which person made it): guard.yaml:4 ssh",
    );
    expect(reasons[0]).to.include(
      `npm run approve -- --store approvals --group ${GROUP} --permission 'ingress tcp/22 203.0.113.0/24' --once`,
    );
  });

  it("is opened when one more different people have approved it than would where its author is known", async () => {
    approvals.kept.push(approval("alice"), approval("alice", { id: "again" }), approval("bob"));
    expect((await mapped([ssh])).rules).to.deep.equal([]);
    approvals.kept.push(approval("carol"));
    expect((await mapped([ssh])).rules).to.deep.equal(["tcp-22"]);
    approvals.kept.pop();
    approvals.kept.push(approval("carol", { until: "2026-01-01T00:00:00Z" }));
    expect((await mapped([ssh])).rules).to.deep.equal([]);
  });

  it("is not opened by approvals of something else", async () => {
    for (const changes of [
      { group: "sg-2" },
      { permission: { ...approval("").permission, end: "203.0.113.7/32" } },
      { permission: { ...approval("").permission, kind: "closes" as const } },
      { for: "somebody" },
    ]) {
      const people = ["alice", "bob", "carol"];
      approvals.kept.splice(0, 3, ...people.map((person) => approval(person, changes)));
      expect((await mapped([ssh])).rules, JSON.stringify(changes)).to.deep.equal([]);
    }
  });

  it("uses what is good once for one rule, and lets it stand when it has been used for that", async () => {
    approvals.kept.push(...["alice", "bob", "carol"].map((person) => approval(person, { once: true })));
    const two = [ssh, { ...ssh, cidrIpv4: "203.0.113.0/25" }];
    expect((await mapped(two)).reasons).to.have.length(1);
    for (const each of approvals.kept) {
      each.until = "2026-11-22T00:00:00Z";
      await uses.use(each, { event: "e", rule: "sgr-2", at: "2026-11-21T00:00:00Z" });
    }
    const { rules, reasons } = await mapped(two);
    expect(rules).to.deep.equal(["tcp-22"]);
    expect(reasons).to.have.length(1);
  });

  it("is not kept open by what was used for it after its end, nor by one that says so itself", async () => {
    approvals.kept.push(...["alice", "bob", "carol"].map((person) => approval(person, { once: true })));
    for (const each of approvals.kept) {
      each.until = "2026-11-21T12:00:00Z";
      await uses.use(each, { event: "e", rule: "sgr-1", at: "2026-11-21T12:00:01Z" });
    }
    expect((await mapped([ssh])).rules).to.deep.equal([]);
  });

  it("stays withheld where the store can't be read, and says so", async () => {
    approvals.kept.push(approval("alice"), approval("bob"), approval("carol"));
    approvals.failure = new GuardError("APPROVALS", "approvals can't be read in the table approvals");
    const { rules, reasons } = await mapped([ssh, web]);
    expect(rules).to.deep.equal(["tcp-443"]);
    expect(reasons.join()).to.include("approvals can't be read");
    expect(warnings.join()).to.include("Everything that would need an approval is withheld");
  });

  it("is opened by no approval until the guard knows who made it, where it keeps records", async () => {
    approvals.kept.push(approval("alice"), approval("bob"), approval("carol"));
    records = new MemoryRecords();
    const unheard = await mapped([ssh]);
    expect(unheard.rules).to.deep.equal([]);
    expect(unheard.reasons.join()).to.include("none counts until the guard knows who made it");
    // It was there before the guard was.
    const rule = { direction: "ingress" as const, ipProtocol: "tcp", ...ssh, id: "sgr-1" };
    await records.withRecord(recordKey({ account: ACCOUNT, region: REGION }, GROUP), (record) => {
      begin(record, "2026-11-21T00:00:00.000Z", [rule]);
      return Promise.resolve({ keep: record, result: undefined });
    });
    expect((await mapped([ssh])).rules).to.deep.equal(["tcp-22"]);
    records.read = () => Promise.reject(new Error("the table is elsewhere"));
    expect((await mapped([ssh])).rules).to.deep.equal([]);
    expect(warnings.join()).to.include("the guard's records can't be read: the table is elsewhere");
  });

  it("depends on who made a rule where the record knows it, of that very rule", async () => {
    const by = principalOf({
      type: "AssumedRole",
      arn: "arn:aws:sts::123456789012:assumed-role/deploy/run-7",
    });
    const rule = { direction: "ingress" as const, ipProtocol: "tcp", ...ssh, id: "sgr-1" };
    records = new MemoryRecords();
    await records.withRecord(recordKey({ account: ACCOUNT, region: REGION }, GROUP), (record) => {
      begin(record, "2026-11-21T00:00:00.000Z", [
        { ...rule, origin: { event: "e", at: "2026-11-20T00:00:00.000Z", by } },
      ]);
      return Promise.resolve({ keep: record, result: undefined });
    });
    expect((await mapped([ssh])).rules).to.deep.equal(["tcp-22"]);
    expect((await mapped([{ ...ssh, cidrIpv4: "0.0.0.0/0" }])).rules).to.deep.equal([]);
    // Where several accounts and regions are read, a group says itself where it is.
    const [group] = inventoryWith([ssh]).securityGroups;
    const readIn = (ownerId: string, region: string) =>
      mapped([], {
        accounts: [
          { accountId: ACCOUNT, region: REGION },
          { accountId: ownerId, region },
        ],
        securityGroups: [{ ...group!, ownerId, region }],
      });
    expect((await readIn(ACCOUNT, REGION)).rules).to.deep.equal(["tcp-22"]);
    expect((await readIn("222222222222", REGION)).rules).to.deep.equal([]);
    expect((await readIn(ACCOUNT, "eu-west-1")).rules).to.deep.equal([]);
  });
});
