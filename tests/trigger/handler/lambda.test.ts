import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { handlerSettings } from "../../../trigger/handler/settings";
import { callEvent, sqsInput } from "../../support/cloudtrail";
import { PROJECT_DIR } from "../../support/lab";

const ENVIRONMENT = {
  TRIGGER_STACK: "prod",
  PULUMI_BACKEND_URL: "s3://bucket",
  TRIGGER_LEDGER: "s3://bucket/ledger.json",
  TRIGGER_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/changes",
  TRIGGER_DEAD_LETTER_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/dead",
  TRIGGER_TOPIC_ARN: "arn:aws:sns:eu-central-1:123456789012:alarms",
  TRIGGER_RUNNER: "lambda",
  TRIGGER_MODE: "up",
  TRIGGER_SECOND_LOOK_SECONDS: "90",
  TRIGGER_OWN_ROLES: '["arn:aws:iam::123456789012:role/panos"]',
  TRIGGER_TAG_KEYS: "[]",
  TRIGGER_SECRETS: "{}",
};

describe("the function's environment", () => {
  it("says what the handler has to know", () => {
    const { lookAgainAfter, mode, stack, watch } = handlerSettings(ENVIRONMENT);
    expect({ lookAgainAfter, mode, stack, watch }).to.deep.equal({
      ...{ lookAgainAfter: 90_000, mode: "up", stack: "prod" },
      watch: { ownRoles: ["arn:aws:iam::123456789012:role/panos"], tagKeys: [] },
    });
  });

  it("is refused with all that is wrong with it", () => {
    const wrong = {
      ...ENVIRONMENT,
      TRIGGER_STACK: "",
      TRIGGER_MODE: "down",
      TRIGGER_SECOND_LOOK_SECONDS: "901",
      TRIGGER_OWN_ROLES: "[7]",
      TRIGGER_TAG_KEYS: "firewall",
    };
    expect(() => handlerSettings(wrong)).to.throw(
      /TRIGGER_MODE is neither.*SECOND_LOOK_SECONDS is no number.*STACK is missing.*OWN_ROLES is no JSON.*TAG_KEYS is no JSON/,
    );
  });
});

describe("the function as Lambda loads it", () => {
  it("answers a batch, and writes lines of JSON that metrics are read from", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aws-panos-lambda-"));
    const event = sqsInput(callEvent("DescribeInstances", {}, { readOnly: true }));
    // By the name that the image's CMD has, in a process that knows nothing of TypeScript.
    const script = `require("./trigger/handler/lambda.cjs").handler(${JSON.stringify(event)}, {
      awsRequestId: "one", getRemainingTimeInMillis: () => 900000,
    }).then((answer) => process.stdout.write(JSON.stringify(answer) + "\\n"))`;
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], {
        cwd: PROJECT_DIR,
        env: {
          PATH: process.env["PATH"],
          AWS_REGION: "eu-central-1",
          ...ENVIRONMENT,
          PULUMI_BACKEND_URL: `file://${folder}/state`,
          TRIGGER_LEDGER: `file://${folder}/ledger`,
        },
      });
      const [line, answer] = stdout
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text) as Record<string, unknown>);
      expect(answer).to.deep.equal({ batchItemFailures: [] });
      expect(line).to.deep.include({ Stack: "prod", DroppedEvents: 1, dropped: { "read-only": 1 } });
      expect(line?.["_aws"]).to.have.deep.nested.property("CloudWatchMetrics[0].Dimensions", [["Stack"]]);
      expect(line?.["_aws"]).to.deep.nested.include({ "CloudWatchMetrics[0].Namespace": "AwsPanosRules" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
