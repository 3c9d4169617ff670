import { EC2 } from "@aws-sdk/client-ec2";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { DynamoApprovals } from "../../guard/approvals/dynamo";
import { keyOfCaller } from "../../guard/approvals/people";
import { S3Approvals } from "../../guard/approvals/s3";
import { DynamoUses } from "../../guard/approvals/uses";
import type { Deployed } from "../../guard/deployed";
import { entriesHash } from "../../guard/entries";
import { Ec2SecurityGroups } from "../../guard/groups";
import type { Guard } from "../../guard/guard";
import { handleArrivals } from "../../guard/lambda";
import { policyFrom } from "../../guard/policy/read";
import { DynamoRecords, recordKey } from "../../guard/record/store";
import { ipPermission, ruleRequest, type RuleContent } from "../../guard/rules";
import type { Said } from "../../guard/tell";
import { Moto, needsMoto } from "../support/moto";
import { ACCOUNT, answerItem, content, modificationItem, record, REGION } from "./support/cloudtrail";
import { approvalOf, APPROVERS, keyOf } from "./support/people";
import { makeTables } from "./support/tables";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const POLICY = policyFrom(`
mode: enforce
scope: { tags: [guard=on] }
rules: [{ name: opened, when: { change: opens }, then: revert }]
${APPROVERS}`);
const SITE = { account: ACCOUNT, region: REGION };
const WIDE = content();

