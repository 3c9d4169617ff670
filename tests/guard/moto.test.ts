import { EC2 } from "@aws-sdk/client-ec2";
import { S3 } from "@aws-sdk/client-s3";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { DynamoApprovals } from "../../guard/approvals/dynamo";
import { S3Approvals } from "../../guard/approvals/s3";
import { DynamoUses } from "../../guard/approvals/uses";
import { cloudTrailRecord } from "../../aws/cloudtrail/record";
import { groupEvent } from "../../guard/event/read";
import { Ec2SecurityGroups, type SecurityGroups } from "../../guard/groups";
import type { Guarding } from "../../guard/guarding";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import type { Deployed } from "../../guard/deployed";
import { handleArrivals } from "../../guard/lambda";
import type { Notice } from "../../guard/notice";
import { readApprovals } from "../../guard/approvals/read";
import { policyFrom } from "../../guard/policy/read";
import { DynamoRecords } from "../../guard/record/store";
import { refreshRecords } from "../../guard/refresh";
import {
  endOf,
  ipPermission,
  ruleKey,
  ruleRequest,
  type GroupRule,
  type RuleContent,
} from "../../guard/rules";
import { needsMoto, Moto } from "../support/moto";
import {
  ACCOUNT,
  answerItem,
  content,
  modificationItem,
  permissionItem,
  record,
  REGION,
} from "./support/cloudtrail";
import { MemoryApprovals } from "./support/memory";
import { approvalOf, APPROVERS, keyOf } from "./support/people";
import { makeTables } from "./support/tables";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

/** Nothing may be opened or closed. */
const POLICY = policyFrom(`
mode: enforce
egress: true
rules:
  - { name: nothing, when: { change: [opens, closes] }, then: revert }
`);

