import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodeBuildClient, CreateProjectCommand } from "@aws-sdk/client-codebuild";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { WAKE_MESSAGE } from "../../../trigger/events/arrival";
import { LogFileError, MAX_FILE_BYTES } from "../../../trigger/events/log-file";
import { BUILD_STATE_CHANGE } from "../../../trigger/events/names";
import { AwsOutbox, LogFiles, type Addresses } from "../../../trigger/handler/aws";
import { Ledger } from "../../../trigger/ledger/ledger";
import { openStore } from "../../../trigger/ledger/open";
import { Outcomes } from "../../../trigger/runner/outcomes";
import {
  callEvent,
  callRecord,
  envelope,
  logFile,
  logFileKey,
  recordsOf,
  s3Notification,
  snsBody,
  sqsInput,
} from "../../support/cloudtrail";
import { withEnvironment } from "../../support/environment";
import { PROJECT_DIR } from "../../support/lab";
import { findMoto, Moto } from "../../support/moto";

const BUCKET = "trail";
const ACCESS = {
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

describe("the handler's services in AWS, by another's emulation of them", function () {
  this.timeout(120_000);
  let restore: (() => void) | undefined;
  let moto: Moto | undefined;
  let environment: Record<string, string>;
  let addresses: Addresses;
  /** A queue that gets what the topic publishes. */
  let people: string;

  before(async function () {
    const file = findMoto();
    if (file === undefined) {
      console.log("      skipped: moto is not installed");
      return this.skip();
    }
    moto = await Moto.start(file);
    environment = { ...ACCESS, AWS_ENDPOINT_URL: moto.url };
    restore = withEnvironment(environment);
    const [queueUrl, deadLetterQueueUrl, subscribed] = await Promise.all(
      ["changes", "dead", "people"].map(queue),
    );
    people = subscribed ?? "";
    const { TopicArn: topicArn = "" } = await new SNSClient().send(
      new CreateTopicCommand({ Name: "alarms" }),
    );
    const { Attributes } = await new SQSClient().send(
      new GetQueueAttributesCommand({ QueueUrl: people, AttributeNames: ["QueueArn"] }),
    );
    await new SNSClient().send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: Attributes?.["QueueArn"] }),
    );
    await new S3Client().send(
      new CreateBucketCommand({
        Bucket: BUCKET,
        CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
      }),
    );
    addresses = { queueUrl: queueUrl ?? "", deadLetterQueueUrl: deadLetterQueueUrl ?? "", topicArn };
  });

  after(async () => {
    await moto?.stop();
    restore?.();
  });

  async function queue(QueueName: string): Promise<string> {
    return (await new SQSClient().send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
  }

  /** The messages that a queue has now; they are gone then. */
  async function messages(QueueUrl: string): Promise<Message[]> {
    const sqs = new SQSClient();
    const receive = new ReceiveMessageCommand({
      ...{ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] },
    });
    const { Messages = [] } = await sqs.send(receive);
    for (const { ReceiptHandle } of Messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Messages;
  }

  /** How many messages wait in it until their time has come. */
  async function delayed(QueueUrl: string): Promise<number> {
    const name = "ApproximateNumberOfMessagesDelayed";
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] });
    return Number((await new SQSClient().send(command)).Attributes?.[name]);
  }

  const put = (Key: string, Body: Uint8Array) =>
    new S3Client().send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));

  it("wake it when they were asked to, and no sooner", async () => {
    const outbox = new AwsOutbox(addresses);
    await outbox.wake(0);
    await outbox.wake(900);
    expect(await delayed(addresses.queueUrl)).to.equal(1);
    const now = await messages(addresses.queueUrl);
    expect(now.map(({ Body }) => JSON.parse(Body ?? "") as unknown)).to.deep.equal([WAKE_MESSAGE]);
  });

  it("keep dead letters with their reason, whatever is in them", async () => {
    const outbox = new AwsOutbox(addresses);
    await outbox.deadLetter({ body: { "detail-type": "x" }, reason: "no known\nform" });
    await outbox.deadLetter({ body: "", reason: "" });
    await outbox.deadLetter({ body: "a\u0000b\ud800", reason: "not JSON" });
    await outbox.deadLetter({ body: "\u20ac".repeat(200_000), reason: "r".repeat(1000) });
    const letters = (await messages(addresses.deadLetterQueueUrl)).map(
      ({ Body = "", MessageAttributes }): [string, string] => [
        Body,
        MessageAttributes?.["reason"]?.StringValue ?? "",
      ],
    );
    const long = letters.find(([body]) => body.startsWith("\u20ac")) ?? ["", ""];
    expect(letters.filter((letter) => letter !== long)).to.have.deep.members([
      ['{"detail-type":"x"}', "no known form"],
      ["(empty)", "malformed"],
      ["a\ufffdb\ufffd", "not JSON"],
    ]);
    expect(Buffer.byteLength(long[0])).to.be.within(200_000, 262_144 - 1_000);
    expect(long[1]).to.have.lengthOf.within(400, 500);
  });

  it("tell people, with a subject", async () => {
    await new AwsOutbox(addresses).tell({ subject: "prod: runs fail", text: "The last 3 runs failed" });
    const [told] = await messages(people);
    expect(JSON.parse(told?.Body ?? "{}")).to.deep.include({
      ...{ Subject: "prod: runs fail", Message: "The last 3 runs failed" },
    });
  });

  it("have log files, or say that there will be none", async () => {
    const files = new LogFiles();
    const fetched = (key: string, bucket = BUCKET) =>
      files.fetch({ bucket, key }).catch((error: unknown) => error);
    await put("small.json.gz", logFile([callRecord("StopInstances", {})]));
    expect(recordsOf((await fetched("small.json.gz")) as Uint8Array)).to.have.length(1);
    expect(await fetched("gone.json.gz"))
      .to.be.instanceOf(LogFileError)
      .with.property("message", "the file is gone");
    await put("large.json.gz", new Uint8Array(MAX_FILE_BYTES + 1));
    const large = await fetched("large.json.gz");
    // Not the bytes themselves to expect, which it would print.
    expect(large instanceof LogFileError && large.message).to.include("more than");
    // Its bucket may be there again, or may be read again.
    expect(await fetched("small.json.gz", "nobodys"))
      .to.be.instanceOf(Error)
      .but.not.instanceOf(LogFileError);
  });

  it("carry the function from a batch to a run in CodeBuild, and from its end to the second look", async () => {
    await new CodeBuildClient().send(
      new CreateProjectCommand({
        name: "panos",
        source: { type: "S3", location: `${BUCKET}/source.zip` },
        artifacts: { type: "NO_ARTIFACTS" },
        environment: { type: "LINUX_CONTAINER", image: "panos", computeType: "BUILD_GENERAL1_SMALL" },
        serviceRole: "arn:aws:iam::123456789012:role/panos",
      }),
    );
    const now = { eventTime: new Date().toISOString() };
    const key = logFileKey();
    const failed = callRecord("RunInstances", {}, { ...now, errorCode: "Client.UnauthorizedOperation" });
    await put(key, logFile([callRecord("StartInstances", {}, now), failed]));
    const inputs = [
      sqsInput(callEvent("StopInstances", {}, now), snsBody(s3Notification(BUCKET, key)), "no JSON"),
      sqsInput(
        envelope(BUILD_STATE_CHANGE, "aws.codebuild", { "build-id": "any", "build-status": "SUCCEEDED" }),
      ),
    ];
    const address = `s3://${BUCKET}/automation/ledger.json`;
    const ledger = new Ledger(openStore(address), "prod", delay);
    const child = fork(join(PROJECT_DIR, "tests", "support", "lambda-host.cjs"), {
      cwd: PROJECT_DIR,
      execArgv: [],
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      env: {
        ...{ ...environment, PATH: process.env["PATH"], PULUMI_BACKEND_URL: `s3://${BUCKET}` },
        ...{ TRIGGER_STACK: "prod", TRIGGER_LEDGER: address, TRIGGER_MODE: "up", TRIGGER_SECRETS: "{}" },
        TRIGGER_QUEUE_URL: addresses.queueUrl,
        TRIGGER_DEAD_LETTER_QUEUE_URL: addresses.deadLetterQueueUrl,
        TRIGGER_TOPIC_ARN: addresses.topicArn,
        ...{ TRIGGER_RUNNER: "codebuild", TRIGGER_CODEBUILD_PROJECT: "panos", TRIGGER_BUILD_MINUTES: "60" },
        ...{ TRIGGER_SECOND_LOOK_SECONDS: "90", TRIGGER_OWN_ROLES: "[]", TRIGGER_TAG_KEYS: "[]" },
      },
    });
    const later = await delayed(addresses.queueUrl);
    let lines = "";
    child.stdout?.on("data", (chunk: Buffer) => (lines += chunk.toString()));
    const invoke = async (input: unknown): Promise<unknown> => {
      const answered = once(child, "message");
      child.send(input as object);
      return ((await answered) as [unknown])[0];
    };
    try {
      expect(await invoke(inputs[0])).to.deep.equal({ batchItemFailures: [] });
      const running = await ledger.read();
      const { lease } = running;
      expect(lease, lines).not.to.equal(undefined);
      expect(lease?.covers.changes.map(({ what }) => what)).to.have.members([
        "StopInstances",
        "StartInstances",
      ]);
      expect(lease?.handle).to.match(/^panos:/);
      expect((await messages(addresses.deadLetterQueueUrl)).map(({ Body }) => Body)).to.deep.equal([
        "no JSON",
      ]);
      expect(await delayed(addresses.queueUrl)).to.equal(later);

      const summary = "commit job 7 on firewall/vsys1: 0 added, 1 changed, 0 removed";
      await new Outcomes(address).write(lease?.request.id ?? "", {
        result: "applied",
        changed: true,
        summary,
      });
      expect(await invoke(inputs[1])).to.deep.equal({ batchItemFailures: [] });
      const settled = await ledger.read();
      expect(settled).not.to.have.property("lease");
      expect(settled.waiting).to.deep.equal({ changes: [], more: 0 });
      expect(settled.lookAgain).to.equal(Date.parse(now.eventTime) + 90_000);
      expect(await delayed(addresses.queueUrl), "the second look").to.equal(later + 1);
      expect(await messages(people)).to.deep.equal([]);
      const logged = lines
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { event: string }).event);
      expect(logged).to.deep.equal(["arrived", "run-goes-on", "arrived", "run"]);
    } finally {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    }
  });
});
