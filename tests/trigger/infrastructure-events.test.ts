import { expect } from "chai";
import { CALLS, SERVICE_CALLS, STATE_CHANGE, TAG_CALLS } from "../../trigger/events/names";
import { deployed, deployedVariant, REGION, VARIANTS, type Declared } from "../support/deployed-trigger";

interface Pattern {
  source: string[];
  "detail-type": string[];
  detail?: { eventSource?: string[]; errorCode?: unknown[]; eventName?: string[]; [key: string]: unknown };
}

const patternOf = ({ inputs }: Declared) => JSON.parse(String(inputs["eventPattern"])) as Pattern;
const busOf = ({ inputs }: Declared) =>
  `${(inputs["region"] as string | undefined) ?? REGION} ${(inputs["eventBusName"] as string | undefined) ?? "default"}`;

describe("the rules on events", () => {
  it("have every call that counts in exactly one rule of each bus, and none that EC2 refused", async () => {
    const { of } = await deployed({
      regions: [REGION, "eu-west-1"],
      members: { accounts: ["111122223333"] },
      tagKeys: ["firewall-approved"],
    });
    const rules = of("EventRule");
    const buses = [...new Set(rules.map(busOf))].sort();
    expect(buses).to.deep.equal([`${REGION} aws-panos-prod`, `${REGION} default`, "eu-west-1 default"]);
    for (const bus of buses) {
      const patterns = rules.filter((rule) => busOf(rule) === bus).map(patternOf);
      const names = patterns.flatMap(({ detail }) => detail?.eventName ?? []);
      expect(names.sort(), bus).to.deep.equal([...Object.values(CALLS).flat(), ...TAG_CALLS].sort());
      for (const { source, detail } of patterns) {
        expect(source).to.deep.equal(["aws.ec2"]);
        if (detail === undefined) continue;
        expect(detail.eventSource).to.deep.equal(["ec2.amazonaws.com"]);
        expect(detail.errorCode).to.deep.equal([
          { exists: false },
          { "anything-but": { prefix: "Client." } },
        ]);
      }
      expect(patterns.flatMap((each) => each["detail-type"])).to.include(STATE_CHANGE);
    }
  });

  it("see what CloudTrail reports of services, as a spot instance that is taken back", async () => {
    const { one } = await deployedVariant("the smallest configuration");
    expect(patternOf(one("EventRule", "calls"))["detail-type"]).to.deep.equal([
      "AWS API Call via CloudTrail",
      "AWS Service Event via CloudTrail",
    ]);
  });

  it("see services' own calls where rules lead to their interfaces, here and in other accounts, and nowhere else", async () => {
    const { of, one } = await deployedVariant("interfaces of no instance");
    for (const rule of ["services", "hub-services"]) {
      const { source, detail } = patternOf(one("EventRule", rule));
      expect(source).to.include.members(["aws.rds", "aws.elasticloadbalancing"]);
      expect(detail?.eventSource).to.deep.equal(Object.keys(SERVICE_CALLS));
      expect(detail?.eventName).to.include.members(Object.values(SERVICE_CALLS).flat());
    }
    const environment = JSON.stringify(of("Function").map(({ inputs }) => inputs["environment"]));
    expect(environment).to.include('"TRIGGER_WATCH_SERVICES":"true"');
    const usual = await deployedVariant("listed accounts");
    expect(usual.of("EventRule").map(({ name }) => name)).to.not.include("services");
  });

  it("keep to the size that EventBridge takes", async () => {
    for (const variant of Object.keys(VARIANTS)) {
      const { of } = await deployedVariant(variant);
      for (const { inputs, name } of of("EventRule")) {
        expect(String(inputs["eventPattern"]).length, `${variant}: ${name}`).to.be.at.most(4096);
      }
    }
  });

  it("look at tags only where keys are configured, and at these keys", async () => {
    const without = await deployedVariant("the smallest configuration");
    expect(without.of("EventRule").map(({ name }) => name)).to.deep.equal(["calls", "states"]);
    const { one } = await deployedVariant("a bucket of the user's");
    expect(patternOf(one("EventRule", "tags")).detail).to.deep.include({
      eventName: ["CreateTags", "DeleteTags"],
      requestParameters: { tagSet: { items: { key: ["firewall", { exists: false }] } } },
    });
  });

  it("send what isolates instances to a queue in which nothing is gathered", async () => {
    const { of, one, statements } = await deployedVariant("tags that isolate instances");
    expect(patternOf(one("EventRule", "isolation")).detail).to.deep.include({
      requestParameters: { tagSet: { items: { key: ["SecurityStatus", { exists: false }] } } },
    });
    // In other regions they are forwarded, and take the same way on the hub's bus.
    for (const rule of ["isolation", "hub-isolation"]) {
      expect(one("EventTarget", rule).inputs["arn"]).to.match(/\/urgent-/);
    }
    expect(one("EventTarget", "isolation-eu-west-1").inputs["arn"]).to.match(/eventbus/);
    expect(patternOf(one("EventRule", "tags")).detail).to.deep.include({
      requestParameters: { tagSet: { items: { key: ["firewall", { exists: false }] } } },
    });
    const mapping = of("EventSourceMapping").find(({ inputs }) =>
      /urgent/.test(String(inputs["eventSourceArn"])),
    );
    expect(mapping?.inputs).to.include({ maximumBatchingWindowInSeconds: 0 });
    const { variables } = one("Function").inputs["environment"] as { variables: Record<string, string> };
    expect(JSON.parse(variables["TRIGGER_TAG_KEYS"] ?? "")).to.deep.equal(["firewall", "SecurityStatus"]);
    const takes = statements.find(({ Sid }) => Sid === "TakeAndPostponeChanges");
    expect(JSON.stringify(takes?.Resource)).to.match(/changes-.*urgent-/);
    const lets = one("QueuePolicy", "urgent").inputs["policy"];
    expect(JSON.stringify(lets)).to.include("hub-isolation");
  });

  it("give the calls over to the trail's files with source: s3", async () => {
    const { of, one } = await deployedVariant("CloudTrail's files by EventBridge");
    expect(of("EventRule").map(({ name }) => name)).to.have.members(["states", "trail"]);
    expect(patternOf(one("EventRule", "trail")).detail).to.deep.equal({
      bucket: { name: ["my-trail"] },
      object: {
        key: [{ prefix: "AWSLogs/111122223333/CloudTrail/" }, { prefix: "AWSLogs/123456789012/CloudTrail/" }],
      },
    });
    const bySns = await deployedVariant("CloudTrail's files by SNS");
    expect(bySns.of("EventRule").map(({ name }) => name)).to.deep.equal(["states"]);
    const lets = bySns.statements.find(({ Sid }) => Sid === "TheTrailsTopicSends");
    expect(lets).to.deep.include({
      Principal: { Service: "sns.amazonaws.com" },
      Condition: { ArnEquals: { "aws:SourceArn": `arn:aws:sns:${REGION}:111122223333:trail` } },
    });
    expect(bySns.one("TopicSubscription", "trail").inputs).to.include({
      topic: `arn:aws:sns:${REGION}:111122223333:trail`,
      protocol: "sqs",
    });
  });

  it("hear how builds end, with CodeBuild", async () => {
    const { one } = await deployedVariant("CodeBuild");
    expect(patternOf(one("EventRule", "builds"))).to.deep.equal({
      source: ["aws.codebuild"],
      "detail-type": ["CodeBuild Build State Change"],
      detail: {
        "project-name": ["aws-panos-prod"],
        "build-status": ["SUCCEEDED", "FAILED", "STOPPED", "FAULT", "TIMED_OUT"],
      },
    });
  });

  it("send to the queue, which lets in these rules alone, and what can't be delivered to the dead letters", async () => {
    for (const variant of ["the smallest configuration", "CodeBuild", "another region"]) {
      const { of, statements } = await deployedVariant(variant);
      const toQueue = of("EventTarget").filter(({ inputs }) => String(inputs["arn"]).includes(":sqs:"));
      const queue = `arn:aws:sqs:${REGION}:123456789012:queue/changes-1a2b3c4`;
      const rules = toQueue.map(
        ({ name }) => `arn:aws:cloudwatch:${REGION}:123456789012:eventrule/${name}-1a2b3c4`,
      );
      for (const { inputs } of toQueue) {
        expect(inputs["arn"]).to.equal(queue);
        expect(inputs["deadLetterConfig"]).to.deep.equal({ arn: queue.replace("changes", "dead-letters") });
      }
      const senders = statements.filter(({ Sid }) => Sid === "OurRulesSend");
      expect(senders.map(({ where }) => where)).to.have.members([
        "QueuePolicy changes",
        "QueuePolicy dead-letters",
      ]);
      for (const { Condition } of senders) {
        expect(Condition).to.deep.equal({ ArnEquals: { "aws:SourceArn": rules } });
      }
    }
  });

  it("of another region forward to the hub with a role that can do nothing else", async () => {
    const { one, of, statements } = await deployedVariant("another region");
    const bus = one("EventBus", "hub").inputs["name"];
    const forwarding = of("EventTarget").filter(({ inputs }) => inputs["region"] === "eu-west-1");
    expect(forwarding.map(({ name }) => name)).to.have.members(["calls-eu-west-1", "states-eu-west-1"]);
    for (const { inputs } of forwarding) {
      expect(inputs["arn"]).to.equal(`arn:aws:cloudwatch:${REGION}:123456789012:eventbus/${String(bus)}`);
      expect(inputs["roleArn"]).to.equal(`arn:aws:iam:${REGION}:123456789012:role/forward-1a2b3c4`);
    }
    const own = statements.filter(({ where }) => where === "RolePolicy forward");
    expect(own.map(({ Action }) => Action)).to.deep.equal([["events:PutEvents"]]);
    // Nobody else sends to it.
    expect(of("EventBusPolicy")).to.deep.equal([]);
  });
});