/** Each of these got past the guard once. */
describe("guard: attacks, against EC2, DynamoDB, S3 and STS over HTTP", function () {
  const moto = needsMoto();
  if (moto === undefined) return;
  this.timeout(180_000);
  let server: Moto;
  let ec2: EC2;
  let s3: S3;
  let client: DynamoDBDocument;
  let groups: Ec2SecurityGroups;
  let guard: Guard;
  let deployed: Deployed;
  let group: string;
  let said: Said[];
  let buried: string[];
  let clock = new Date();
  let count = 0;

  before(async () => {
    server = await Moto.start(moto);
    const access = server.access(REGION);
    [ec2, s3] = [new EC2(access), new S3({ ...access, forcePathStyle: true })];
    client = await makeTables(access);
    await s3.createBucket({ Bucket: "approvals" });
    groups = new Ec2SecurityGroups(ec2);
  });
  after(async () => {
    ec2?.destroy();
    await server?.stop();
  });
  beforeEach(async () => {
    [said, buried] = [[], []];
    clock = new Date(clock.getTime() + 3_600_000);
    const tell = (all: readonly Said[]) => Promise.resolve(void said.push(...all));
    guard = {
      ...{ policy: POLICY, groups, records: new DynamoRecords("guard", client), now: () => clock },
      ...{ approvals: new DynamoApprovals("approvals", client), uses: new DynamoUses("guard", client) },
      ...{ ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`], approveFlags: "--store approvals", tell },
    };
    deployed = {
      ...{ home: SITE, sites: [SITE], unread: new Set<string>(), log: () => undefined, tell },
      guarding: () => ({ guard, isolation: undefined }),
      tellAgain: () => Promise.resolve(),
      bury: (_, reason) => Promise.resolve(void buried.push(reason)),
    };
    const made = await ec2.createSecurityGroup({ GroupName: `group-${++count}`, Description: "attacked" });
    group = made.GroupId ?? "";
    await ec2.createTags({ Resources: [group], Tags: [{ Key: "guard", Value: "on" }] });
    await handleArrivals({ guard: "refresh" }, deployed);
  });

  const rules = async () =>
    (await groups.rules({ id: group, account: ACCOUNT })).filter(({ direction }) => direction === "ingress");
  const ends = async () => (await rules()).map(({ cidrIpv4, prefixListId }) => cidrIpv4 ?? prefixListId);
  const hear = (detail: object, id = `m-${++count}`) =>
    handleArrivals({ Records: [{ messageId: id, body: JSON.stringify({ detail }) }] }, deployed);

  /** Opens something as mallory, and has the guard hear of it. */
  async function open(
    what: RuleContent = WIDE,
    caller: { who?: string; role?: string } = {},
  ): Promise<object> {
    clock = new Date(clock.getTime() + 60_000);
    const { SecurityGroupRules = [] } = await ec2.authorizeSecurityGroupIngress({
      ...{ GroupId: group, IpPermissions: [ipPermission(what)] },
    });
    const ids = SecurityGroupRules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
    const made = (await rules()).filter(({ id }) => ids.includes(id));
    const answer = { securityGroupRuleSet: { items: made.map((rule) => answerItem(group, rule)) } };
    const at = clock.toISOString();
    const detail = record("AuthorizeSecurityGroupIngress", { groupId: group }, answer, { at, ...caller });
    await hear(detail);
    return detail;
  }
  const write = (Item: object) => client.put({ TableName: "approvals", Item });

  it("an approval that marks itself as used opens nothing, whoever's it is and whatever else it says", async () => {
    const own = approvalOf("mallory", { group, once: true, until: "2020-01-01T00:00:00Z", for: "nobody" });
    const event = record("AuthorizeSecurityGroupIngress", {}, {});
    // The id of the event to come, as if she could know it.
    const next = `event-${Number(String(event["eventID"]).slice(6)) + 1}`;
    await write({ ...own, id: `used-${group}`, used: { event: next, rule: "sgr-1" } });
    await open();
    expect(await ends()).to.deep.equal([]);
    await handleArrivals({ guard: "refresh" }, deployed);
    const text = said.map(({ summary }) => summary).join("\n");
    expect(text).to.include(`${keyOf("mallory")}/used-${group}: used is no attribute of an approval`);
    const before = said.length;
    await handleArrivals({ guard: "refresh" }, deployed);
    expect(said, "told once").to.have.length(before);
  });

  it("items that are no approvals disturb no other, in a table and in a bucket", async () => {
    const poison: object[] = [
      { permission: { kind: "opens", direction: "ingress", end: "0.0.0.0/0" } },
      { permission: { kind: "opens", direction: "ingress", text: "tcp/22", end: 7 } },
      { permission: "all", until: 5 },
      { until: "never", group },
      { until: "2099-13-45T00:00:00Z", group },
      { traffic: [], group: [] },
    ];
    for (const [index, each] of poison.entries()) {
      await write({ ...approvalOf("mallory", { group }), ...each, id: `poison-${group}-${index}` });
    }
    const bucket = new S3Approvals("approvals", `${group}/`, s3);
    for (const Body of ["{", "[]", "null", '{"permission":{}}', "x".repeat(20_000)]) {
      const Key = `${group}/${keyOf("mallory")}/poison-${Body.length}.json`;
      await s3.putObject({ Bucket: "approvals", Key, Body });
    }
    for (const store of [guard.approvals, bucket]) {
      guard = { ...guard, approvals: store };
      await open();
      expect(await ends(), store.name).to.deep.equal([]);
      await store.add(approvalOf("alice", { id: `good-${group}-${count}`, group, once: true }));
      await open();
      expect(await ends(), store.name).to.deep.equal(["0.0.0.0/0"]);
      const drop = { groupId: group, securityGroupRuleIds: (await rules()).map(({ id }) => id) };
      await ec2.revokeSecurityGroupIngress({
        GroupId: group,
        SecurityGroupRuleIds: drop.securityGroupRuleIds,
      });
      await hear(record("RevokeSecurityGroupIngress", drop, { _return: true }, { at: clock.toISOString() }));
    }
  });

  it("nobody is two people: by a session's name, a federated token, the root user, or a user of the same name", async () => {
    const sts = new STS(server.access(REGION));
    const { AssumedRoleUser } = await sts.assumeRole({
      ...{ RoleArn: `arn:aws:iam::${ACCOUNT}:role/approver`, RoleSessionName: "mallory" },
    });
    const own = keyOfCaller(AssumedRoleUser?.Arn ?? "", AssumedRoleUser?.AssumedRoleId ?? "") ?? "";
    expect(own).to.match(new RegExp(`^role/${ACCOUNT}/approver/AROA\\w+:mallory$`));
    const { FederatedUser } = await sts.getFederationToken({ Name: "somebody" });
    expect(keyOfCaller(FederatedUser?.Arn ?? "", FederatedUser?.FederatedUserId ?? "")).to.equal(undefined);
    expect(keyOfCaller(`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT)).to.equal(undefined);
    const keys = [
      own,
      keyOf("bob", "admin"),
      ...["AROAX:alice", `${ACCOUNT}:alice`, ACCOUNT, "AIDAX", "anonymous"],
      ...[
        `user/${ACCOUNT}/alice/AIDAX`,
        `role/${ACCOUNT}/approver/AIDAX`,
        `role/999999999999/approver/AROAX:bob`,
      ],
      ...[`source/${ACCOUNT}/approver/AROAX:run/bob`, `role/${ACCOUNT}/approver/AROAX:bob/carol`],
    ];
    for (const [index, by] of keys.entries())
      await write(approvalOf("", { id: `${group}-${index}`, by, group }));
    await open();
    expect(await ends(), "mallory's own change").to.deep.equal([]);
    // Whoever names a session like somebody else may be anybody: it takes two, of whom mallory is one.
    await open(WIDE, { role: "temporary", who: "alice" });
    expect(await ends(), "in a session that she named alice").to.deep.equal([]);
    await write(approvalOf("alice", { id: `${group}-alice`, group }));
    await open(WIDE, { role: "temporary", who: "alice" });
    expect(await ends()).to.deep.equal(["0.0.0.0/0"]);
  });

  it("an approval of a prefix list is one of its entries as they were", async () => {
    const { PrefixList } = await ec2.createManagedPrefixList({
      ...{ PrefixListName: `list-${group}`, AddressFamily: "IPv4", MaxEntries: 5 },
      Entries: [{ Cidr: "192.0.2.0/24" }],
    });
    const list = PrefixList?.PrefixListId ?? "";
    const listed: RuleContent = {
      direction: "ingress",
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      prefixListId: list,
    };
    const now = entriesHash((await groups.entries(list)) ?? []);
    await write(approvalOf("bob", { id: `${group}-bare`, group, what: `tcp/22 ${list}` }));
    await open(listed);
    expect(await ends(), "without its entries").to.deep.equal([]);
    await write(approvalOf("alice", { id: `${group}-list`, group, what: `tcp/22 ${list} ${now}` }));
    await ec2.modifyManagedPrefixList({
      ...{ PrefixListId: list, CurrentVersion: 1, AddEntries: [{ Cidr: "0.0.0.0/1" }] },
    });
    await open(listed);
    expect(await ends(), "with more than was approved").to.deep.equal([]);
    const later = entriesHash((await groups.entries(list)) ?? []);
    expect(later).not.to.equal(now);
    await write(approvalOf("alice", { id: `${group}-later`, group, what: `tcp/22 ${list} ${later}` }));
    await open(listed);
    expect(await ends()).to.deep.equal([list]);
  });

  it("a group whose tag is taken off is told at once, and judged from its record when it is back", async () => {
    const tagged = (name: string, Value?: string) => {
      const tagSet = { items: [{ key: "guard", ...(Value !== undefined && { value: Value }) }] };
      const request = { resourcesSet: { items: [{ resourceId: group }] }, tagSet };
      return hear(record(name, request, { _return: true }, { at: clock.toISOString() }));
    };
    await ec2.deleteTags({ Resources: [group], Tags: [{ Key: "guard" }] });
    await tagged("DeleteTags");
    expect(said.at(-1)).to.deep.include({ escalated: true, outcome: "tags" });
    expect(said.at(-1)?.summary).to.include(
      'session mallory changed the tags that guard.yaml looks at (guard from "on" to none)',
    );
    await open();
    await handleArrivals({ guard: "refresh" }, deployed);
    expect(await ends()).to.deep.equal(["0.0.0.0/0"]);
    await ec2.createTags({ Resources: [group], Tags: [{ Key: "guard", Value: "on" }] });
    await tagged("CreateTags", "on");
    expect(await ends()).to.deep.equal([]);
    const outcomes = said.map(({ outcome }) => outcome).filter((each) => each !== "refused");
    expect(outcomes).to.deep.equal(["tags", "tags", "undone"]);
  });

  it("a description doesn't make somebody else's rule one's own", async () => {
    await write(approvalOf("alice", { id: `${group}-a`, group, once: true }));
    await open();
    const [rule] = await rules();
    const text = { ...rule!, description: "mine now" };
    await ec2.modifySecurityGroupRules({
      ...{
        GroupId: group,
        SecurityGroupRules: [{ SecurityGroupRuleId: rule!.id, SecurityGroupRule: ruleRequest(text) }],
      },
    });
    clock = new Date(clock.getTime() + 60_000);
    const request = {
      ModifySecurityGroupRulesRequest: { GroupId: group, SecurityGroupRule: modificationItem(text) },
    };
    const before = said.length;
    for (let each = 0; each < 20; each++) {
      clock = new Date(clock.getTime() + 5000);
      await hear(
        record(
          "ModifySecurityGroupRules",
          request,
          { _return: true },
          { at: clock.toISOString(), who: "alice" },
        ),
      );
    }
    expect(said, "descriptions are no news").to.have.length(before);
    const key = recordKey(SITE, group);
    const kept = (await guard.records.read([key])).get(key)!;
    expect(kept.entries, "nor do they add up").to.have.length(2);
    clock = new Date(clock.getTime() + 60 * 60_000);
    for (let each = 0; each < 3; each++) await handleArrivals({ guard: "refresh" }, deployed);
    const settled = (await guard.records.read([key])).get(key)!;
    expect(settled.base?.rules.find(({ id }) => id === rule!.id)?.origin?.by.session).to.equal("mallory");
  });

  it("a dead letter that can't be written fails alone", async () => {
    deployed.bury = () => Promise.reject(new Error("the queue doesn't answer"));
    const [good, lacking] = [
      record("CreateSecurityGroup", { groupId: group }, {}),
      record("CreateSecurityGroup", {}, {}),
    ];
    const { batchItemFailures } = await handleArrivals(
      {
        Records: [
          { messageId: "nonsense", body: "nonsense" },
          { messageId: "lacking", body: JSON.stringify({ detail: lacking }) },
          { messageId: "good", body: JSON.stringify({ detail: good }) },
        ],
      },
      deployed,
    );
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).to.have.members([
      "nonsense",
      "lacking",
    ]);
  });
});
