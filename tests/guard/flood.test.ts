import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import type { Notice } from "../../guard/notice";
import { policyFrom } from "../../guard/policy/read";
import { compact, MOST_ENTRIES, smaller } from "../../guard/record/compact";
import { foldRecord } from "../../guard/record/fold";
import { recordKey } from "../../guard/record/store";
import { refreshRecords } from "../../guard/refresh";
import { ruleKey } from "../../guard/rules";
import { oneOfEach } from "../../guard/tell";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { eventOf, ModelGroups } from "./support/model";
import { APPROVERS } from "./support/people";

const GROUP = "sg-1";
const SITE = { account: ACCOUNT, region: REGION };

describe("guard: floods", () => {
  it("each of many changes is undone within 2 s, and the record stays small", async function () {
    this.timeout(120_000);
    const groups = new ModelGroups([GROUP]);
    const stays = groups.put(GROUP, content({ cidrIpv4: "10.1.0.0/16", description: "stays" })).rule;
    const records = new MemoryRecords();
    let clock = Date.parse("2026-11-21T00:00:00Z");
    const told: Notice[] = [];
    const guard: Guard = {
      policy: policyFrom(`
mode: enforce
rules:
  - { name: ours, when: { source: { inside: [10.0.0.0/8] } }, then: allow }
  - { name: nothing, when: { change: [opens, closes] }, then: revert }
${APPROVERS}`),
      ...{ groups, records, approvals: new MemoryApprovals(), uses: new MemoryUses(), approveFlags: "" },
      ...{ now: () => new Date(clock), ownRoles: [] },
      tell: (notices) => Promise.resolve(void told.push(...notices)),
    };
    await refreshRecords(SITE, guard);
    const before = groups.keys(GROUP);
    const count = Number(process.env["GUARD_FLOOD"] ?? 400);
    let slowest = 0;
    for (let each = 0; each < count; each++) {
      clock += 200;
      const port = 1000 + (each % 50_000);
      // Some close what should stay, by turns.
      const present = groups.withKey(GROUP, before[0]!)!;
      const done =
        each % 5 === 4
          ? groups.drop(GROUP, present.id)
          : groups.put(GROUP, content({ cidrIpv4: "0.0.0.0/0", fromPort: port, toPort: port }));
      const event = eventOf(done, new Date(clock).toISOString(), `session-${each}`);
      const begun = performance.now();
      await handleEvent(event, guard);
      slowest = Math.max(slowest, performance.now() - begun);
      expect(groups.keys(GROUP), `after ${each + 1} changes`).to.deep.equal(before);
      // As if so many were more than are kept one by one.
      if (each % 100 === 99) {
        await records.withRecord(recordKey(SITE, GROUP), async (record) => {
          const rules = [...foldRecord(record).rules.values()].map(ruleKey);
          compact(record, await groups.rules({ id: GROUP }), 50);
          expect([...foldRecord(record).rules.values()].map(ruleKey)).to.deep.equal(rules);
          expect(record.entries.length).to.be.within(1, 50);
          return { keep: record, result: undefined };
        });
      }
    }
    expect(slowest).to.be.below(2000);
    expect(told).to.have.length(count);
    const key = recordKey(SITE, GROUP);
    const record = (await records.read([key])).get(key)!;
    expect(record.entries.length).to.be.within(1, MOST_ENTRIES);
    expect(gzipSync(JSON.stringify(record)).length).to.be.below(390_000);
    expect(groups.withKey(GROUP, before[0]!)?.description).to.equal(stays.description);
  });

  it("a record that people's texts make too large loses these, and never what undoes a change", () => {
    const text = () => randomBytes(96).toString("base64");
    const rules = Array.from({ length: 1000 }, (_, port) => ({
      ...content({ fromPort: port, toPort: port, description: text() }),
      id: `sgr-${port.toString(16)}`,
      tags: Object.fromEntries(Array.from({ length: 10 }, () => [text(), text()])),
    }));
    const at = (index: number) => new Date(Date.parse("2026-11-21T00:00:00Z") + index * 1000).toISOString();
    const entries = Array.from({ length: 1500 }, (_, index) => ({
      ...{ event: text(), at: at(index + 1), by: { type: "AssumedRole", session: text() } },
      effects: [
        {
          effect: {
            op: "put" as const,
            ruleId: `sgr-new${index}`,
            content: content({ description: text() }),
          },
          verdict: "rejected" as const,
        },
      ],
    }));
    const record = {
      ...{ base: { at: at(0), rules }, doubts: {}, entries, acts: [], aliases: {}, handled: [], undone: [] },
    };
    const sizes = [...smaller(record)].map((less) => {
      const { rules: kept } = foldRecord(less);
      expect(kept.size).to.equal(1000);
      return gzipSync(JSON.stringify(less)).length;
    });
    expect(gzipSync(JSON.stringify(record)).length).to.be.above(1_000_000);
    expect(Math.min(...sizes)).to.be.below(50_000);
    expect(record.entries, "the record itself stays as it is").to.have.length(1500);
    expect(record.entries[0]?.effects[0]?.effect.content).to.have.property("description");
  });

  it("an event is one message, whatever it does at once", () => {
    const notice = (id: string, index: number, escalated = false) => ({
      ...{ summary: `change ${index}`, escalated, outcome: "undone" as const, what: [`opens ${index}`] },
      event: { id, name: "AuthorizeSecurityGroupIngress", at: "2026-11-21T00:00:00Z" },
    });
    const many = Array.from({ length: 60 }, (_, index) => notice("a", index, index === 50));
    const [first, second, ...others] = oneOfEach([...many, notice("b", 0)]);
    expect(others).to.deep.equal([]);
    expect(first).to.deep.include({ escalated: true });
    expect(first?.summary.split("\n")).to.have.length(21);
    expect(first?.summary).to.include("and 40 more");
    expect(second?.summary).to.equal("change 0");
  });
});
