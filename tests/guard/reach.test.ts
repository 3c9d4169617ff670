import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { SNS } from "@aws-sdk/client-sns";
import { STS } from "@aws-sdk/client-sts";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { REFRESH_MESSAGE } from "../../guard/arrivals";
import { deployedFrom, type Deployed } from "../../guard/deployed";
import { handleArrivals } from "../../guard/lambda";
import type { Notice } from "../../guard/notice";
import { DynamoRecords, recordKey } from "../../guard/record/store";
import { siteText, type Reach, type Site } from "../../guard/reach";
import { ipPermission } from "../../guard/rules";
import { listen, stop, urlOf } from "../support/local-server";
import { needsMoto, Moto } from "../support/moto";
import { ACCOUNT as HUB, content, permissionItem, record } from "./support/cloudtrail";
import { Gate } from "./support/gate";
import { makeTables } from "./support/tables";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const [MEMBER, CLOSED, STRANGER] = ["222222222222", "333333333333", "444444444444"] as const;
const [HOME, OTHER] = ["eu-central-1", "eu-west-1"] as const;
const REACH: Reach = {
  ...{ regions: [HOME, OTHER], members: [MEMBER, CLOSED] },
  ...{ memberRole: "arn:aws:iam::*:role/aws-panos-reader-guard", externalId: "x-1234" },
};
const POLICY = `
mode: enforce
scope: { tags: [guard=on] }
rules:
  - { name: sandbox, when: { account: ["${MEMBER}"], traffic: [tcp/8080] }, then: allow }
  - { name: administration, when: { traffic: [tcp/22, tcp/8080] }, then: revert }
`;

