import { expect } from "chai";
import type { SecurityGroupRule } from "../../inventory/types";
import { ReplayedAccount } from "../../trigger/replay/account";
import { account, groupId } from "../support/account";
import { callRecord } from "../support/cloudtrail";
import { SHAPES } from "./events/shapes";

const GROUP = groupId(1);
const INSTANCE = "i-0a1";
const WEB = { id: "sgr-0101bb0", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "203.0.113.0/24" };
const items = (...list: unknown[]) => ({ items: list });

function small(): ReplayedAccount {
  return new ReplayedAccount(
    account([
      { group: 1, port: 443 },
      { group: 1, port: 22 },
      { group: 2, port: 25 },
    ]),
  );
}

const rules = (replayed: ReplayedAccount): SecurityGroupRule[] =>
  replayed.inventory.securityGroups.find(({ id }) => id === GROUP)?.ingress ?? [];
const ports = (replayed: ReplayedAccount) => rules(replayed).map(({ fromPort }) => fromPort);
const running = (replayed: ReplayedAccount) => replayed.inventory.instances.map(({ id }) => id).sort();

const toState = (call: string, name: string, instanceId = INSTANCE) =>
  callRecord(call, {}, { responseElements: { instancesSet: items({ instanceId, currentState: { name } }) } });

