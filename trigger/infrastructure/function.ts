import { LogGroup } from "@pulumi/aws/cloudwatch";
import { EventSourceMapping, Function as LambdaFunction } from "@pulumi/aws/lambda";
import { jsonStringify, type Input, type Output } from "@pulumi/pulumi";
import type { TriggerEnvironment } from "../environment";
import { arn, type Context } from "./context";
import type { TriggerImage } from "./image";
import type { RunnerNetwork } from "./network";
import {
  handlerStatements,
  logStatement,
  roleFor,
  runStatements,
  starterStatements,
  type Parts,
} from "./roles";
import type { Statement } from "./policy";

/** Lambda's limit. */
export const FUNCTION_SECONDS = 900;
/** The least that an event source mapping of a queue can be held to. */
const MAXIMUM_CONCURRENCY = 2;
/** The most that a standard queue's batch holds, and its message texts together: 6 MB. */
const BATCH_SIZE = 10_000;

/** The variables of the deployed function and build; the values may be known only when they are deployed. */
export type Environment = {
  [Name in keyof TriggerEnvironment]: Input<NonNullable<TriggerEnvironment[Name]>>;
};

/** What function and build have in common. */
export function environment(
  context: Context,
  { storage, secrets, queues, topic }: Parts,
  ownRoles: Output<string[]>,
) {
  const { settings, name } = context;
  const variables: Environment = {
    TRIGGER_STACK: settings.stack,
    PULUMI_BACKEND_URL: storage.backendUrl,
    TRIGGER_LEDGER: storage.ledgerUrl,
    TRIGGER_QUEUE_URL: queues.queue.url,
    TRIGGER_DEAD_LETTER_QUEUE_URL: queues.deadLetters.url,
    TRIGGER_TOPIC_ARN: topic.arn,
    TRIGGER_RUNNER: settings.runner,
    TRIGGER_MODE: settings.mode,
    TRIGGER_SECOND_LOOK_SECONDS: String(settings.secondLookSeconds),
    TRIGGER_OWN_ROLES: jsonStringify(ownRoles),
    TRIGGER_TAG_KEYS: JSON.stringify([...new Set([...settings.tagKeys, ...settings.main.quarantineKeys])]),
    ...(settings.main.watchesServices && { TRIGGER_WATCH_SERVICES: "true" }),
    TRIGGER_SECRETS: jsonStringify(secrets.variables),
    ...(settings.runner === "codebuild" && {
      TRIGGER_CODEBUILD_PROJECT: name,
      TRIGGER_BUILD_MINUTES: String(settings.buildMinutes),
    }),
  };
  return variables;
}

/** The function's role: what the handler needs, and what its runner does. */
export function functionRole(
  context: Context,
  parts: Parts,
  memberRoles: string[],
  network: RunnerNetwork | undefined,
) {
  const { settings, name } = context;
  const logs = new LogGroup("function", {
    name: `/aws/lambda/${name}`,
    retentionInDays: settings.logRetentionDays,
  });
  const { role, attached } = roleFor(
    "function",
    "lambda.amazonaws.com",
    `Handles changes in AWS for ${name}: reads EC2, writes none of it`,
    [
      ...handlerStatements(context, parts),
      ...(settings.runner === "lambda"
        ? runStatements(context, parts, memberRoles)
        : starterStatements(context)),
      logStatement(logs),
      ...(network === undefined ? [] : interfaceStatements(context)),
    ],
  );
  return { role, attached, logs };
}

/**
 * Lambda itself makes the function's interfaces, with the function's role. The documentation ("Giving Lambda
 * functions access to resources in an Amazon VPC") asks for all resources where it asks for these; here it is
 * those of this account and region. The denial is its own advice too: the function's code can't use them.
 */
function interfaceStatements(context: Context): Statement[] {
  const manage = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  return [
    { Sid: "LambdaMakesInterfaces", Action: manage, Resource: arn(context, "ec2", "*/*") },
    {
      // EC2 knows no resources for these.
      Sid: "LambdaSeesInterfaces",
      Action: ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
      Resource: "*",
    },
    {
      Sid: "OurCodeMakesNone",
      Effect: "Deny",
      Action: manage,
      Resource: "*",
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn(context) } },
    },
  ];
}

function functionArn(context: Context): string {
  return arn(context, "lambda", `function:${context.name}`);
}

/** The function, fed by the queue. */
export function handlerFunction(
  context: Context,
  { queues }: Parts,
  { role, attached, logs }: ReturnType<typeof functionRole>,
  image: TriggerImage,
  variables: Environment,
  network: RunnerNetwork | undefined,
): LambdaFunction {
  const { settings, name } = context;
  const { reservedConcurrency } = settings;
  // A build reads the secrets itself, and the function that only starts it may not.
  const own = settings.runner === "codebuild" ? { ...variables, TRIGGER_SECRETS: "{}" } : variables;
  const made = new LambdaFunction(
    "function",
    {
      name,
      description: `Makes the firewall agree when AWS changes: runs ${settings.stack}`,
      packageType: "Image",
      imageUri: image.uri,
      architectures: [settings.architecture],
      role: role.arn,
      timeout: FUNCTION_SECONDS,
      memorySize: settings.memory,
      ephemeralStorage: { size: settings.ephemeralStorage },
      // More than the mapping uses, as Lambda advises: throttled batches would end as dead letters.
      ...(reservedConcurrency > 0 && { reservedConcurrentExecutions: reservedConcurrency }),
      environment: { variables: own },
      loggingConfig: { logFormat: "Text", logGroup: logs.name },
      ...(network !== undefined && {
        vpcConfig: { subnetIds: settings.subnetIds, securityGroupIds: [network.securityGroup.id] },
      }),
    },
    // Lambda tries the role when it makes the function.
    { dependsOn: attached },
  );
  new EventSourceMapping("changes", {
    eventSourceArn: queues.queue.arn,
    functionName: made.arn,
    batchSize: BATCH_SIZE,
    // A batch of more than ten needs a window of at least a second.
    maximumBatchingWindowInSeconds: Math.max(1, settings.batchSeconds),
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: { maximumConcurrency: MAXIMUM_CONCURRENCY },
  });
  if (queues.urgentQueue !== undefined) {
    new EventSourceMapping("urgent", {
      eventSourceArn: queues.urgentQueue.arn,
      functionName: made.arn,
      // As few as come by themselves, and no window: nothing is gathered.
      batchSize: 10,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: MAXIMUM_CONCURRENCY },
    });
  }
  return made;
}
