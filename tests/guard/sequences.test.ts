import { expect } from "chai";
import type { GroupEvent } from "../../guard/event/event";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import { policyFrom } from "../../guard/policy/read";
import { refreshRecords } from "../../guard/refresh";
import { ruleKey, type GroupRule } from "../../guard/rules";
import { randomOf } from "../mapping/oracle/random";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { eventOf, ModelGroups, type Done } from "./support/model";
import { approvalOf, APPROVERS } from "./support/people";

const POLICY = policyFrom(`
mode: enforce
rules:
  - { name: monitoring stays, when: { change: closes, source: { inside: [10.99.0.0/16] } }, then: revert }
  - { name: our own, when: { source: { inside: [10.0.0.0/8] } }, then: allow }
  - { name: others, when: { change: opens }, then: revert }
${APPROVERS}`);

const GROUPS = ["sg-1", "sg-2", "sg-3"];
const ENDS = ["10.1.0.0/16", "10.2.0.0/16", "10.99.0.0/16", "0.0.0.0/0", "198.51.100.0/24"];
const CHANGES = Number(process.env["GUARD_CHANGES"] ?? 2000);
const SEED = Number(process.env["GUARD_SEED"] ?? 20261121);
const ROUND = 20;

/** What became of a change in truth: what people did, in the order in which they did it. */
interface Truth {
  done: Done;
  event: GroupEvent;
  /** Somebody approved it. */
  isApproved: boolean;
}

/** The rules that should be: each change that stands took effect, each other one never was. */
class Expected {
  /** Rules by the id that they had first. */
  private readonly rules = new Map<string, string>();
  private readonly first = new Map<string, string>();
  /** Removed although they should be. */
  private readonly removed = new Set<string>();

  constructor(present: readonly GroupRule[]) {
    for (const rule of present) this.rules.set(rule.id, ruleKey(rule));
  }

  keys(): string[] {
    return [...this.rules.values()].sort();
  }

  /** The guard made a rule again, with another id. */
  renamed(id: string, instead: string): void {
    this.first.set(id, this.line(instead));
  }

  /** @param isApproved whatever the policy says */
  apply(done: Done, isApproved: boolean): void {
    const line = this.line(done.rule.id);
    const isAccepted = isApproved || isFine(done, this.rules.get(line));
    const key = ruleKey(done.rule);
    const holder = [...this.rules].find(([, each]) => each === key)?.[0];
    if (done.op === "drop") {
      if (isAccepted) this.rules.delete(line);
      else this.removed.add(line);
      return;
    }
    if (done.op === "modify" && !isAccepted) return;
    if (holder === undefined ? isAccepted : holder !== line) {
      this.rules.delete(line);
      // EC2 has no two rules with the same content: the one that should have it is gone, or is another.
      if (holder !== undefined && this.removed.delete(holder)) this.first.set(line, holder);
      else {
        if (holder !== undefined) this.rules.delete(holder);
        this.rules.set(line, key);
      }
    }
  }

  private line(id: string): string {
    const next = this.first.get(id);
    return next === undefined || next === id ? id : this.line(next);
  }
}