describe("guard: other regions and accounts, over HTTP", function () {
  const moto = needsMoto();
  if (moto === undefined) return;
  this.timeout(120_000);
  const environment = { ...process.env };
  let server: Moto;
  let sts: Gate;
  let folder: string;
  let TopicArn: string;
  let client: DynamoDBDocument;
  const clients = new Map<string, EC2>();
  const log: string[] = [];

  before(async () => {
    server = await Moto.start(moto);
    sts = new Gate(server.url);
    sts.concerns = (body) => body.includes(CLOSED);
    await listen(sts.server);
    Object.assign(process.env, server.env, { AWS_ENDPOINT_URL_STS: urlOf(sts.server) });
    client = await makeTables(server.access(HOME));
    ({ TopicArn = "" } = await new SNS(server.access(HOME)).createTopic({ Name: "guard" }));
    folder = await mkdtemp(join(tmpdir(), "guard-reach-"));
    await writeFile(join(folder, "guard.yaml"), POLICY);
  });
  after(async () => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    for (const ec2 of clients.values()) ec2.destroy();
    await Promise.all([stop(sts.server), rm(folder, { recursive: true })]);
    await server?.stop();
  });

  /** The function as it is deployed, in a container of its own. */
  const container = (reach = REACH, quarantineGroups: Record<string, string> = {}): Promise<Deployed> =>
    deployedFrom(
      {
        ...process.env,
        ...{ GUARD_POLICY: join(folder, "guard.yaml"), GUARD_TABLE: "guard", GUARD_APPROVALS: "approvals" },
        ...{ GUARD_ACCOUNT: HUB, GUARD_REACH: JSON.stringify(reach), GUARD_TOPIC_ARN: TopicArn },
        ...{ GUARD_DEAD_LETTER_QUEUE_URL: "", GUARD_WEBHOOK: "" },
        GUARD_OWN_ROLES: JSON.stringify([`arn:aws:iam::${HUB}:role/guard`]),
        GUARD_QUARANTINE_GROUPS: JSON.stringify(quarantineGroups),
        GUARD_QUARANTINE_TAGS: '["SecurityStatus=IR"]',
      },
      (line) => log.push(line),
    );

  /** EC2 as that account's own people ask it. */
  async function ec2In(site: Site): Promise<EC2> {
    const known = clients.get(siteText(site));
    if (known !== undefined) return known;
    const access = server.access(site.region);
    const RoleArn = `arn:aws:iam::${site.account}:role/people`;
    const { Credentials } = await new STS(access).assumeRole({ RoleArn, RoleSessionName: "test" });
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    const taken = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const made = new EC2({ ...access, ...(site.account !== HUB && { credentials: taken }) });
    clients.set(siteText(site), made);
    return made;
  }

  interface Found extends Site {
    id: string;
  }

  async function makeGroup(account: string, region: string, name = "web"): Promise<Found> {
    const ec2 = await ec2In({ account, region });
    const Tags = [{ Key: "guard", Value: "on" }];
    const { GroupId: id = "" } = await ec2.createSecurityGroup({
      ...{ GroupName: name, Description: name },
      TagSpecifications: [{ ResourceType: "security-group", Tags }],
    });
    return { account, region, id };
  }

  async function portsOf({ id, ...site }: Found): Promise<number[]> {
    const { SecurityGroups } = await (await ec2In(site)).describeSecurityGroups({ GroupIds: [id] });
    return (SecurityGroups?.[0]?.IpPermissions ?? []).map(({ FromPort = 0 }) => FromPort).sort();
  }

  /** A port is opened: the event. */
  async function open({ id, ...site }: Found, port = 22, more: object = {}): Promise<object> {
    const rule = content({ fromPort: port, toPort: port });
    const request = { GroupId: id, IpPermissions: [ipPermission(rule)] };
    await (await ec2In(site)).authorizeSecurityGroupIngress(request);
    return told(
      site,
      "AuthorizeSecurityGroupIngress",
      {
        ...{ groupId: id, ipPermissions: { items: [permissionItem(rule)] } },
      },
      more,
    );
  }

  const told = ({ account, region }: Site, name: string, request: object, more: object = {}) =>
    record(
      name,
      request,
      { _return: true },
      {
        ...{ at: new Date().toISOString(), awsRegion: region, recipientAccountId: account },
        ...more,
      },
    );

  /** As Lambda gets them from the queue. @returns the decisions, and the numbers of what failed */
  async function handle(deployed: Deployed, details: object[], received = 1) {
    log.length = 0;
    const { batchItemFailures } = await handleArrivals(
      details.length === 0
        ? REFRESH_MESSAGE
        : {
            Records: details.map((detail, index) => ({
              messageId: String(index),
              attributes: { ApproximateReceiveCount: String(received) },
              body: JSON.stringify({ detail }),
            })),
          },
      deployed,
    );
    const lines = log.map((line) => JSON.parse(line) as { guard: string } & Notice);
    return {
      lines,
      said: lines.filter(({ guard }) => guard === "decision"),
      failed: batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)).sort(),
    };
  }

  const recordsIn = async (account: string) => {
    const { Items = [] } = await client.scan({ TableName: "guard" });
    return Items.map(({ id }) => String(id)).filter((id) => id.startsWith(`group#${account}/`));
  };

  it("undoes a change where it was made and nowhere else, and holds what it can't reach without delaying others", async () => {
    const [hub, west, member, far, closed, strange] = await Promise.all([
      makeGroup(HUB, HOME),
      makeGroup(HUB, OTHER),
      makeGroup(MEMBER, HOME),
      makeGroup(MEMBER, OTHER),
      makeGroup(CLOSED, HOME),
      makeGroup(STRANGER, HOME),
    ]);
    const all = [hub, west, member, far, closed];
    const states = () => Promise.all(all.map(portsOf));
    const first = await container();
    const { lines } = await handle(first, []);
    expect(lines.at(-1)).to.deep.include({ guard: "refreshed", sites: 6, unread: 0, begun: 5, ended: 0 });
    expect(await recordsIn(MEMBER)).to.have.members([
      `group#${MEMBER}/${HOME}/${member.id}`,
      `group#${MEMBER}/${OTHER}/${far.id}`,
    ]);
    expect(sts.seen.every((body) => body.includes("ExternalId=x-1234"))).to.equal(true);
    // One for both regions.
    expect(sts.seen).to.have.length(2);

    const events = await Promise.all(all.map((group) => open(group)));
    const { said, failed } = await handle(first, [events[3]!]);
    expect([said.length, failed]).to.deep.equal([1, []]);
    expect(said[0]).to.deep.include({ outcome: "undone", account: MEMBER, region: OTHER });
    expect(said[0]?.summary).to.include(`(${far.id}, account ${MEMBER} in ${OTHER}). It was undone.`);
    expect(await states()).to.deep.equal([[22], [22], [22], [], [22]]);
    // Again, by itself and with others; the guard's own act; and somebody who only has a role of its name.
    const own = (account: string) => ({
      userIdentity: {
        ...{ type: "AssumedRole", principalId: "AROA:aws-panos-guard" },
        arn: `arn:aws:sts::${account}:assumed-role/aws-panos-reader-guard/aws-panos-guard`,
      },
    });
    const again = await handle(first, [
      ...[events[3]!, events[1]!, events[1]!],
      ...[await open(far, 22, own(MEMBER)), await open(west, 8080, own(HUB)), await open(member, 8080)],
    ]);
    expect(again.failed).to.deep.equal([]);
    expect(again.said.map(({ outcome, account, region }) => [outcome, account, region])).to.have.deep.members(
      [
        ["undone", HUB, OTHER],
        ["undone", HUB, OTHER],
        ["allowed", MEMBER, HOME],
      ],
    );
    expect(again.said.find(({ account }) => account === HUB)?.summary).to.include(
      `(${west.id}, ${OTHER}). It`,
    );
    expect(await states()).to.deep.equal([[22], [], [22, 8080], [22], [22]]);

    // Another container, in which one account's role isn't given: first without any answer, then refused.
    const second = await container();
    sts.does = "hang";
    const batch = [events[4]!, events[0]!, events[2]!, await open(strange)];
    const stuck = await handle(second, batch);
    expect(stuck.failed).to.deep.equal([0, 3]);
    const outcomes = stuck.said.map(({ outcome, account }) => [outcome, account]);
    expect(outcomes.slice(0, 3)).to.have.deep.members([
      ["held", STRANGER],
      ["undone", HUB],
      ["undone", MEMBER],
    ]);
    expect(outcomes.slice(3)).to.deep.equal([["held", CLOSED]]);
    expect(stuck.said[3]).to.deep.include({ decision: "hold", escalated: true });
    expect(stuck.said[3]?.summary)
      .to.include(`opened ingress TCP port 22 from 0.0.0.0/0 of security group`)
      .and.to.include(`arn:aws:iam::${CLOSED}:role/aws-panos-reader-guard can't be taken on`);
    expect(stuck.said.find(({ account }) => account === STRANGER)?.because).to.include(
      `the guard was not deployed for ${STRANGER}/${HOME}`,
    );
    expect(stuck.said.find(({ account }) => account === HUB)?.summary).to.include(
      `(${hub.id}). It was undone.`,
    );
    expect(await states()).to.deep.equal([[], [], [8080], [22], [22]]);
    expect(await portsOf(strange)).to.deep.equal([22]);

    sts.does = "403";
    const refused = await handle(second, [events[4]!], 2);
    expect([refused.said, refused.failed], "said once").to.deep.equal([[], [0]]);
    expect(refused.lines[0]).to.deep.include({ guard: "failed", code: "REACH" });
    for (const isFirst of [true, false]) {
      const look = await handle(second, []);
      expect(look.lines.at(-1)).to.deep.include({ sites: 6, unread: 2, groups: 4, begun: 0 });
      expect(look.said.map(({ outcome }) => outcome)).to.deep.equal(isFirst ? ["unread", "unread"] : []);
    }
    expect(await recordsIn(CLOSED)).to.have.length(1);
    sts.does = "pass";
    const late = await handle(second, [events[4]!], 3);
    expect(late.said.map(({ outcome }) => outcome)).to.deep.equal(["undone"]);
    expect(await portsOf(closed)).to.deep.equal([]);
    // Once the account is no longer guarded, so are its records.
    const { lines: last } = await handle(await container({ ...REACH, members: [MEMBER] }), []);
    expect(last.at(-1)).to.deep.include({ sites: 4, unread: 0, ended: 1 });
    expect(await recordsIn(CLOSED)).to.deep.equal([]);
  });

  it("looks at all other groups where some are refused, and says how many were", async () => {
    const site = { account: MEMBER, region: HOME };
    const ec2 = new Gate(server.url);
    await listen(ec2.server);
    process.env["AWS_ENDPOINT_URL_EC2"] = urlOf(ec2.server);
    try {
      const made: Found[] = [];
      for (let each = 0; each < 10; each++) made.push(await makeGroup(MEMBER, HOME, `many-${each}`));
      const deployed = await container({ ...REACH, members: [MEMBER], regions: [HOME] });
      const keys = made.map(({ id }) => recordKey(site, id));
      const stored = new DynamoRecords("guard", client);
      const checked = async () => {
        const records = await stored.read(keys);
        return keys.map((key) => records.get(key)?.checkedAt ?? "");
      };
      await handle(deployed, []);
      // As if events of all of them were handled meanwhile, so that each is asked for by itself.
      const checkedAt = new Date(Date.now() + 60_000).toISOString();
      for (const key of keys)
        await stored.withRecord(key, (record) =>
          Promise.resolve({ keep: { ...record, checkedAt }, result: undefined }),
        );
      // As many as are looked at at once.
      const refused = made.slice(0, 8).map(({ id }) => id);
      const isOfMany = (body: string) => body.includes("Filter.1.Value.2=");
      ec2.concerns = (body) =>
        body.includes("DescribeSecurityGroupRules") &&
        refused.some((id) => body.includes(id)) &&
        !isOfMany(body);
      ec2.does = "403";
      const { said, lines } = await handle(deployed, []);
      const after = await checked();
      expect(after.map((at) => at !== checkedAt)).to.deep.equal([...refused.map(() => false), true, true]);
      expect(said.map(({ outcome }) => outcome)).to.deep.equal(["unread"]);
      expect(said[0]?.summary).to.match(
        /8 of \d+ groups failed, one of them so: EC2 refused DescribeSecurityGroupRules/,
      );
      expect(lines.at(-1)).to.deep.include({ guard: "refreshed", unread: 1 });
    } finally {
      delete process.env["AWS_ENDPOINT_URL_EC2"];
      await stop(ec2.server);
    }
  });

  it("isolates and releases an instance of a member account, and says so where it can't", async () => {
    const site = { account: MEMBER, region: OTHER };
    const ec2 = await ec2In(site);
    const [usual, quarantine] = [
      await makeGroup(MEMBER, OTHER, "usual"),
      await makeGroup(MEMBER, OTHER, "none"),
    ];
    const { Subnets } = await ec2.describeSubnets({});
    const { SubnetId = "", VpcId = "" } = Subnets?.[0] ?? {};
    const { Instances } = await ec2.runInstances({
      ...{ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 },
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, Groups: [usual.id] }],
    });
    const instance = Instances?.[0]?.InstanceId ?? "";
    const carried = async () => {
      const { Reservations } = await ec2.describeInstances({ InstanceIds: [instance] });
      const [only] = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
      return only?.Groups?.map(({ GroupId }) => GroupId);
    };
    const tags = { Resources: [instance], Tags: [{ Key: "SecurityStatus", Value: "IR" }] };
    const marked = (name: string, place: Site) =>
      told(place, name, { resourcesSet: { items: [{ resourceId: instance }] } });
    const deployed = await container(REACH, { [VpcId]: quarantine.id });
    await ec2.createTags(tags);
    const { said } = await handle(deployed, [marked("CreateTags", site)]);
    expect(said[0]?.summary).to.include(`${instance}, account ${MEMBER} in ${OTHER}, interface eni-`);
    expect(await carried()).to.deep.equal([quarantine.id]);
    await ec2.deleteTags(tags);
    // By the schedule, which finds it among what is remembered.
    await handle(deployed, []);
    expect(await carried()).to.deep.equal([usual.id]);

    sts.does = "403";
    const refused = await handle(await container(REACH, { [VpcId]: quarantine.id }), [
      marked("CreateTags", { ...site, account: CLOSED }),
      marked("RunInstances", { ...site, account: CLOSED }),
    ]);
    expect(refused.failed).to.deep.equal([0, 1]);
    const buried: string[] = [];
    const bury = (_: unknown, reason: string) => Promise.resolve(void buried.push(reason));
    const nowhere = { ...marked("CreateTags", site), recipientAccountId: undefined };
    await handle({ ...deployed, bury }, [nowhere]);
    expect(buried).to.deep.equal(["it doesn't say which account and region it is of: look by hand"]);
    expect(refused.said.map(({ summary, escalated }) => [escalated, summary.split(":")[0]])).to.deep.equal([
      [
        true,
        `The tags of ${instance} in account ${CLOSED}, ${OTHER} were changed, and whether to isolate or release can't be seen`,
      ],
    ]);
    sts.does = "pass";
  });
});
