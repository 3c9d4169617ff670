import { expect } from "chai";
import type { Deployed } from "../../guard/deployed";
import type { Guard } from "../../guard/guard";
import { handleArrivals } from "../../guard/lambda";
import { policyFrom } from "../../guard/policy/read";
import { refreshRecords } from "../../guard/refresh";
import type { GroupRule } from "../../guard/rules";
import type { Said } from "../../guard/tell";
import {
  ACCOUNT,
  answerItem,
  content,
  modificationItem,
  permissionItem,
  record,
  REGION,
  type Caller,
} from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { ModelGroups } from "./support/model";
import { approvalOf, APPROVERS } from "./support/people";

const SITE = { account: ACCOUNT, region: REGION };
const [GROUP, OTHER] = ["sg-1", "sg-2"] as const;

interface Call {
  name: string;
  request: Record<string, unknown>;
  response: Record<string, unknown> | null;
}

/** As CloudTrail writes it in the place of what is too large. */
const omitted = (what: string) => ({ omitted: true, originalSize: 149_893, reason: `${what} too large` });

/** What may be missing of an event; undefined: it makes no difference to this call. */
const DAMAGES: Record<string, (call: Call) => object | undefined> = {
  "the request is left out": () => ({ requestParameters: omitted("requestParameters") }),
  "request and answer are left out": () => ({
    requestParameters: omitted("requestParameters"),
    responseElements: omitted("responseElements"),
  }),
  "the answer is left out": () => ({ responseElements: omitted("responseElements") }),
  "the request is left out, as text": () => ({
    requestParameters: { omitted: "true", originalSize: "149893", reason: "requestParameters too large" },
    responseElements: null,
  }),
  "request and answer are null": () => ({ requestParameters: null, responseElements: null }),
  "request and answer are absent": () => ({ requestParameters: undefined, responseElements: undefined }),
  "there is the group alone": () => ({ requestParameters: { groupId: GROUP }, responseElements: null }),
  "permissions are empty": () => ({
    requestParameters: { groupId: GROUP, ipPermissions: {}, securityGroupRuleIds: {} },
    responseElements: { _return: true },
  }),
  "permissions have no ends": () => ({
    requestParameters: { groupId: GROUP, ipPermissions: { items: [{ ipProtocol: "tcp", fromPort: 22 }] } },
    responseElements: { _return: true },
  }),
  "permissions are no list": () => ({
    requestParameters: { groupId: GROUP, ipPermissions: "[ … ]", SecurityGroupRule: "[ … ]" },
    responseElements: { _return: true },
  }),
  "the answer has ids alone": ({ response }) => {
    const key = ["securityGroupRuleSet", "revokedSecurityGroupRuleSet"].find((each) => response?.[each]);
    if (key === undefined) return undefined;
    const { items } = response![key] as { items: Record<string, unknown>[] };
    const ids = items.map(({ groupId, securityGroupRuleId }) => ({ groupId, securityGroupRuleId }));
    return { responseElements: { [key]: { items: ids } } };
  },
  "the answer has some of the rules": ({ response }) => {
    const key = ["securityGroupRuleSet", "revokedSecurityGroupRuleSet"].find((each) => response?.[each]);
    if (key === undefined) return undefined;
    const { items } = response![key] as { items: unknown[] };
    return { responseElements: { [key]: { items: items.slice(0, 1) } } };
  },
  "updates name no rule": ({ name }) =>
    name === "ModifySecurityGroupRules"
      ? {
          requestParameters: {
            ModifySecurityGroupRulesRequest: { GroupId: GROUP, SecurityGroupRule: { SecurityGroupRule: {} } },
          },
        }
      : undefined,
  "who did it is not said": () => ({ userIdentity: undefined }),
  "it failed at EC2's end": () => ({ errorCode: "Server.InternalError", responseElements: null }),
  "it is whole": () => ({}),
};

