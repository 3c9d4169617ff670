import { expect } from "chai";
import type { Approval } from "../../guard/approvals/approval";
import { approverRights } from "../../guard/approvals/rights";
import { editorRights } from "../../guard/editors";
import type { GroupEvent } from "../../guard/event/event";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import { waitingFor } from "../../guard/held";
import { readWaiting } from "../../guard/read-waiting";
import { policyFrom } from "../../guard/policy/read";
import { refreshRecords } from "../../guard/refresh";
import { describeRule, ruleKey, type GroupRule } from "../../guard/rules";
import { handleTagging } from "../../guard/tagging";
import { inventoryWith } from "../mapping/fixtures";
import { randomOf } from "../mapping/oracle/random";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { isAllowed, type IamRequest } from "./support/iam";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { eventOf, ModelGroups, type Done } from "./support/model";
import { approvalOf, keyOf } from "./support/people";

const POLICY = policyFrom(`
mode: enforce
scope: { tags: [guard=on] }
rules:
  - { name: development, when: { group: { tags: [env=dev] } }, then: allow }
  - { name: pipeline, when: { principal: { role: [deploy] } }, then: allow }
  - { name: our own, when: { source: { inside: [10.0.0.0/8] } }, then: allow }
  - { name: held, when: { change: opens, traffic: [tcp/443] }, then: hold }
  - { name: others, when: { change: opens }, then: revert }
accounts: ["${ACCOUNT}"]
approvers:
  roles: ["arn:aws:iam::${ACCOUNT}:role/approver"]
  namedSessions: ["arn:aws:iam::${ACCOUNT}:role/admin"]
`);
const TABLE = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/approvals`;
const RIGHTS = [
  ...editorRights(POLICY, ["firewall-approved"], "aws"),
  ...approverRights(POLICY.approvers, { table: TABLE }, "aws"),
];
const GROUPS = ["sg-1", "sg-2"];
const ENDS = ["10.1.0.0/16", "0.0.0.0/0", "198.51.100.0/24", "198.51.100.7/32"];
const STEPS = Number(process.env["GUARD_STEPS"] ?? 2000);
const SEED = Number(process.env["GUARD_SEED"] ?? 20261129);
const EVERYWHERE = { account: ACCOUNT, region: REGION };

/** Who asks: mallory in the role that edits, and in roles whose sessions anybody may name as they like. */
const EDITORS = [
  ["admin", "mallory"],
  ["temporary", "alice"],
  ["temporary", "boss"],
] as const;

describe("guard: a hostile requester with the rights of an editor and of an approver", () => {
  it(`opens nothing on the firewall that the policy forbids, whatever ${STEPS} steps try (seed ${SEED})`, async function () {
    this.timeout(300_000);
    const { below, pick } = randomOf(SEED, 0);
    const chance = (share: number) => below(1_000_000) < share * 1_000_000;
    const groups = new ModelGroups(GROUPS);
    groups.tags = { guard: "on", env: "prod" };
    const [approvals, uses, records] = [new MemoryApprovals(), new MemoryUses(), new MemoryRecords()];
    let clock = Date.parse("2026-11-21T00:00:00Z");
    const now = () => new Date(clock);
    const guard: Guard = {
      ...{ policy: POLICY, groups, records, approvals, uses, now, approveFlags: "" },
      ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`],
      tell: () => Promise.resolve(),
    };
    const counts = { forbidden: 0, refusedByIam: 0, written: 0, tags: 0, honest: 0, opened: 0, floods: 0 };
    const waiting: GroupEvent[] = [];
    const honest: Approval[] = [];
    let made = 0;
    groups.onAct = (done) => waiting.push(eventOf(done, now().toISOString(), "guard", false, "guard"));

    const may = (action: string, resource: string, context: IamRequest["context"]): boolean => {
      const isMine = isAllowed(RIGHTS, { action, resource, context });
      if (!isMine) counts.refusedByIam++;
      return isMine;
    };

    const change = (): void => {
      const group = pick(GROUPS);
      const port = pick([22, 443, 8443]);
      const wanted = content({ cidrIpv4: pick(ENDS), fromPort: port, toPort: port + pick([0, 0, 1]) });
      const isFree = groups.withKey(group, ruleKey(wanted)) === undefined;
      const rules = [...groups.kept.get(group)!.values()];
      const [role, who] = pick(EDITORS);
      const kind = below(10);
      let done: Done | undefined;
      if (kind < 5 && isFree) done = groups.put(group, wanted);
      else if (kind < 7 && rules.length > 0) done = groups.drop(group, pick(rules).id);
      else if (rules.length > 0) {
        const rule = pick(rules);
        // The same with another description, or another one under the same id.
        const to = chance(0.5) ? rule : isFree ? wanted : rule;
        done = groups.change(group, { ...to, description: `text ${++made}`, id: rule.id });
      }
      if (done !== undefined) {
        counts.forbidden += ruleKey(done.rule).includes(" 10.") ? 0 : 1;
        waiting.push(eventOf(done, now().toISOString(), who, chance(0.4), role));
      }
    };

    /** Anything that mallory may try to write, under whichever key, as IAM lets her. */
    const write = (): void => {
      const rule = pick(
        [...groups.kept.values()].flatMap((each) => [...each.values()]).concat(content() as GroupRule),
      );
      const own = approvalOf("mallory", { group: pick(GROUPS), what: "any 0.0.0.0/0", once: chance(0.5) });
      const by = pick([
        keyOf("mallory"),
        keyOf("alice"),
        keyOf("boss", "admin"),
        "AROAX:alice",
        `user/${ACCOUNT}/m/AIDAM`,
      ]);
      const value: Record<string, unknown> = { ...own, by, id: `try-${++made}` };
      const used = { event: waiting.at(-1)?.id ?? "event-1", rule: rule.id, at: now().toISOString() };
      switch (below(8)) {
        case 0:
          value["used"] = used;
          break;
        case 1:
          value["until"] = "never";
          break;
        case 2:
          value["permission"] = { kind: "opens" };
          break;
        case 3:
          value["for"] = `${"*a".repeat(60)}*`;
          break;
        case 4:
          delete value["permission"];
          value["ticket"] = "CHG-1";
          break;
        case 5:
          value["person"] = "alice";
          break;
        case 6:
          value["id"] = honest.at(-1)?.id ?? "try";
          break;
      }
      const context = {
        "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/approver`,
        "aws:userid": "AROAAPPROVER:mallory",
        "dynamodb:LeadingKeys": [by],
        "dynamodb:Attributes": Object.keys(value),
      };
      const action = pick([
        "dynamodb:PutItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
      ]);
      if (!may(action, TABLE, context)) return;
      counts.written++;
      expect(by).to.equal(keyOf("mallory"));
      approvals.stray.push({ by, id: String(value["id"]), value });
    };

    const tag = async (): Promise<void> => {
      const key = pick(["guard", "env", "ENV", "owner", undefined]);
      const isOff = key === undefined || chance(0.5);
      const context = key === undefined ? {} : { "aws:TagKeys": [key] };
      const resource = `arn:aws:ec2:${REGION}:${ACCOUNT}:security-group/${pick(GROUPS)}`;
      if (!may(isOff ? "ec2:DeleteTags" : "ec2:CreateTags", resource, context)) return;
      counts.tags++;
      const others = Object.fromEntries(Object.entries(groups.tags).filter(([each]) => each !== key));
      groups.tags = key === undefined ? {} : isOff ? others : { ...groups.tags, [key]: "dev" };
      const principal = { type: "AssumedRole", role: "admin", session: "mallory" };
      const tagging = {
        ...EVERYWHERE,
        id: `tags-${++made}`,
        at: now().toISOString(),
        name: "CreateTags",
        principal,
        groups: [...GROUPS],
      };
      await handleTagging(tagging, guard);
    };

    /** Somebody honest approves one thing that is there, or asked for. */
    const approve = (): void => {
      const group = pick(GROUPS);
      const rule = pick([...groups.kept.get(group)!.values(), content() as GroupRule]);
      const what = `${rule.ipProtocol}/${rule.fromPort}${rule.toPort === rule.fromPort ? "" : `-${rule.toPort}`} ${rule.cidrIpv4}`;
      const until = new Date(clock + 30 * 60_000).toISOString();
      const approval = approvalOf(pick(["alice", "boss"]), {
        ...{ id: `honest-${++made}`, madeAt: now().toISOString(), group, what, until, once: chance(0.5) },
      });
      honest.push(approval);
      approvals.kept.push(approval);
      counts.honest++;
    };

    const deliver = async (): Promise<void> => {
      const [event] = waiting.splice(below(Math.min(3, waiting.length)), 1);
      if (event === undefined) return;
      await handleEvent(event, guard);
      if (chance(0.1)) await handleEvent(event, guard);
    };

    /** What the firewall would open now. */
    const opened = async (): Promise<[group: string, rule: GroupRule][]> => {
      const securityGroups = GROUPS.map((id) => ({
        ...{ id, name: id, vpcId: "vpc-1", tags: groups.tags },
        ingress: [...groups.kept.get(id)!.values()],
      }));
      const inventory = inventoryWith([], { accountId: ACCOUNT, region: REGION, securityGroups });
      const stores = { approvals, records, uses, approveFlags: "" };
      const read = { ...(await readWaiting(inventory, POLICY, stores, () => undefined)), now: now() };
      const waits = waitingFor(inventory, read);
      return securityGroups.flatMap((group) =>
        group.ingress.flatMap((rule): [string, GroupRule][] =>
          waits(group, rule, "ingress") === undefined ? [[group.id, rule]] : [],
        ),
      );
    };
    const isApproved = (group: string, rule: GroupRule): boolean =>
      honest.some(({ group: of, permission: { traffic, end }, until, once }) => {
        const isIn =
          "fromPort" in traffic && traffic.fromPort <= rule.fromPort && rule.toPort <= traffic.toPort;
        const isEnd =
          end === "0.0.0.0/0" || end === rule.cidrIpv4 || (end === ENDS[2] && rule.cidrIpv4 === ENDS[3]);
        return of === group && isIn && isEnd && (once || Date.parse(until) > clock);
      });

    await refreshRecords(EVERYWHERE, guard);
    for (let step = 0; step < STEPS; step++) {
      clock += 1000 + below(60_000);
      const kind = below(100);
      if (kind < 40) change();
      else if (kind < 55) write();
      else if (kind < 62) await tag();
      else if (kind < 65) approve();
      else if (kind < 66) {
        counts.floods++;
        for (let each = 0; each < 30; each++) change();
      } else if (kind < 70) {
        clock += 11 * 60_000;
        await refreshRecords(EVERYWHERE, guard);
      } else for (let each = below(4); each >= 0; each--) await deliver();
      while (waiting.length > 60) await deliver();
      expect(groups.tags, "IAM keeps the tags that decide").to.include({ guard: "on", env: "prod" });
      for (const [group, rule] of await opened()) {
        if (ruleKey(rule).includes(" 10.")) continue;
        counts.opened++;
        expect(isApproved(group, rule), `step ${step}: ${group} ${describeRule(rule)}`).to.equal(true);
      }
    }
    expect(Object.entries(counts).filter(([, count]) => count < STEPS / 200)).to.deep.equal([]);
  });
});