describe("guard against an EC2 endpoint", function () {
  const moto = needsMoto();
  if (moto === undefined) return;
  this.timeout(120_000);
  let server: Moto;
  let ec2: EC2;
  let client: DynamoDBDocument;
  let groups: SecurityGroups;
  let guard: Guard;
  let vpc: string;
  let prefixList: string;
  let made = 0;
  // Far enough between two changes that the guard doesn't take them for a fight.
  let clock = new Date();
  const approvals = new MemoryApprovals();

  before(async () => {
    server = await Moto.start(moto);
    const access = server.access(REGION);
    ec2 = new EC2(access);
    client = await makeTables(access);
    groups = new Ec2SecurityGroups(ec2);
    guard = {
      policy: POLICY,
      groups,
      records: new DynamoRecords("guard", client),
      approvals,
      uses: new DynamoUses("guard", client),
      now: () => clock,
      ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`],
      approveFlags: "--table approvals",
      tell: () => Promise.resolve(),
    };
    vpc = (await ec2.createVpc({ CidrBlock: "10.9.0.0/16" })).Vpc?.VpcId ?? "";
    prefixList =
      (
        await ec2.createManagedPrefixList({
          ...{ PrefixListName: "offices", AddressFamily: "IPv4", MaxEntries: 5 },
          Entries: [{ Cidr: "192.0.2.0/24" }],
        })
      ).PrefixList?.PrefixListId ?? "";
  });
  after(async () => {
    ec2?.destroy();
    await server?.stop();
  });

  /** A group with rules of both directions, each with description and tags. */
  async function makeGroup(inDefaultVpc = false): Promise<{ id: string; name: string }> {
    const name = `group-${++made}`;
    const { GroupId: id = "" } = await ec2.createSecurityGroup({
      ...{ GroupName: name, Description: name },
      ...(!inDefaultVpc && { VpcId: vpc }),
    });
    const TagSpecifications = [
      { ResourceType: "security-group-rule" as const, Tags: [{ Key: "owner", Value: "network & co" }] },
    ];
    for (const [direction, rules] of Object.entries({
      ingress: forms("ingress", id, 7000),
      egress: forms("egress", id, 7000),
    })) {
      for (const rule of rules) {
        const request = {
          GroupId: id,
          IpPermissions: [ipPermission({ ...rule, description: "as it was" })],
          TagSpecifications,
        };
        if (direction === "ingress") await ec2.authorizeSecurityGroupIngress(request);
        else await ec2.authorizeSecurityGroupEgress(request);
      }
    }
    return { id, name };
  }

  /** A permission of every form. */
  function forms(direction: "ingress" | "egress", group: string, port: number): RuleContent[] {
    const ports = { direction, fromPort: port, toPort: port + 1 };
    return [
      content({ ...ports, cidrIpv4: "203.0.113.0/24" }),
      content({ ...ports, cidrIpv6: "2001:db8::/32" }),
      content({ ...ports, prefixListId: prefixList }),
      content({ ...ports, referencedSecurityGroupId: group }),
      content({ ...ports, ipProtocol: "udp" }),
      content({
        direction,
        ipProtocol: "tcp",
        fromPort: 0,
        toPort: 65535,
        cidrIpv4: `10.${port % 100}.0.0/16`,
      }),
      content({
        direction,
        ipProtocol: "icmp",
        fromPort: 8,
        toPort: -1,
        cidrIpv4: `10.${port % 100}.0.0/16`,
      }),
      content({
        direction,
        ipProtocol: "icmpv6",
        fromPort: -1,
        toPort: -1,
        cidrIpv6: `2001:db8:${port % 100}::/48`,
      }),
      content({ direction, ipProtocol: "50", fromPort: -1, toPort: -1, cidrIpv4: `10.${port % 100}.0.0/16` }),
      content({ direction, ipProtocol: "-1", fromPort: -1, toPort: -1, cidrIpv4: `10.${port % 100}.0.0/16` }),
    ];
  }

  const rulesOf = (id: string) => groups.rules({ id, account: ACCOUNT });

  /** Everything about a group's rules but their ids, which EC2 gives anew. */
  async function stateOf(id: string): Promise<string[]> {
    const rules = await rulesOf(id);
    // moto forgets the descriptions of prefix lists and groups, and tags of what a group had from the start.
    return rules
      .map((rule) => JSON.stringify([ruleKey(rule), isPlain(rule) ? rule.description : "", rule.tags ?? {}]))
      .sort();
  }
  const isPlain = (rule: GroupRule) => rule.cidrIpv4 !== undefined || rule.cidrIpv6 !== undefined;

  async function handle(name: string, request: object, response: object): Promise<Notice[]> {
    clock = new Date(clock.getTime() + 11 * 60_000);
    const event = groupEvent(cloudTrailRecord(record(name, request, response, { at: clock.toISOString() })));
    if (event === undefined) throw new Error("the guard doesn't know this call");
    return handleEvent(event, guard);
  }

  async function seeded<T extends { id: string }>(group: T): Promise<T> {
    await refreshRecords({ account: ACCOUNT, region: REGION }, guard);
    return group;
  }

  const call = { put: "Authorize", drop: "Revoke" } as const;
  const titled = { ingress: "Ingress", egress: "Egress" } as const;

  async function authorize(direction: "ingress" | "egress", GroupId: string, rules: RuleContent[]) {
    const request = { GroupId, IpPermissions: rules.map(ipPermission) };
    if (direction === "ingress") await ec2.authorizeSecurityGroupIngress(request);
    else await ec2.authorizeSecurityGroupEgress(request);
  }

  // moto doesn't find every form of permission to revoke, but every rule.
  async function revoke(direction: "ingress" | "egress", GroupId: string, rules: GroupRule[]) {
    const request = { GroupId, SecurityGroupRuleIds: rules.map(({ id }) => id) };
    if (direction === "ingress") await ec2.revokeSecurityGroupIngress(request);
    else await ec2.revokeSecurityGroupEgress(request);
  }

  /** How CloudTrail may tell of a change of these rules. */
  function shapes(op: "put" | "drop", { id, name }: { id: string; name: string }, rules: GroupRule[]) {
    const items = { ipPermissions: { items: rules.map(permissionItem) } };
    const set = op === "put" ? "securityGroupRuleSet" : "revokedSecurityGroupRuleSet";
    const answer = { _return: true, [set]: { items: rules.map((rule) => answerItem(id, rule)) } };
    const [first] = rules;
    const isFlat = rules.length === 1 && first?.cidrIpv4 !== undefined;
    const flat = first && {
      ...{ ipPermissions: {}, ipProtocol: first.ipProtocol, fromPort: first.fromPort, toPort: first.toPort },
      cidrIp: first.cidrIpv4,
    };
    const ids = rules.map((rule) => rule.id);
    return [
      ["items, with ids in the answer", { groupId: id, ...items }, answer],
      ["items alone", { groupId: id, ...items }, { _return: true }],
      ["the group's name", { groupName: name, ...items }, { _return: true }],
      ...(op === "drop"
        ? [
            [
              "rule ids",
              {
                groupId: id,
                securityGroupRuleIds: { items: ids.map((each) => ({ securityGroupRuleId: each })) },
              },
              { _return: true },
            ],
            ["rule ids in a plain list", { groupId: id, securityGroupRuleIds: ids }, { _return: true }],
          ]
        : []),
      ...(isFlat ? [["flat parameters", { groupId: id, ...flat }, { _return: true }]] : []),
    ] as [string, object, object][];
  }

  for (const direction of ["ingress", "egress"] as const) {
    for (const op of ["put", "drop"] as const) {
      it(`brings a group back to what it was after ${call[op]}${titled[direction]}, in every shape and form`, async () => {
        const group = await seeded(await makeGroup(true));
        const before = await stateOf(group.id);
        const known = await rulesOf(group.id);
        const own =
          op === "put"
            ? forms(direction, group.id, 8017)
            : known.filter((rule) => rule.direction === direction && endOf(rule) !== "0.0.0.0/0");
        // All forms at once in every shape; each by itself in one after the other, and flat where that can be.
        const count = shapes(op, group, own as GroupRule[]).length;
        const cases = [
          ...Array.from({ length: count }, (_, shape) => ({ set: own, shape })),
          ...own.flatMap((rule, at) => [
            { set: [rule], shape: rule.cidrIpv4 === undefined ? at % count : count },
          ]),
        ];
        for (const { set, shape } of cases) {
          // Rules have other ids after each time.
          const earlier = await rulesOf(group.id);
          const named = (rules: GroupRule[]) =>
            set.map((rule) => rules.find((each) => ruleKey(each) === ruleKey(rule))!);
          if (op === "put") await authorize(direction, group.id, set);
          else await revoke(direction, group.id, named(earlier));
          const rules = named(op === "put" ? await rulesOf(group.id) : earlier);
          const [title, request, response] = shapes(op, group, rules)[shape]!;
          const notices = await handle(`${call[op]}SecurityGroup${titled[direction]}`, request, response);
          const where = `${title}: ${set.map(ruleKey).join()}`;
          expect(
            notices.map(({ outcome }) => outcome),
            where,
          ).to.deep.equal(set.map(() => "undone"));
          expect(await stateOf(group.id), where).to.deep.equal(before);
        }
      });
    }

    it(`brings modified rules of ${direction} back to what they were, one or several, in both cases of names`, async () => {
      const group = await seeded(await makeGroup());
      const before = await stateOf(group.id);
      // Of other ends than IPv4 CIDRs moto changes the ports alone: forms.test.ts changes those ends.
      const known = (await rulesOf(group.id)).filter(
        (rule) => rule.direction === direction && endOf(rule) !== "0.0.0.0/0",
      );
      const changed = known
        .map((rule, index): GroupRule => ({
          ...rule,
          ...(rule.ipProtocol === "tcp" || rule.ipProtocol === "udp"
            ? { fromPort: 1000 + index, toPort: 2000 }
            : {}),
          ...(rule.cidrIpv4 !== undefined && { cidrIpv4: `192.0.2.${index}/32` }),
          description: "other",
        }))
        .filter((rule, index) => ruleKey(rule) !== ruleKey(known[index]!));
      const wrap = {
        ModifySecurityGroupRulesRequest: (items: object[]) => ({
          GroupId: group.id,
          SecurityGroupRule: items.length === 1 ? items[0] : items,
        }),
      };
      for (const set of [...changed.map((rule) => [rule]), changed]) {
        for (const isWrapped of [true, false]) {
          await ec2.modifySecurityGroupRules({
            GroupId: group.id,
            SecurityGroupRules: set.map((rule) => ({
              SecurityGroupRuleId: rule.id,
              SecurityGroupRule: ruleRequest(rule),
            })),
          });
          const items = set.map(modificationItem);
          const request = isWrapped
            ? { ModifySecurityGroupRulesRequest: wrap.ModifySecurityGroupRulesRequest(items) }
            : { groupId: group.id, securityGroupRules: { items } };
          const notices = await handle("ModifySecurityGroupRules", request, { _return: true });
          expect(notices.map(({ outcome }) => outcome)).to.deep.equal(set.map(() => "undone"));
          expect(await stateOf(group.id)).to.deep.equal(before);
        }
      }
      expect((await rulesOf(group.id)).map(({ id }) => id)).to.include.members(known.map(({ id }) => id));
    });
  }

  it("keeps approvals in a table and in a bucket, each used once by one change alone", async () => {
    const s3 = new S3({ ...server.access(REGION), forcePathStyle: true });
    await s3.createBucket({ Bucket: "approvals" });
    const stores = [new DynamoApprovals("approvals", client), new S3Approvals("approvals", "guard/", s3)];
    const approval = approvalOf("alice", { id: "one", once: true, ticket: "CHG-1" });
    for (const store of stores) {
      await store.add(approval);
      const { approvals: found } = readApprovals(
        await store.all(),
        policyFrom(`rules: []\n${APPROVERS}`).approvers,
      );
      expect(found).to.deep.equal([{ ...approval, name: "alice", person: "alice" }]);
      const failure = await store.add(approval).catch((error: Error) => error.message);
      expect(failure, "nothing is overwritten").to.include("approvals can't be written in");
    }
    const uses = new DynamoUses("guard", client);
    const at = "2026-11-21T02:30:00.000Z";
    const used = [
      await uses.use(approval, { event: "a", rule: "sgr-1", at }),
      await uses.use(approval, { event: "b", rule: "sgr-2", at }),
      await uses.use(approval, { event: "a", rule: "sgr-1", at }),
      // Its id is its writer's choice.
      await uses.use({ ...approval, by: keyOf("mallory") }, { event: "b", rule: "sgr-2", at }),
    ];
    expect(used).to.deep.equal([true, false, true, true]);
    expect([...(await uses.of([approval])).values()]).to.deep.equal([{ event: "a", rule: "sgr-1", at }]);
  });

  it("isolates a marked instance on every interface, and gives each its groups back, also deleted ones' rest", async () => {
    const subnet = (await ec2.createSubnet({ VpcId: vpc, CidrBlock: "10.9.1.0/24" })).Subnet?.SubnetId ?? "";
    const group = async (name: string) =>
      (await ec2.createSecurityGroup({ VpcId: vpc, GroupName: name, Description: name })).GroupId ?? "";
    const [one, two, quarantine] = [await group("one"), await group("two"), await group("quarantine")];
    const { Instances } = await ec2.runInstances({
      ...{ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 },
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, Groups: [one, two] }],
    });
    const instance = Instances?.[0]?.InstanceId ?? "";
    const second =
      (await ec2.createNetworkInterface({ SubnetId: subnet, Groups: [two] })).NetworkInterface
        ?.NetworkInterfaceId ?? "";
    await ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: second, DeviceIndex: 1 });
    const carried = async () => {
      const { Reservations } = await ec2.describeInstances({ InstanceIds: [instance] });
      const interfaces = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
      const groups = interfaces.map(({ Groups = [] }) => Groups.map(({ GroupId = "" }) => GroupId).sort());
      return groups.sort((a, b) => b.length - a.length);
    };
    const said: string[] = [];
    const home = { account: ACCOUNT, region: REGION };
    const guarding: Guarding = {
      guard,
      isolation: {
        ...{
          site: home,
          ec2,
          table: "guard",
          tags: ["SecurityStatus=IR"],
          groups: { [vpc]: quarantine },
          now: () => new Date(),
        },
        client,
        tell: ({ summary }) => Promise.resolve(void said.push(summary)),
      },
    };
    const deployed: Deployed = {
      ...{ home, sites: [home], guarding: () => guarding, unread: new Set(), log: () => undefined },
      tell: () => Promise.resolve(),
      tellAgain: () => Promise.resolve(),
      bury: (_, reason) => {
        said.push(`buried: ${reason}`);
        return Promise.resolve();
      },
    };
    const tags = { Resources: [instance], Tags: [{ Key: "SecurityStatus", Value: "IR" }] };
    const told = (
      name: string,
      request: object = { resourcesSet: { items: [{ resourceId: instance }] } },
      more: object = {},
    ) => ({
      Records: [
        {
          messageId: "m-1",
          body: JSON.stringify({ detail: record(name, request, { _return: true }, { ...more }) }),
        },
      ],
    });
    await ec2.createTags(tags);
    // Two at once, and one more delivery.
    await Promise.all([
      handleArrivals(told("CreateTags"), deployed),
      handleArrivals(told("CreateTags"), deployed),
    ]);
    await handleArrivals(told("CreateTags"), deployed);
    expect(await carried()).to.deep.equal([[quarantine], [quarantine]]);
    await ec2.deleteTags(tags);
    await Promise.all([
      handleArrivals(told("DeleteTags"), deployed),
      handleArrivals(told("DeleteTags"), deployed),
    ]);
    expect(await carried()).to.deep.equal([[one, two].sort(), [two]]);

    // Too large for CloudTrail, in the request or in the answer; or failed, and done all the same.
    const omitted = { omitted: true, originalSize: 149_893, reason: "requestParameters too large" };
    await ec2.createTags(tags);
    await handleArrivals(told("CreateTags", omitted), deployed);
    expect(await carried()).to.deep.equal([[quarantine], [quarantine]]);
    await ec2.deleteTags(tags);
    await handleArrivals(told("DeleteTags", omitted), deployed);
    expect(await carried()).to.deep.equal([[one, two].sort(), [two]]);
    await ec2.createTags(tags);
    await handleArrivals(told("RunInstances", {}, { responseElements: omitted }), deployed);
    expect(await carried()).to.deep.equal([[quarantine], [quarantine]]);
    await ec2.deleteTags(tags);
    await handleArrivals(told("DeleteTags", undefined, { errorCode: "Server.InternalError" }), deployed);
    expect(await carried()).to.deep.equal([[one, two].sort(), [two]]);

    await ec2.createTags(tags);
    await handleArrivals(told("CreateTags", undefined, { errorCode: "Client.InvalidID" }), deployed);
    expect(await carried(), "a call that was refused is none").to.deep.equal([[one, two].sort(), [two]]);
    await handleArrivals(told("CreateTags"), deployed);
    await ec2.deleteSecurityGroup({ GroupId: two });
    await ec2.deleteTags(tags);
    said.length = 0;
    await handleArrivals(told("DeleteTags"), deployed);
    expect(await carried()).to.deep.equal([[one], [quarantine]]);
    expect(said.join("\n"))
      .to.include(`These are deleted since: ${two}`)
      .and.to.include("Give it groups by hand");
    said.length = 0;
    await handleArrivals({ Records: [{ messageId: "m-2", body: "nonsense" }] }, deployed);
    expect(said).to.deep.equal(["buried: it is neither an event of CloudTrail nor ours"]);
  });
});
