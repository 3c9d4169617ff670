import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";
import { SCHEDULE_MESSAGE } from "../../trigger/events/arrival";
import { handlerSettings } from "../../trigger/handler/settings";
import { localRunnerFrom, runnerFrom } from "../../trigger/runner";
import { TRIGGER_PROJECT } from "../../trigger/settings/texts";
import { METRIC_NAMESPACE, METRICS } from "../../trigger/metrics";
import { deployed, deployedVariant, HUB, MAIN_STACK, REGION, VARIANTS } from "../support/deployed-trigger";
import { findProgram } from "../support/programs";

type Fields = Record<string, unknown>;
const json = (value: unknown) => JSON.parse(String(value)) as Fields;

const projectFile = (folder: string) =>
  parse(readFileSync(path.join(__dirname, "../..", folder, "Pulumi.yaml"), "utf8")) as {
    name: string;
    runtime: { options: { nodeargs: string } };
  };

describe("the trigger's project", () => {
  it("runs as the program's own does, and is called as its settings are", () => {
    const [root, trigger] = [projectFile("."), projectFile("trigger")];
    expect(trigger.name).to.equal(TRIGGER_PROJECT);
    const options = JSON.stringify(root.runtime).replace("--require ./", "--require ../");
    expect(trigger.runtime).to.deep.equal(JSON.parse(options));
  });
});

