import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { REFRESH_MESSAGE } from "../../guard/arrivals";
import { deployedFrom, type Deployed } from "../../guard/deployed";
import { handleArrivals } from "../../guard/lambda";
import { ipPermission, ruleKey } from "../../guard/rules";
import { listen, stop, urlOf } from "../support/local-server";
import { needsMoto, Moto } from "../support/moto";
import { ACCOUNT, answerItem, content, record, REGION } from "./support/cloudtrail";
import { Gate } from "./support/gate";
import { makeTables } from "./support/tables";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

describe("guard: telling people", function () {
  const moto = needsMoto();
  if (moto === undefined) return;
  this.timeout(120_000);
  const environment = { ...process.env };
  let server: Moto;
  let folder: string;
  let topic: Gate;
  let webhook: Gate;
  let cloud: Gate;
  let ec2: EC2;
  let sqs: SQS;
  let client: DynamoDBDocument;
  let QueueUrl: string;
  let deployed: Deployed;
  const log: string[] = [];

  before(async () => {
    server = await Moto.start(moto);
    [topic, cloud, webhook] = [new Gate(server.url), new Gate(server.url), new Gate()];
    await Promise.all([topic, cloud, webhook].map((gate) => listen(gate.server)));
    Object.assign(process.env, server.env, {
      ...{ AWS_REGION: REGION, AWS_ENDPOINT_URL_SNS: urlOf(topic.server) },
      AWS_ENDPOINT_URL_EC2: urlOf(cloud.server),
    });
    const access = server.access(REGION);
    [ec2, sqs] = [new EC2(access), new SQS(access)];
    client = await makeTables(access);
    const sns = new SNS(access);
    const [{ TopicArn = "" }, queue] = await Promise.all([
      sns.createTopic({ Name: "guard" }),
      sqs.createQueue({ QueueName: "people" }),
    ]);
    QueueUrl = queue.QueueUrl ?? "";
    const Endpoint = `arn:aws:sqs:${access.region}:${ACCOUNT}:people`;
    await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint });
    const vpc = (await ec2.describeVpcs({})).Vpcs?.[0]?.VpcId ?? "";
    const { GroupId: quarantine = "" } = await ec2.createSecurityGroup({
      ...{ GroupName: "quarantine", Description: "nothing", VpcId: vpc },
    });
    folder = await mkdtemp(join(tmpdir(), "guard-tell-"));
    const policy = join(folder, "guard.yaml");
    await writeFile(
      policy,
      "mode: enforce\nrules:\n  - { name: ssh, when: { traffic: [tcp/22] }, then: revert }\n",
    );
    deployed = await deployedFrom(
      {
        ...process.env,
        ...{ GUARD_POLICY: policy, GUARD_TABLE: "guard", GUARD_APPROVALS: "approvals" },
        GUARD_REACH: JSON.stringify({ regions: [access.region], members: [], memberRole: "" }),
        ...{ GUARD_ACCOUNT: ACCOUNT, GUARD_DEAD_LETTER_QUEUE_URL: "", GUARD_TOPIC_ARN: TopicArn },
        ...{ GUARD_OWN_ROLES: "[]", GUARD_QUARANTINE_GROUPS: JSON.stringify({ [vpc]: quarantine }) },
        GUARD_QUARANTINE_TAGS: '["SecurityStatus=IR"]',
        GUARD_WEBHOOK: `${urlOf(webhook.server)}/hooks/s3cret`,
      },
      (line) => log.push(line),
    );
  });
  after(async () => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    ec2?.destroy();
    sqs?.destroy();
    await Promise.all([topic, cloud, webhook].map((gate) => stop(gate.server)));
    await rm(folder, { recursive: true });
    await server?.stop();
  });

  /** Handles events as Lambda gets them from the queue; the schedule's message where there are none. */
  const handle = (...details: object[]) =>
    handleArrivals(
      details.length === 0
        ? REFRESH_MESSAGE
        : {
            Records: details.map((detail, index) => ({
              messageId: `m-${index}`,
              body: JSON.stringify({ detail }),
            })),
          },
      deployed,
    );
  const rulesOf = async (id: string) =>
    (await deployed.guarding(deployed.home).guard.groups.rules({ id, account: ACCOUNT })).filter(
      ({ fromPort }) => fromPort === 22,
    );

  async function makeGroup(name: string): Promise<string> {
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: name, Description: name });
    return GroupId;
  }

  /** Port 22 is opened: the event. */
  async function open(GroupId: string): Promise<object> {
    await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [ipPermission(content())] });
    const items = (await rulesOf(GroupId)).map((rule) => answerItem(GroupId, rule));
    const at = new Date().toISOString();
    return record(
      "AuthorizeSecurityGroupIngress",
      { groupId: GroupId },
      { securityGroupRuleSet: { items } },
      { at, awsRegion: deployed.home.region },
    );
  }

  /** What has arrived at the topic's subscriber, which takes it. */
  async function arrived(): Promise<{ Subject: string; Message: string; MessageAttributes: object }[]> {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    for (const { ReceiptHandle } of Messages) await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    return Messages.map(({ Body }) => JSON.parse(Body ?? "") as Awaited<ReturnType<typeof arrived>>[number]);
  }

  const kept = async () => {
    const { Items = [] } = await client.scan({ TableName: "guard" });
    return Items.filter(({ id }) => String(id).startsWith("untold#"));
  };

  it("sends each decision as a message; one that can't be sent stops and loses no decision, and is sent later", async () => {
    const [first, second] = [await makeGroup("first"), await makeGroup("second")];
    await handle();
    await handle(await open(first));
    const [message, ...others] = await arrived();
    expect(others).to.deep.equal([]);
    expect(message?.Subject).to.equal(`guard: undone ${first}`);
    expect(message?.Message).to.match(
      /^role admin, session mallory opened ingress TCP port 22 from 0\.0\.0\.0\/0 /,
    );
    for (const line of [
      "from    198.51.100.77, aws-cli/2.31",
      "policy  guard.yaml:3 ssh: revert",
      `approve npm run approve -- --store approvals --region ${REGION} --group ${first} --permission 'ingress`,
    ]) {
      expect(message?.Message).to.include(line);
    }
    expect(message?.MessageAttributes).to.deep.equal({
      decision: { Type: "String", Value: "revert" },
      outcome: { Type: "String", Value: "undone" },
      escalated: { Type: "String", Value: "false" },
    });

    // SNS takes the connection and never answers.
    topic.does = "hang";
    const events = [await open(first), await open(second)];
    expect(await handle(...events)).to.deep.equal({ batchItemFailures: [] });
    expect([...(await rulesOf(first)), ...(await rulesOf(second))].map(ruleKey)).to.deep.equal([]);
    // Told again by the queue, they are decided already.
    await handle(...events);
    expect(await kept()).to.have.length(2);
    expect(log.filter((line) => line.includes('"outcome":"undone"'))).to.have.length(3);
    expect(log.join()).to.include('"guard":"untold","channel":"topic","messages":1');
    // The second of a batch doesn't wait as the first did: nothing more is tried for a while.
    expect(topic.seen).to.have.length(2);
    await handle();
    expect(await kept()).to.have.length(2);

    topic.does = "pass";
    await handle();
    expect((await arrived()).map(({ Subject }) => Subject)).to.deep.equal([
      `guard: undone ${first}`,
      `guard: undone ${second}`,
    ]);
    expect(await kept()).to.deep.equal([]);
  });

  /** A new instance with the mark, and the event of that. */
  async function marked(interfaces: number): Promise<{ instance: string; told: object }> {
    const { Instances } = await ec2.runInstances({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 });
    const { InstanceId: instance = "", SubnetId } = Instances?.[0] ?? {};
    for (let DeviceIndex = 1; DeviceIndex < interfaces; DeviceIndex++) {
      const { NetworkInterface } = await ec2.createNetworkInterface({ SubnetId });
      const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
      await ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId, DeviceIndex });
    }
    await ec2.createTags({ Resources: [instance], Tags: [{ Key: "SecurityStatus", Value: "IR" }] });
    const resourcesSet = { items: [{ resourceId: instance }] };
    return { instance, told: record("CreateTags", { resourcesSet }, { _return: true }) };
  }

  it("tells of an interface that is isolated also where another one can't be, and of each once", async () => {
    const { told } = await marked(2);
    const isolated = async () =>
      (await arrived()).map(({ Message }) => /interface (eni-\w+): isolated/.exec(Message)?.[1]);
    let changes = 0;
    cloud.does = "403";
    cloud.concerns = (body) => body.includes("ModifyNetworkInterfaceAttribute") && ++changes === 2;
    expect((await handle(told)).batchItemFailures).to.have.length(1);
    const first = await isolated();
    expect(first).to.have.length(1);
    cloud.does = "pass";
    expect(await handle(told)).to.deep.equal({ batchItemFailures: [] });
    const second = await isolated();
    expect(second).to.have.length(1);
    expect(second).not.to.deep.equal(first);
  });

  for (const does of ["500", "hang"] as const) {
    it(`posts an isolation again to a webhook that ${does === "500" ? "answers 500" : "doesn't answer"}`, async () => {
      const { instance, told } = await marked(1);
      webhook.does = does;
      webhook.seen.length = log.length = 0;
      expect(await handle(told)).to.deep.equal({ batchItemFailures: [] });
      const [message] = await arrived();
      expect(message?.Subject).to.equal("guard: isolation");
      expect(message?.Message).to.include(`${instance}, interface eni-`).and.to.include(": isolated.");
      expect(await kept()).to.have.length(1);
      expect(log.join()).not.to.include("s3cret");

      webhook.does = "pass";
      await handle();
      expect(await kept()).to.deep.equal([]);
      expect(await arrived()).to.deep.equal([]);
      const [, posted = "", ...more] = webhook.seen;
      expect(more).to.deep.equal([]);
      const { isolations } = JSON.parse(posted) as { isolations: object[] };
      expect(isolations).to.have.length(1);
      expect(isolations[0]).to.deep.include({ instance, done: "isolated", escalated: false });
    });
  }
});
