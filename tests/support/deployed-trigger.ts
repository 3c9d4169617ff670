import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { deployTrigger } from "../../trigger/infrastructure";
import { triggerSettingsFrom, type TriggerSettings } from "../../trigger/settings";

export const HUB = "123456789012";
export const REGION = "eu-central-1";

/** A resource as the program declared it. */
export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  protect: boolean;
  retainOnDelete: boolean;
}

/** A statement of a policy, and where it was found. */
export interface FoundStatement {
  where: string;
  Sid: string;
  Effect: string;
  Principal?: unknown;
  Action: string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** What a data source answers, by the last part of its token; a thrown error is the provider's. */
export type Answers = Record<string, (inputs: Record<string, unknown>) => object>;

/** What the stack that is run has in its file, as far as the trigger looks. */
export const MAIN_STACK = {
  encryptionsalt: "v1:abc",
  config: {
    "aws:region": REGION,
    "panos:hostname": "10.0.0.10",
    "aws-panos-rules:inventory": "ec2",
    "aws-panos-rules:firewall": { networkInterfaceIds: ["eni-0f"] },
  },
};

/** Settings as the configuration of a trigger's stack `prod` gives them, above a stack file. */
export async function settingsOf(
  values: Record<string, unknown> = {},
  mainStack: object = MAIN_STACK,
): Promise<TriggerSettings> {
  const folder = await mkdtemp(path.join(tmpdir(), "trigger-"));
  try {
    await writeFile(path.join(folder, "Pulumi.prod.yaml"), stringify(mainStack));
    const config = Object.entries(values).map(([key, value]) => [
      key.includes(":") ? key : `aws-panos-trigger:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return await triggerSettingsFrom(Object.fromEntries(config) as Record<string, string>, "prod", folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export type Deployed = Awaited<ReturnType<typeof deployed>>;

const variants = new Map<string, Promise<Deployed>>();

/** What the program declares with one of VARIANTS; worked out once. */
export function deployedVariant(variant: string): Promise<Deployed> {
  const { values, answers, mainStack } = VARIANTS[variant] ?? {};
  const known = variants.get(variant) ?? deployed(values, answers, mainStack);
  variants.set(variant, known);
  return known;
}

/** The resources that the program declares with a configuration, and the stack's outputs. */
export async function deployed(
  values: Record<string, unknown> = {},
  answers: Answers = {},
  mainStack?: object,
) {
  const resumed = pauseStackTraces();
  try {
    return await deploy(values, answers, mainStack);
  } finally {
    resumed();
  }
}

let paused = 0;
let resume = () => {};

/**
 * The SDK takes a stack trace for each of some eighty promises of a resource, which is three quarters of the time. It
 * raises `Error.stackTraceLimit` itself, so a low limit would not last; V8 captures nothing where it is an accessor.
 * @returns takes them again, once everybody who asked for this has called theirs
 */
function pauseStackTraces(): () => void {
  if (paused++ === 0) {
    const original = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit") ?? {};
    const { stackTraceLimit } = Error;
    const accessor = { get: () => stackTraceLimit, set: () => {} };
    Object.defineProperty(Error, "stackTraceLimit", { configurable: true, enumerable: true, ...accessor });
    resume = () => Object.defineProperty(Error, "stackTraceLimit", original);
  }
  return () => {
    if (--paused === 0) resume();
  };
}

async function deploy(values: Record<string, unknown>, answers: Answers, mainStack?: object) {
  const settings = await settingsOf(values, mainStack);
  const resources: Declared[] = [];
  const options = new Map<string, pulumi.ResourceOptions>();
  const known: Answers = {
    getCallerIdentity: () => ({ accountId: HUB }),
    getRegion: () => ({ region: REGION }),
    getPartition: () => ({ partition: "aws" }),
    getAuthorizationToken: () => ({ userName: "AWS", password: "registry-password" }),
    ...answers,
  };
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) => {
        const lookup = token.split(":")[2] ?? token;
        const answer = known[lookup];
        if (answer === undefined) throw new Error(`nobody expected ${lookup}`);
        return answer(inputs as Record<string, unknown>);
      },
      newResource: ({ type, name, inputs }) => {
        const given = inputs as Record<string, unknown>;
        if (type === "pulumi:pulumi:Stack") return { id: name, state: {} };
        const { protect = false, retainOnDelete = false } = options.get(`${type} ${name}`) ?? {};
        resources.push({ type, name, inputs: given, protect, retainOnDelete });
        return { id: `${name}-id`, state: { ...made(type, name, given), ...given } };
      },
    },
    "aws-panos-trigger",
    "prod",
  );
  const declared = await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      options.set(`${type} ${name}`, opts);
      return undefined;
    });
    return deployTrigger(settings);
  });
  const outputs = await new Promise<Record<string, unknown>>((resolve) => {
    pulumi.output(declared as Record<string, unknown>).apply(resolve);
  });
  await pulumi.runtime.disconnect();
  return { resources, outputs, settings, ...views(resources) };
}

/** What the provider would add. */
function made(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const service = type.split(":")[1]?.split("/")[0] ?? "";
  const called = typeof inputs["name"] === "string" ? inputs["name"] : `${name}-1a2b3c4`;
  return {
    name: called,
    bucket: called,
    arn:
      service === "s3"
        ? `arn:aws:s3:::${called}`
        : `arn:aws:${service}:${REGION}:${HUB}:${kind(type)}/${called}`,
    url: `https://sqs.${REGION}.amazonaws.com/${HUB}/${called}`,
    repositoryUrl: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/${called}`,
    ref: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/${called}@sha256:${"0".repeat(64)}`,
  };
}

function kind(type: string): string {
  return type.split(":")[2]?.toLowerCase() ?? type;
}

/** A VPC whose subnets reach AWS through a NAT gateway. */
export const VPC_ANSWERS: Answers = {
  getSubnet: ({ id }) => ({ id, vpcId: "vpc-0a" }),
  getRouteTables: () => ({ ids: ["rtb-0main", "rtb-0public"] }),
  getRouteTable: ({ routeTableId }) =>
    routeTableId === "rtb-0main"
      ? {
          associations: [{ main: true }],
          routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0a" }],
        }
      : {
          associations: [{ main: false, subnetId: "subnet-0public" }],
          routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0a" }],
        },
  getNatGateway: () => ({ subnetId: "subnet-0public" }),
  getVpcEndpoint: () => {
    const details = "no matching EC2 VPC Endpoint found";
    throw Object.assign(new Error(details), { details });
  },
  getVpc: () => ({ cidrBlockAssociations: [{ cidrBlock: "10.0.0.0/16" }] }),
  getManagedPrefixList: () => ({ id: "pl-0s3" }),
};

/** A policy that asks for every right that a guard can have. */
export const GUARD_POLICY = path.join(__dirname, "..", "guard", "support", "enforce.yaml");

/** One of each kind of configuration, and what AWS answers to it. */
export const VARIANTS: Record<
  string,
  { values?: Record<string, unknown>; answers?: Answers; mainStack?: object }
> = {
  "the smallest configuration": {},
  "a bucket of the user's": {
    values: { backend: "s3://my-state/pulumi?region=eu-west-1", tagKeys: ["firewall"] },
  },
  "Pulumi Cloud": {
    values: { backend: "https://api.pulumi.com", mode: "preview", emails: ["net@example.com"] },
  },
  "AWS KMS and a key in Secrets Manager": {
    values: {
      kmsKeyArn: `arn:aws:kms:${REGION}:${HUB}:key/1234abcd`,
      awsPluginSha256: "0a".repeat(32),
    },
    mainStack: {
      secretsprovider: "awskms://alias/state",
      config: {
        ...MAIN_STACK.config,
        "panos:apiKeySecret": "panos/key",
        "aws-panos-rules:inventory": "auto",
      },
    },
  },
  "tags that isolate instances": {
    values: { tagKeys: ["firewall", "SecurityStatus"], regions: [REGION, "eu-west-1"] },
    mainStack: { config: { ...MAIN_STACK.config, "aws-panos-rules:quarantine": {} } },
  },
  "interfaces of no instance": {
    values: { members: { accounts: ["111122223333"] } },
    mainStack: { config: { ...MAIN_STACK.config, "aws-panos-rules:interfaces": "all" } },
  },
  CodeBuild: { values: { runner: "codebuild" } },
  "CodeBuild in a VPC": {
    values: { runner: "codebuild", subnetIds: ["subnet-0a"] },
    answers: VPC_ANSWERS,
  },
  "Lambda in a VPC": { values: { subnetIds: ["subnet-0a"] }, answers: VPC_ANSWERS },
  "CloudTrail's files by EventBridge": {
    values: {
      source: "s3",
      trail: {
        bucket: "my-trail",
        accounts: ["111122223333", HUB],
        kmsKeyArn: `arn:aws:kms:${REGION}:${HUB}:key/5678`,
      },
    },
  },
  "CloudTrail's files by SNS": {
    values: {
      source: "s3",
      trail: {
        ...{ bucket: "my-trail", prefix: "trails", organization: "o-a1b2c3d4e5", accounts: ["111122223333"] },
        topicArn: `arn:aws:sns:${REGION}:111122223333:trail`,
      },
    },
  },
  "another region": { values: { regions: [REGION, "eu-west-1"] } },
  "listed accounts": {
    values: { members: { accounts: ["111122223333", "444455556666"], externalId: "x-1234" } },
  },
  "an organization": {
    values: {
      regions: [REGION, "us-east-1"],
      members: {
        organization: "o-a1b2c3d4e5",
        organizationalUnits: ["r-a1b2"],
        delegatedAdministrator: true,
      },
    },
    answers: {
      getOrganizationalUnitDescendantAccounts: () => ({
        accounts: [
          { id: HUB, status: "ACTIVE" },
          { id: "111122223333", status: "ACTIVE" },
          { id: "777788889999", status: "SUSPENDED" },
        ],
      }),
    },
  },
  "a guard of other regions and accounts": {
    values: {
      imageUri: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos:1`,
      regions: [REGION, "us-east-1"],
      members: { accounts: ["111122223333", "444455556666"], externalId: "x-1234" },
      guard: { policy: GUARD_POLICY, quarantineGroups: { "vpc-01": "sg-0a", "vpc-02": "sg-0b" } },
    },
  },
  "an image of somebody else's": {
    values: {
      imageUri: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos@sha256:${"1".repeat(64)}`,
      runner: "codebuild",
    },
  },
};

function views(resources: Declared[]) {
  const of = (type: string) =>
    resources.filter((each) => each.type === type || each.type.endsWith(`:${type}`));
  return {
    of,
    one: (type: string, name?: string): Declared => {
      const found = of(type).filter((each) => name === undefined || each.name === name);
      if (found.length === 1 && found[0] !== undefined) return found[0];
      throw new Error(
        `${found.length} of ${type} ${name ?? ""} among ${resources.map((r) => r.type).join(", ")}`,
      );
    },
    statements: resources.flatMap((resource) => statementsOf(resource)),
  };
}

/** Every statement of every policy in a resource, also of those inside a CloudFormation template. */
function statementsOf({ type, name, inputs }: Declared): FoundStatement[] {
  const where = `${type.split(":")[2] ?? type} ${name}`;
  const walk = (value: unknown): FoundStatement[] => {
    if (typeof value === "string" && value.startsWith("{")) return walk(JSON.parse(value));
    if (typeof value !== "object" || value === null) return [];
    const statements = (value as { Statement?: FoundStatement[] }).Statement;
    if (Array.isArray(statements))
      return statements.map((each) => ({ ...(plain(each) as typeof each), where }));
    return Object.values(value).flatMap(walk);
  };
  return walk(inputs);
}

/** ARNs that CloudFormation puts an account into, as the texts that they are; the partition's stay. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { "Fn::Sub": text } = value as { "Fn::Sub"?: string };
  if (text?.includes("${AWS::AccountId}")) return text;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