describe("the trigger's resources", () => {
  it("keep changes for two weeks, and set aside what fails again and again", async () => {
    const { one } = await deployedVariant("the smallest configuration");
    const { inputs } = one("Queue", "changes");
    expect(inputs).to.deep.include({ messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true });
    expect(inputs["fifoQueue"]).to.equal(undefined);
    expect(json(inputs["redrivePolicy"])).to.deep.equal({
      deadLetterTargetArn: `arn:aws:sqs:${REGION}:${HUB}:queue/dead-letters-1a2b3c4`,
      maxReceiveCount: 20,
    });
    expect(one("Queue", "dead-letters").inputs).to.deep.include({
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
    expect(json(one("RedriveAllowPolicy").inputs["redriveAllowPolicy"])).to.deep.equal({
      redrivePermission: "byQueue",
      sourceQueueArns: [`arn:aws:sqs:${REGION}:${HUB}:queue/changes-1a2b3c4`],
    });
  });

  it("hand the function large batches, two at a time, and leave it room", async () => {
    const { one } = await deployed({ batchSeconds: "20" });
    const mapping = one("EventSourceMapping").inputs;
    expect(mapping).to.deep.include({
      batchSize: 10_000,
      maximumBatchingWindowInSeconds: 20,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 2 },
    });
    const { inputs } = one("Function");
    expect(inputs["timeout"]).to.equal(900);
    expect(inputs["reservedConcurrentExecutions"]).to.be.above(2);
    // Nothing comes again while the function may still be busy with it.
    expect(one("Queue", "changes").inputs["visibilityTimeoutSeconds"]).to.equal(900 + 20 + 30);
  });

  it("tell the function all that it reads, and nothing secret", async () => {
    const { one } = await deployedVariant("the smallest configuration");
    const { variables } = one("Function").inputs["environment"] as { variables: Record<string, string> };
    const role = `arn:aws:iam:${REGION}:${HUB}:role/function-1a2b3c4`;
    const secret = `arn:aws:secretsmanager:${REGION}:${HUB}:secret/PULUMI_CONFIG_PASSPHRASE-1a2b3c4`;
    expect(variables).to.deep.equal({
      TRIGGER_STACK: "prod",
      PULUMI_BACKEND_URL: `s3://state-1a2b3c4?region=${REGION}`,
      TRIGGER_LEDGER: `s3://state-1a2b3c4/aws-panos-trigger/prod/ledger.json?region=${REGION}`,
      TRIGGER_QUEUE_URL: `https://sqs.${REGION}.amazonaws.com/${HUB}/changes-1a2b3c4`,
      TRIGGER_DEAD_LETTER_QUEUE_URL: `https://sqs.${REGION}.amazonaws.com/${HUB}/dead-letters-1a2b3c4`,
      TRIGGER_TOPIC_ARN: `arn:aws:sns:${REGION}:${HUB}:topic/alarms-1a2b3c4`,
      TRIGGER_RUNNER: "lambda",
      TRIGGER_MODE: "up",
      TRIGGER_SECOND_LOOK_SECONDS: "90",
      TRIGGER_OWN_ROLES: JSON.stringify([role]),
      TRIGGER_TAG_KEYS: "[]",
      TRIGGER_SECRETS: JSON.stringify({ PULUMI_CONFIG_PASSPHRASE: secret }),
    });
  });

  it("tell the build the same, and the function that starts it of no secret", async () => {
    const { one } = await deployedVariant("CodeBuild");
    const { inputs } = one("Project");
    const environment = inputs["environment"] as {
      environmentVariables: { name: string; value: string }[];
    } & Fields;
    const told = Object.fromEntries(environment.environmentVariables.map(({ name, value }) => [name, value]));
    const { variables } = one("Function").inputs["environment"] as { variables: Record<string, string> };
    expect(told).to.deep.include({
      TRIGGER_RUNNER: "codebuild",
      TRIGGER_CODEBUILD_PROJECT: "aws-panos-prod",
      TRIGGER_BUILD_MINUTES: "60",
    });
    expect({ ...told, TRIGGER_SECRETS: "{}" }).to.deep.equal(variables);
    expect(told["TRIGGER_SECRETS"]).to.include("PULUMI_CONFIG_PASSPHRASE");
    expect(inputs).to.deep.include({ concurrentBuildLimit: 1, artifacts: { type: "NO_ARTIFACTS" } });
    expect(environment).to.include({ privilegedMode: false, imagePullCredentialsType: "SERVICE_ROLE" });
    const buildspec = parse((inputs["source"] as { buildspec: string }).buildspec) as Fields;
    expect(buildspec["run-as"]).to.equal("panos");
  });

  for (const variant of Object.keys(VARIANTS)) {
    it(`tell handler and runner what these can work with: ${variant}`, async () => {
      const { one, of } = await deployedVariant(variant);
      const { variables } = one("Function", "function").inputs["environment"] as {
        variables: Record<string, string>;
      };
      expect(handlerSettings(variables)).to.include({ stack: "prod", ledger: variables["TRIGGER_LEDGER"] });
      expect(runnerFrom({ ...variables, AWS_REGION: REGION })).to.be.an("object");
      // Lambda takes 4 KB of variables, CodeBuild 5,500 characters.
      expect(JSON.stringify(variables).length).to.be.below(4000);
      for (const { inputs } of of("Project")) {
        const { environmentVariables } = inputs["environment"] as {
          environmentVariables: { name: string; value: string }[];
        };
        const told = Object.fromEntries(environmentVariables.map(({ name, value }) => [name, value]));
        expect(localRunnerFrom({ ...told, AWS_REGION: REGION })).to.be.an("object");
      }
    });
  }

  it("have state and ledger in a bucket that nothing throws away, where there is none", async () => {
    const { one, of } = await deployedVariant("the smallest configuration");
    const bucket = one("Bucket");
    expect([bucket.protect, bucket.retainOnDelete]).to.deep.equal([true, true]);
    expect(one("BucketVersioning").inputs["versioningConfiguration"]).to.deep.equal({ status: "Enabled" });
    expect(one("BucketPublicAccessBlock").inputs).to.deep.include({
      ...{ blockPublicAcls: true, blockPublicPolicy: true },
      ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
    });
    const [encryption] = one("BucketServerSideEncryptionConfiguration").inputs["rules"] as Fields[];
    expect(encryption).to.deep.equal({ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } });
    const [lifecycle, outcomes] = one("BucketLifecycleConfiguration").inputs["rules"] as Fields[];
    // Old versions go; what is current never does.
    expect(lifecycle).to.deep.include({ noncurrentVersionExpiration: { noncurrentDays: 90 } });
    expect(lifecycle).not.to.have.property("expiration");
    expect(outcomes).to.deep.include({
      filter: { prefix: "aws-panos-trigger/prod/outcomes/" },
      expiration: { days: 30 },
    });
    for (const { type, protect } of of("Queue")) expect(protect, type).to.equal(false);
  });

  it("take a bucket of the user's as it is", async () => {
    const { of, outputs, one, statements } = await deployedVariant("a bucket of the user's");
    expect(of("Bucket")).to.deep.equal([]);
    expect(outputs["backendUrl"]).to.equal("s3://my-state/pulumi?region=eu-west-1");
    const { variables } = one("Function").inputs["environment"] as { variables: Record<string, string> };
    expect(variables["TRIGGER_LEDGER"]).to.equal(
      "s3://my-state/pulumi/aws-panos-trigger/prod/ledger.json?region=eu-west-1",
    );
    expect(statements.find(({ Sid }) => Sid === "KeepTheState")?.Resource).to.equal(
      "arn:aws:s3:::my-state/pulumi/.pulumi/*",
    );
  });

  it("know the function's and the build's roles as their own", async () => {
    const { one } = await deployedVariant("CodeBuild");
    const { variables } = one("Function").inputs["environment"] as { variables: Record<string, string> };
    expect(JSON.parse(variables["TRIGGER_OWN_ROLES"] ?? "[]")).to.have.members([
      `arn:aws:iam:${REGION}:${HUB}:role/function-1a2b3c4`,
      `arn:aws:iam:${REGION}:${HUB}:role/build-1a2b3c4`,
    ]);
  });

  it("keep only the ledger in a bucket with Pulumi Cloud, and ask for its token", async () => {
    const { of, statements, one } = await deployedVariant("Pulumi Cloud");
    expect(of("Bucket")).to.have.length(1);
    expect(statements.some(({ Sid }) => Sid === "KeepTheState")).to.equal(false);
    expect(of("Secret").map(({ name }) => name)).to.have.members([
      "PULUMI_CONFIG_PASSPHRASE",
      "PULUMI_ACCESS_TOKEN",
    ]);
    const { variables } = one("Function").inputs["environment"] as { variables: Record<string, string> };
    expect(variables["PULUMI_BACKEND_URL"]).to.equal("https://api.pulumi.com");
    expect(one("TopicSubscription", "email-0").inputs).to.include({
      protocol: "email",
      endpoint: "net@example.com",
    });
  });

  it("make secrets empty, and say how a person fills them", async () => {
    const { resources, outputs, of } = await deployed({
      secrets: {
        PANOS_API_KEY: "new",
        PULUMI_CONFIG_PASSPHRASE: `arn:aws:secretsmanager:${REGION}:${HUB}:secret:pass-Ab12Cd`,
      },
    });
    expect(of("Secret").map(({ name }) => name)).to.deep.equal(["PANOS_API_KEY"]);
    expect(resources.filter(({ type }) => type.includes("SecretVersion"))).to.deep.equal([]);
    expect(outputs["fillSecrets"]).to.match(
      /^IFS= read -rs V && .* put-secret-value .* --secret-id arn:aws:secretsmanager:\S+PANOS_API_KEY[^\n]*$/,
    );
  });

  it("say the commands as a shell takes them, and these store what was typed as it is", async function () {
    if (findProgram("bash") === undefined) {
      console.log("    (bash is not installed: what it makes of these commands is skipped)");
      return this.skip();
    }
    const { outputs } = await deployed({
      secrets: { PANOS_API_KEY: "new", PULUMI_CONFIG_PASSPHRASE: "new" },
    });
    const folder = await mkdtemp(path.join(tmpdir(), "aws-panos-fill-"));
    try {
      // What the AWS CLI would be given, one secret a line.
      await writeFile(path.join(folder, "aws"), '#!/bin/sh\ncat >> "$STORED"; echo >> "$STORED"\n', {
        mode: 0o755,
      });
      const commands = path.join(folder, "commands");
      // The Pulumi CLI prints a text as it is, and anything else as JSON.
      await writeFile(commands, String(outputs["fillSecrets"]));
      const env = { PATH: `${folder}:${process.env["PATH"]}`, STORED: path.join(folder, "stored") };
      const typed = [' a \\ "b" $c ', "'d' "];
      const run = promisify(execFile)("bash", ["-c", 'source "$0"', commands], { env });
      run.child.stdin?.end(typed.map((line) => `${line}\n`).join(""));
      await run;
      expect((await readFile(env.STORED, "utf8")).split("\n")).to.deep.equal([...typed, ""]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("look every quarter of an hour, or as often as configured, with a message that the handler knows", async () => {
    const usual = await deployedVariant("the smallest configuration");
    const { inputs } = usual.one("Schedule");
    expect(inputs["scheduleExpression"]).to.equal("rate(15 minutes)");
    const target = inputs["target"] as { input: string; arn: string };
    expect(json(target.input)).to.deep.equal(SCHEDULE_MESSAGE);
    expect(target.arn).to.equal(`arn:aws:sqs:${REGION}:${HUB}:queue/changes-1a2b3c4`);
    const { one } = await deployed({ scheduleMinutes: "1" });
    expect(one("Schedule").inputs["scheduleExpression"]).to.equal("rate(1 minute)");
  });

  it("raise and clear an alarm for everything that goes wrong without anybody looking", async () => {
    const { of } = await deployed({ staleMinutes: "20", scheduleMinutes: "60" });
    const byName = Object.fromEntries(of("MetricAlarm").map(({ name, inputs }) => [name, inputs]));
    expect(Object.keys(byName)).to.have.members([
      ...["dead-letters", "stale", "failed-runs", "errors", "throttles", "silence"],
    ]);
    for (const [name, inputs] of Object.entries(byName)) {
      const topic = [`arn:aws:sns:${REGION}:${HUB}:topic/alarms-1a2b3c4`];
      expect(inputs, name).to.deep.include({ alarmActions: topic, okActions: topic });
      // The topic lets in the alarms of this name.
      expect(inputs["name"]).to.equal(`aws-panos-prod-${name}`);
    }
    const ours = (metricName: string) => ({
      namespace: METRIC_NAMESPACE,
      ...{ metricName, dimensions: { Stack: "prod" } },
    });
    expect(byName["stale"]).to.deep.include({ ...ours(METRICS.oldestChangeAge), threshold: 1200 });
    expect(byName["failed-runs"]).to.deep.include(ours(METRICS.runsGivenUp));
    expect(byName["silence"]).to.deep.include({
      ...ours(METRICS.heartbeat),
      treatMissingData: "breaching",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      // 2 × 60 + 15 minutes.
      ...{ period: 3600, evaluationPeriods: 3 },
    });
    expect(byName["errors"]).to.deep.include({ treatMissingData: "notBreaching" });
  });

  it("keep what people are told encrypted, with a key that alarms may use and turns by itself", async () => {
    const { one, statements } = await deployedVariant("the smallest configuration");
    expect(one("Topic").inputs["kmsMasterKeyId"]).to.equal(`arn:aws:kms:${REGION}:${HUB}:key/alarms-1a2b3c4`);
    expect(one("Key").inputs).to.deep.include({ enableKeyRotation: true, deletionWindowInDays: 30 });
    const ofKey = statements.filter(({ where }) => where === "Key alarms");
    // Without it CloudWatch's alarms would reach nobody, and nothing would say so.
    expect(ofKey.find(({ Sid }) => Sid === "OurAlarmsEncrypt")).to.deep.include({
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Condition: {
        StringEquals: { "aws:SourceAccount": HUB },
        ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${REGION}:${HUB}:alarm:aws-panos-prod-*` },
      },
    });
    for (const variant of Object.keys(VARIANTS)) {
      const all = (await deployedVariant(variant)).statements;
      const publishers = all.filter(({ Action }) => Action.includes("sns:Publish"));
      for (const { where, Sid, Effect } of publishers.filter((each) => each.where.startsWith("RolePolicy"))) {
        expect(Effect).to.equal("Allow");
        const encrypts = all.find((each) => each.where === where && each.Sid === `${Sid}Encrypted`);
        expect(encrypts?.Action, `${variant}: ${where}`).to.deep.equal([
          "kms:Decrypt",
          "kms:GenerateDataKey",
        ]);
      }
    }
  });

  it("have logs that end some day", async () => {
    const { of } = await deployed({ runner: "codebuild", logRetentionDays: "30" });
    expect(
      of("LogGroup").map(({ inputs }) => [inputs["name"], inputs["retentionInDays"]]),
    ).to.have.deep.members([
      ["/aws/lambda/aws-panos-prod", 30],
      ["/aws/codebuild/aws-panos-prod", 30],
    ]);
  });

  it("hold nothing secret", async () => {
    const mainStack = {
      ...MAIN_STACK,
      config: { ...MAIN_STACK.config, "panos:apiKey": { secure: "v1:cipher-of-the-key" } },
    };
    for (const { values, answers } of Object.values(VARIANTS)) {
      const { resources, outputs } = await deployed(values, answers, mainStack);
      const said = JSON.stringify([
        resources.filter(({ type }) => !type.startsWith("docker-build")),
        outputs,
      ]);
      for (const secret of ["registry-password", "cipher-of-the-key"]) expect(said).not.to.include(secret);
    }
  });
});