describe("guard: events that don't tell what a call did", () => {
  let groups: ModelGroups;
  let guard: Guard;
  let deployed: Deployed;
  let said: Said[];
  let buried: string[];
  let clock: number;
  let count = 0;

  async function begin(policy: string): Promise<void> {
    groups = new ModelGroups([GROUP, OTHER]);
    [said, buried] = [[], []];
    clock = Date.parse("2026-11-21T02:00:00Z");
    const tell = (all: readonly Said[]) => Promise.resolve(void said.push(...all));
    guard = {
      policy: policyFrom(policy),
      ...{ groups, records: new MemoryRecords(), uses: new MemoryUses(), approvals: new MemoryApprovals() },
      ...{ now: () => new Date(clock), ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`] },
      ...{ approveFlags: "", tell },
    };
    deployed = {
      ...{ home: SITE, sites: [SITE], unread: new Set<string>(), log: () => undefined, tell },
      guarding: () => ({ guard, isolation: undefined }),
      tellAgain: () => Promise.resolve(),
      bury: (_, reason) => Promise.resolve(void buried.push(reason)),
    };
    for (const group of [GROUP, OTHER])
      for (const port of [443, 8443])
        groups.put(group, content({ cidrIpv4: "192.0.2.0/24", fromPort: port, toPort: port }));
    await refreshRecords(SITE, guard);
    clock += 60_000;
  }

  /** Delivers an event, and again after SQS's time where it failed. @returns how often it came */
  async function deliver(detail: object): Promise<number> {
    for (let times = 1; ; times++) {
      clock += 5_000;
      const body = JSON.stringify({ detail });
      const message = {
        messageId: `m-${++count}`,
        body,
        attributes: { ApproximateReceiveCount: `${times}` },
      };
      const { batchItemFailures } = await handleArrivals({ Records: [message] }, deployed);
      if (batchItemFailures.length === 0 || times === 5) return times;
      clock += 6 * 60_000;
    }
  }

  const present = (group = GROUP) => [...groups.kept.get(group)!.values()];
  const everywhere = content({ fromPort: 22, toPort: 22 });

  /** Calls that do what they do in the model, and the event that CloudTrail writes of each. */
  const CALLS: Record<string, () => Call> = {
    "many permissions are added": () => {
      const made = [22, 23, 24].flatMap((port) =>
        ["0.0.0.0/1", "128.0.0.0/1"].map((cidrIpv4) =>
          groups.put(GROUP, content({ cidrIpv4, fromPort: port, toPort: port })),
        ),
      );
      const rules = made.map(({ rule }) => rule);
      return {
        name: "AuthorizeSecurityGroupIngress",
        request: { groupId: GROUP, ipPermissions: { items: rules.map(permissionItem) } },
        response: { _return: true, securityGroupRuleSet: { items: rules.map((r) => answerItem(GROUP, r)) } },
      };
    },
    "egress is added": () => {
      const { rule } = groups.put(GROUP, { ...everywhere, direction: "egress" });
      return {
        name: "AuthorizeSecurityGroupEgress",
        request: { groupId: GROUP, ipPermissions: { items: [permissionItem(rule)] } },
        response: { _return: true, securityGroupRuleSet: { items: [answerItem(GROUP, rule)] } },
      };
    },
    "permissions are removed": () => {
      const rules = present();
      for (const { id } of rules) groups.drop(GROUP, id);
      return {
        name: "RevokeSecurityGroupIngress",
        request: { groupId: GROUP, ipPermissions: { items: rules.map(permissionItem) } },
        response: {
          _return: true,
          revokedSecurityGroupRuleSet: { items: rules.map((r) => answerItem(GROUP, r)) },
        },
      };
    },
    "permissions are modified": () => {
      const rules = present().map((rule): GroupRule => ({ ...rule, cidrIpv4: "0.0.0.0/0" }));
      for (const rule of rules) groups.change(GROUP, rule);
      const items = rules.map((rule) => modificationItem(rule));
      return {
        name: "ModifySecurityGroupRules",
        request: { ModifySecurityGroupRulesRequest: { GroupId: GROUP, SecurityGroupRule: items } },
        response: { _return: true },
      };
    },
  };

  const eventOf = ({ name, request, response }: Call, damage: object, caller: Caller = {}) => ({
    ...record(name, request, response ?? {}, { at: new Date(clock).toISOString(), ...caller }),
    ...damage,
  });

  const STRICT =
    "{mode: enforce, egress: true, rules: [{name: nothing, when: {change: [opens, closes]}, then: revert}]}";

  for (const [what, call] of Object.entries(CALLS)) {
    for (const [how, damage] of Object.entries(DAMAGES)) {
      it(`${what}, and ${how}: it is undone, and said, on that group alone`, async () => {
        await begin(STRICT);
        const [before, others] = [groups.keys(GROUP), groups.keys(OTHER)];
        const made = call();
        const changes = damage(made);
        if (changes === undefined) return;
        const event = eventOf(made, changes);
        expect(await deliver(event)).to.equal(1);
        expect(groups.keys(GROUP)).to.deep.equal(before);
        expect(new Set(said.map(({ outcome }) => outcome)), JSON.stringify(said)).to.deep.equal(
          new Set(["undone"]),
        );
        expect(buried).to.deep.equal([]);
        const [acts, count] = [groups.acts, said.length];
        await deliver(event);
        clock += 15 * 60_000;
        await refreshRecords(SITE, guard);
        expect([groups.acts, said.length, groups.keys(GROUP)]).to.deep.equal([acts, count, before]);
        expect(groups.keys(OTHER)).to.deep.equal(others);
      });
    }
  }

  it("is tried again while EC2 may not show it, and then said where nothing is otherwise", async () => {
    for (const groupId of [GROUP, undefined]) {
      await begin(STRICT);
      const request = { groupId, ...omitted("requestParameters") };
      const event = record("ModifySecurityGroupRules", request, omitted("responseElements"), {
        at: new Date(clock).toISOString(),
      });
      expect(await deliver(event)).to.equal(2);
      expect(said).to.have.length(1);
      expect(said[0]).to.deep.include({ outcome: "noted", escalated: true });
      expect(said[0]?.summary)
        .to.include("session mallory changed what can't be read of")
        .and.include("CloudTrail left out its request (requestParameters too large)");
      expect(groups.acts).to.equal(0);
    }
  });

  for (const errorCode of ["Server.InternalError", "Server.Unavailable", "InternalFailure"]) {
    it(`is tried again after ${errorCode}, and no news where nothing came of it`, async () => {
      await begin(STRICT);
      const request = { groupId: GROUP, ipPermissions: { items: [permissionItem(everywhere)] } };
      const failed = (name: string, of: object) =>
        record(name, of, {}, { at: new Date(clock).toISOString(), errorCode, responseElements: null });
      expect(await deliver(failed("AuthorizeSecurityGroupIngress", request))).to.equal(2);
      expect(await deliver(failed("DeleteSecurityGroup", { groupId: GROUP }))).to.equal(2);
      expect(await deliver(failed("CreateSecurityGroup", { groupName: "new", vpcId: "vpc-1" }))).to.equal(1);
      expect([said, buried, groups.acts]).to.deep.equal([[], [], 0]);
      // Its record is still there: what comes next is judged.
      const before = groups.keys(GROUP);
      await deliver(eventOf(CALLS["many permissions are added"]!(), {}));
      expect(groups.keys(GROUP)).to.deep.equal(before);
    });
  }

  it("is nothing where EC2 refused it, though somebody else has changed the group meanwhile", async () => {
    await begin(STRICT);
    const made = CALLS["many permissions are added"]!();
    for (const errorCode of ["Client.InvalidPermission.Duplicate", "Client.UnauthorizedOperation"])
      expect(await deliver(eventOf(made, { errorCode, responseElements: null }))).to.equal(1);
    expect([said, groups.acts]).to.deep.equal([[], 0]);
  });

  for (const [how, requestParameters] of Object.entries({
    "left out": omitted("requestParameters"),
    null: null,
    "in a form that isn't known": { resourcesSet: "[ … ]" },
  })) {
    it(`a change of tags whose request is ${how} leads to a look at every group`, async () => {
      await begin(STRICT.replace("{mode", "{scope: {tags: [guard=on]}, mode"));
      groups.tags = { guard: "on" };
      const tagging = (name: string, damage: object) =>
        record(name, {}, { _return: true }, { at: new Date(clock).toISOString(), ...damage });
      await deliver(tagging("CreateTags", { requestParameters }));
      const before = groups.keys(GROUP);
      groups.tags = {};
      await deliver(tagging("DeleteTags", { requestParameters }));
      expect(said.map(({ outcome }) => outcome)).to.deep.equal(["tags", "tags"]);
      expect(said[0]?.summary).to.include("outside of the policy's scope now");
      await deliver(eventOf(CALLS["many permissions are added"]!(), {}));
      expect(groups.keys(GROUP)).to.have.length(before.length + 6);
      groups.tags = { guard: "on" };
      await deliver(tagging("CreateTags", { requestParameters }));
      expect(groups.keys(GROUP), "what was changed meanwhile is judged").to.deep.equal(before);
    });
  }

  it("a change of tags that failed at EC2's end leads to a look at its groups", async () => {
    await begin(STRICT.replace("{mode", "{scope: {tags: [guard=on]}, mode"));
    groups.tags = { guard: "on" };
    const errorCode = "Server.InternalError";
    const request = { resourcesSet: { items: [{ resourceId: GROUP }] } };
    const failed = () => record("DeleteTags", request, {}, { at: new Date(clock).toISOString(), errorCode });
    await refreshRecords(SITE, guard);
    await deliver(failed());
    expect(said).to.deep.equal([]);
    groups.tags = {};
    await deliver(failed());
    expect(said.map(({ outcome }) => outcome)).to.deep.equal(["tags"]);
  });

  it("is held and said where there is no record to compare the group with", async () => {
    await begin(STRICT);
    guard.records = new MemoryRecords();
    const made = CALLS["many permissions are added"]!();
    await deliver(eventOf(made, { requestParameters: { groupId: GROUP }, responseElements: null }));
    expect(said.map(({ escalated }) => escalated)).to.deep.equal([true]);
    expect(said[0]?.summary).to.include("There is no record of what the group was before");
  });

  it("says nothing of a removal that EC2 said removed nothing", async () => {
    await begin(STRICT);
    const items = [permissionItem(everywhere)];
    const request = { groupId: GROUP, ipPermissions: { items } };
    const answer = { _return: true, unknownIpPermissionSet: { items } };
    const event = record("RevokeSecurityGroupIngress", request, answer, {
      at: new Date(clock).toISOString(),
    });
    expect(await deliver(event)).to.equal(1);
    expect(said).to.deep.equal([]);
  });

  for (const [how, seconds, damage] of [
    ["before", -2, {}],
    ["in the same second", 0, {}],
    ["after", 2, {}],
    ["after, without ids", 2, { responseElements: null }],
  ] as const) {
    it(`what another did ${how} isn't let through with a call of who may do anything`, async () => {
      await begin(`
mode: enforce
rules:
  - { name: pipeline, when: { change: [opens, closes], principal: { role: [deploy] } }, then: allow }
  - { name: others, when: { change: [opens, closes] }, then: revert }
accounts: ["${ACCOUNT}"]
${APPROVERS}`);
      // Mallory's event is still on its way when the pipeline's comes, which tells nothing.
      const at = new Date(clock + seconds * 1000).toISOString();
      const hers = eventOf(CALLS["many permissions are added"]!(), { eventTime: at, ...damage });
      const made = groups.put(GROUP, content({ fromPort: 8080, toPort: 8080 }));
      const call = {
        name: "AuthorizeSecurityGroupIngress",
        request: { groupId: GROUP, ...omitted("requestParameters") },
        response: null,
      };
      await deliver(eventOf(call, {}, { role: "deploy", who: "run-1" }));
      expect(new Set(said.map(({ outcome }) => outcome))).to.deep.equal(new Set(["held"]));
      expect(said[0]?.summary).to.include("Its event doesn't tell it");
      const kept = groups.keys(GROUP);
      await deliver(hers);
      expect(groups.keys(GROUP), "hers are undone").to.have.length(kept.length - 6);
      expect(groups.kept.get(GROUP)!.has(made.rule.id)).to.equal(true);
    });
  }

  it("nobody approves with one voice what nobody knows who did", async () => {
    await begin(`
mode: enforce
rules: [{ name: ssh, when: { traffic: [tcp/22] }, then: revert }]
${APPROVERS}`);
    const approvals = guard.approvals as MemoryApprovals;
    approvals.kept.push(approvalOf("alice", { group: GROUP }));
    const open = async () => {
      const { rule } = groups.put(GROUP, everywhere);
      await deliver(
        eventOf(
          {
            name: "AuthorizeSecurityGroupIngress",
            request: { groupId: GROUP, ...omitted("requestParameters") },
            response: null,
          },
          {},
        ),
      );
      return groups.kept.get(GROUP)!.has(rule.id);
    };
    expect(await open()).to.equal(false);
    approvals.kept.push(approvalOf("bob", { group: GROUP }));
    clock += 60_000;
    expect(await open()).to.equal(true);
  });

  it("a rule about who did it holds where the event doesn't say who", async () => {
    for (const userIdentity of [
      undefined,
      null,
      {},
      { type: "AssumedRole", principalId: "AROAX:mallory" },
      { type: "IAMUser", principalId: "AIDAX" },
    ]) {
      await begin(
        "{mode: enforce, rules: [{name: strangers, when: {principal: {role: [x-*], user: [y-*]}}, then: revert}]}".replace(
          ", user: [y-*]",
          userIdentity !== null && (userIdentity as { type?: string })?.type === "IAMUser"
            ? ", user: [y-*]"
            : "",
        ),
      );
      const made = CALLS["many permissions are added"]!();
      await deliver(eventOf(made, { userIdentity }));
      expect(new Set(said.map(({ outcome }) => outcome)), JSON.stringify(userIdentity)).to.deep.equal(
        new Set(["held"]),
      );
    }
  });
});
