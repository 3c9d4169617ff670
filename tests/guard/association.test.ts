import { expect } from "chai";
import type { Deployed } from "../../guard/deployed";
import type { Guard } from "../../guard/guard";
import { handleArrivals } from "../../guard/lambda";
import { policyFrom } from "../../guard/policy/read";
import type { Said } from "../../guard/tell";
import { ACCOUNT, content, record, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { ModelGroups } from "./support/model";

const SITE = { account: ACCOUNT, region: REGION };
const GROUP = "sg-1";
/** The model's groups are of vpc-1. */
const OTHER = "vpc-2";

describe("guard: a group that is associated with another VPC", () => {
  let groups: ModelGroups;
  let said: Said[];
  let buried: string[];

  async function hear(policy: string, name: string, request: object, more: object = {}): Promise<void> {
    [said, buried] = [[], []];
    const tell = (all: readonly Said[]) => Promise.resolve(void said.push(...all));
    const guard: Guard = {
      policy: policyFrom(policy),
      ...{ groups, records: new MemoryRecords(), uses: new MemoryUses(), approvals: new MemoryApprovals() },
      ...{ now: () => new Date(), ownRoles: [], approveFlags: "", tell },
    };
    const deployed: Deployed = {
      ...{ home: SITE, sites: [SITE], unread: new Set<string>(), log: () => undefined, tell },
      guarding: () => ({ guard, isolation: undefined }),
      tellAgain: () => Promise.resolve(),
      bury: (_, reason) => Promise.resolve(void buried.push(reason)),
    };
    await handleArrivals({ detail: record(name, request, {}, { ...more }) }, deployed);
  }

  beforeEach(() => {
    groups = new ModelGroups([GROUP]);
    groups.put(GROUP, content({ fromPort: 22, toPort: 22 }));
    groups.put(GROUP, content({ fromPort: 443, toPort: 443 }));
  });

  const SCOPED =
    "{mode: enforce, scope: {vpcs: [vpc-2]}, rules: [{name: ssh, when: {traffic: [tcp/22]}, then: revert}]}";
  const RULED =
    "{mode: enforce, rules: [{name: ssh, when: {vpc: [vpc-2], traffic: [tcp/22]}, then: revert}]}";
  const SHAPES = {
    flat: { groupId: GROUP, vpcId: OTHER },
    wrapped: { AssociateSecurityGroupVpcRequest: { GroupId: GROUP, VpcId: OTHER } },
  };

  for (const [by, policy] of Object.entries({ "its scope": SCOPED, "a rule": RULED })) {
    for (const [shape, request] of Object.entries(SHAPES)) {
      it(`is judged by that one where ${by} names it, and left (${shape})`, async () => {
        await hear(policy, "AssociateSecurityGroupVpc", request);
        expect(said).to.have.length(1);
        expect(said[0]).to.deep.include({ outcome: "noted", escalated: true });
        expect(said[0]?.summary)
          .to.include("session mallory opened ingress TCP port 22 from 0.0.0.0/0 of security group")
          .and.include("It was associated with vpc-2")
          .and.not.include("443");
        expect(groups.acts).to.equal(0);
      });
    }
  }

  it("is told without alarm where nothing there forbids its rules, and when it is no longer", async () => {
    groups.drop(GROUP, [...groups.kept.get(GROUP)!.keys()][0]!);
    await hear(SCOPED, "AssociateSecurityGroupVpc", SHAPES.flat);
    expect(said.map(({ escalated }) => escalated)).to.deep.equal([false]);
    await hear(SCOPED, "DisassociateSecurityGroupVpc", SHAPES.flat);
    expect(said.map(({ escalated }) => escalated)).to.deep.equal([false]);
    expect(said[0]?.summary).to.include("no longer associated with vpc-2");
  });

  it("is no news where no VPC counts, that one is not guarded, or EC2 refused it", async () => {
    await hear(
      "{rules: [{name: ssh, when: {traffic: [tcp/22]}, then: revert}]}",
      "AssociateSecurityGroupVpc",
      SHAPES.flat,
    );
    expect(said).to.deep.equal([]);
    await hear(SCOPED, "AssociateSecurityGroupVpc", { ...SHAPES.flat, vpcId: "vpc-3" });
    expect(said).to.deep.equal([]);
    await hear(SCOPED, "AssociateSecurityGroupVpc", SHAPES.flat, {
      errorCode: "Client.InvalidVpcID.NotFound",
    });
    expect(said).to.deep.equal([]);
  });

  it("is set aside where its event doesn't say which", async () => {
    await hear(SCOPED, "AssociateSecurityGroupVpc", { groupId: GROUP });
    expect(buried[0]).to.include("doesn't say of which group, VPC");
  });
});