describe("guard: sequences of changes", () => {
  it(`end as policy and approvals say, whatever order ${CHANGES} changes are told in (seed ${SEED})`, async function () {
    this.timeout(120_000);
    const { below, pick } = randomOf(SEED, 0);
    const chance = () => below(1_000_000) / 1_000_000;
    const groups = new ModelGroups(GROUPS);
    const approvals = new MemoryApprovals();
    let clock = Date.parse("2026-11-21T00:00:00Z");
    const time = () => new Date(clock);
    const guard: Guard = {
      ...{
        policy: POLICY,
        groups,
        records: new MemoryRecords(),
        approvals,
        uses: new MemoryUses(),
        now: time,
      },
      ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`],
      approveFlags: "",
      tell: (notices) => {
        for (const { because = "" } of notices) {
          // Known as soon as the event that made the rule has come.
          if (!because.includes("have sgr-") && !because.includes("have ingress"))
            expect(because).not.to.include("guess");
        }
        return Promise.resolve();
      },
    };
    const everywhere = { account: ACCOUNT, region: REGION };
    for (const group of GROUPS) {
      for (const cidrIpv4 of ENDS.slice(0, 3))
        groups.put(group, content({ cidrIpv4, fromPort: 443, toPort: 443 }));
    }
    await refreshRecords(everywhere, guard);

    let changes = 0;
    let approved = 0;
    let rejected = 0;
    let duplicates = 0;
    let disorder = 0;
    let looks = 0;
    while (changes < CHANGES) {
      const ended = approvals.kept.filter(({ until }) => Date.parse(until) > clock);
      approvals.kept.splice(0, Infinity, ...ended);
      // The guard has seen it all: what it is told from here on comes after.
      clock += 20 * 60_000;
      await refreshRecords(everywhere, guard);
      clock += 11 * 60_000;
      await refreshRecords(everywhere, guard);
      clock += 60_000;
      const truths: (Truth | { renamed: string; instead: string; group: string })[] = [];
      const before = new Map(GROUPS.map((group) => [group, [...groups.kept.get(group)!.values()]]));
      const waiting: { event: GroupEvent; truth?: Truth; since: number }[] = [];
      groups.onAct = (done) => {
        if (done.op === "put")
          truths.push({ renamed: done.rule.id, instead: done.instead!, group: done.group });
        waiting.push({ event: eventOf(done, time().toISOString(), "guard", false, "guard"), since: clock });
      };

      const expectedOf = (group: string, isCounted: (truth: Truth) => boolean = () => true): string[] => {
        const expected = new Expected(before.get(group)!);
        for (const each of truths) {
          if ("done" in each && each.done.group === group && isCounted(each))
            expected.apply(each.done, each.isApproved);
          if ("renamed" in each && each.group === group) expected.renamed(each.renamed, each.instead);
        }
        return expected.keys();
      };
      /** What is forbidden and there, although all that was done to that rule has been told. */
      const outliving = (group: string): string[] => {
        const isTold = ({ event }: Truth) => !waiting.some((each) => each.event.id === event.id);
        const fine = new Set([...expectedOf(group), ...expectedOf(group, isTold)]);
        return [...groups.kept.get(group)!.values()].flatMap((rule) => {
          const key = ruleKey(rule);
          if (key.includes(" 10.") || fine.has(key)) return [];
          const changed = truths.filter(
            (each): each is Truth => "done" in each && each.done.rule.id === rule.id,
          );
          looks += changed.length > 0 ? 1 : 0;
          return changed.length > 0 && changed.every(isTold) ? [`${rule.id} ${key}`] : [];
        });
      };

      const deliver = async (): Promise<void> => {
        const overdue = clock - (waiting[0]?.since ?? clock) > 150_000;
        const index = overdue ? 0 : Math.floor(chance() * Math.min(4, waiting.length));
        if (index > 0) disorder++;
        const [next] = waiting.splice(index, 1);
        if (next === undefined) return;
        const { event, truth } = next;
        // Approved after the change, and before it is looked at.
        if (truth?.isApproved === false && chance() < 0.1) approve(truth);
        const acts = groups.acts;
        const said = await handleEvent(event, guard);
        expect(outliving(event.group.id!), `forbidden, and there after ${event.id}`).to.deep.equal([]);
        if (truth) {
          if (said.some(({ outcome }) => outcome === "undone")) rejected++;
        } else {
          expect(groups.acts, "the guard reacts to itself").to.equal(acts);
        }
        if (chance() < 0.15) {
          duplicates++;
          const again = groups.acts;
          await handleEvent(event, guard);
          expect(groups.acts, "a second delivery changes something").to.equal(again);
        }
      };
      const approve = (truth: Truth): void => {
        const { principal, id } = truth.event;
        for (const kind of ["opens", "closes"] as const) {
          const approval = approvalOf("boss", {
            ...{ id: `${kind}-${id}`, madeAt: time().toISOString(), group: truth.done.group },
            ...{ what: "any 0.0.0.0/0", for: principal.session!, once: chance() < 0.5 },
            until: new Date(clock + 3_600_000).toISOString(),
          });
          approvals.kept.push({ ...approval, permission: { ...approval.permission, kind } });
        }
        truth.isApproved = true;
        approved++;
      };

      for (let each = 0; each < ROUND; each++) {
        clock += 20_000 + Math.floor(chance() * 40_000);
        const group = pick(GROUPS);
        const done = randomChange(groups, group, pick, chance);
        if (done === undefined) continue;
        changes++;
        const event = eventOf(
          done,
          new Date(Math.floor(clock / 1000) * 1000).toISOString(),
          `user-${changes}`,
          chance() < 0.4,
        );
        const truth: Truth = { done, event, isApproved: false };
        truths.push(truth);
        if (chance() < 0.1) approve(truth);
        waiting.push({ event, truth, since: clock });
        while (waiting.length > 0 && (chance() < 0.5 || clock - waiting[0]!.since > 150_000)) {
          clock += 1000;
          await deliver();
        }
      }
      while (waiting.length > 0) {
        clock += 1000;
        await deliver();
      }
      for (const group of GROUPS) {
        expect(groups.keys(group), `${group} after ${changes} changes`).to.deep.equal(expectedOf(group));
      }
    }
    expect({ approved, rejected, duplicates, disorder, looks }).to.satisfy((counts: Record<string, number>) =>
      Object.values(counts).every((count) => count > CHANGES / 50),
    );
    // No loop: the guard does about as much as there is to undo.
    expect(groups.acts).to.be.lessThan(3 * rejected);
  });
});

/** What the policy lets through by itself. @param before what the rule should have been before, by key */
function isFine(done: Done, before: string | undefined): boolean {
  const isOurs = ruleKey(done.rule).includes(" 10.");
  const isMonitoring = (key: string) => key.includes(" 10.99.");
  switch (done.op) {
    case "put":
      return isOurs;
    case "drop":
      return !isMonitoring(before ?? ruleKey(done.rule));
    case "modify": {
      const from = before ?? ruleKey(done.before);
      return from === ruleKey(done.rule) || (isOurs && !isMonitoring(from));
    }
  }
}

function randomChange(
  groups: ModelGroups,
  group: string,
  pick: <T>(list: readonly T[]) => T,
  chance: () => number,
): Done | undefined {
  const present = [...groups.kept.get(group)!.values()];
  const port = pick([22, 443]);
  const wanted = content({ cidrIpv4: pick(ENDS), fromPort: port, toPort: port });
  const isFree = groups.withKey(group, ruleKey(wanted)) === undefined;
  const kind = chance();
  if (kind < 0.45 || present.length === 0) return isFree ? groups.put(group, wanted) : undefined;
  const rule = pick(present);
  if (kind < 0.7) return groups.drop(group, rule.id);
  return isFree ? groups.change(group, { ...wanted, id: rule.id }) : undefined;
}