describe("an account that calls change", () => {
  it("has no instance that is stopped or terminated, and again one that starts", () => {
    const replayed = small();
    const before = replayed.inventory.instances.find(({ id }) => id === INSTANCE);
    expect(replayed.happen(toState("StopInstances", "stopping"))).to.equal(true);
    expect(running(replayed)).to.deep.equal(["i-0a2"]);
    expect(replayed.happen(toState("StartInstances", "pending"))).to.equal(true);
    expect(replayed.inventory.instances).to.deep.include({ ...before, state: "pending" });
    expect(replayed.happen(toState("TerminateInstances", "shutting-down"))).to.equal(true);
    expect(running(replayed)).to.deep.equal(["i-0a2"]);
  });

  it("knows of an instance that did not run what its interface tells, unless tags count", () => {
    const start = toState("StartInstances", "pending");
    const stopped = account(
      [
        { group: 1, port: 443 },
        { group: 2, port: 25 },
      ],
      [1],
    );
    const replayed = new ReplayedAccount(stopped);
    expect(replayed.happen(start)).to.equal(true);
    expect(running(replayed)).to.deep.equal([INSTANCE, "i-0a2"]);
    const tagged = { ...stopped, instances: stopped.instances.map((each) => ({ ...each, tags: {} })) };
    expect(new ReplayedAccount(tagged).happen(start)).to.equal(false);
    expect(small().happen(toState("StartInstances", "pending", "i-0ffffffffffffffff"))).to.equal(false);
  });

  it("has the tags of instances that don't run where it was recorded with them", () => {
    const tags = { tier: "dmz" };
    const recorded = account([{ group: 1, port: 443 }], [1]);
    const instances = recorded.instances.map((each) => ({ ...each, tags: {} }));
    const replayed = new ReplayedAccount({ ...recorded, instances, stopped: [{ id: INSTANCE, tags }] });
    expect(replayed.happen(toState("StartInstances", "pending"))).to.equal(true);
    expect(replayed.inventory.instances).to.deep.include({ id: INSTANCE, state: "pending", tags });
    expect(replayed.inventory.stopped).to.deep.equal([]);
    expect(replayed.happen(toState("StopInstances", "stopping"))).to.equal(true);
    expect(replayed.inventory.stopped).to.deep.equal([{ id: INSTANCE, tags }]);
    expect(replayed.happen(toState("TerminateInstances", "shutting-down"))).to.equal(true);
    expect(replayed.inventory.stopped).to.deep.equal([]);
  });

  it("has a rule as AWS answered that it is", () => {
    const replayed = small();
    const rule = { ...WEB, id: "sgr-0aa", fromPort: 8443, toPort: 8443, description: "new" };
    const { id: securityGroupRuleId, ...said } = rule;
    const record = callRecord(
      "AuthorizeSecurityGroupIngress",
      {},
      {
        responseElements: {
          securityGroupRuleSet: items({ groupId: GROUP, securityGroupRuleId, isEgress: false, ...said }),
        },
      },
    );
    expect(replayed.happen(record)).to.equal(true);
    expect(rules(replayed).at(-1)).to.deep.equal(rule);
  });

  const flat = { groupId: GROUP, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIp: WEB.cidrIpv4 };
  const { cidrIp, groupId: group, ...ofAll } = flat;
  const listed = { ...ofAll, groups: {}, ipRanges: items({ cidrIp }), ipv6Ranges: {}, prefixListIds: {} };
  for (const [how, request, answer] of [
    ["in a list", { groupId: group, ipPermissions: items(listed) }, {}],
    ["flat", { ...flat, ipPermissions: {} }, {}],
    ["by its id", { groupId: group, securityGroupRuleIds: items({ securityGroupRuleId: WEB.id }) }, {}],
    [
      "in the answer",
      { groupId: group },
      { revokedSecurityGroupRuleSet: items({ securityGroupRuleId: WEB.id }) },
    ],
  ] as const) {
    it(`has no rule that was revoked: ${how}`, () => {
      const replayed = small();
      const record = callRecord("RevokeSecurityGroupIngress", request, { responseElements: answer });
      expect(replayed.happen(record)).to.equal(true);
      expect(ports(replayed)).to.deep.equal([22]);
    });
  }

  it("has a rule as it was changed", () => {
    const replayed = small();
    const update = { IpProtocol: "tcp", FromPort: 444, ToPort: 445, CidrIpv4: "192.0.2.0/24" };
    const record = callRecord("ModifySecurityGroupRules", {
      ModifySecurityGroupRulesRequest: {
        GroupId: GROUP,
        SecurityGroupRule: { SecurityGroupRuleId: WEB.id, tag: 1, SecurityGroupRule: update },
      },
    });
    expect(replayed.happen(record)).to.equal(true);
    expect(rules(replayed)[0]).to.deep.equal({
      ...{ id: WEB.id, ipProtocol: "tcp", fromPort: 444, toPort: 445, cidrIpv4: "192.0.2.0/24" },
    });
  });

  it("has interfaces that carry other groups", () => {
    const replayed = small();
    const change = { networkInterfaceId: "eni-0a1", groupSet: items({ groupId: groupId(2) }) };
    expect(replayed.happen(callRecord("ModifyNetworkInterfaceAttribute", change))).to.equal(true);
    expect(replayed.inventory.networkInterfaces[0]?.securityGroupIds).to.deep.equal([groupId(2)]);
  });

  it("stays as it was where the record doesn't tell all, or is of something that it doesn't know", () => {
    for (const { call, request, answer } of SHAPES) {
      const replayed = small();
      const before = structuredClone(replayed.inventory);
      const record = callRecord(call, request, { responseElements: answer ?? null });
      expect(replayed.happen(record), `${call} ${JSON.stringify(request)}`).to.equal(false);
      expect(replayed.inventory, call).to.deep.equal(before);
    }
    const list = {
      groupId: GROUP,
      securityGroupRuleId: "sgr-0aa",
      ipProtocol: "tcp",
      prefixListId: "pl-0ff",
    };
    const unknown = { securityGroupRuleSet: items({ ...list, fromPort: 1, toPort: 1 }) };
    const replayed = small();
    expect(
      replayed.happen(callRecord("AuthorizeSecurityGroupIngress", {}, { responseElements: unknown })),
    ).to.equal(true);
    const half = { ipPermissions: items(listed, { ...listed, fromPort: 1 }), groupId: GROUP };
    expect(replayed.happen(callRecord("RevokeSecurityGroupIngress", half))).to.equal(false);
    expect(ports(replayed)).to.deep.equal([443, 22, 1]);
  });
});
