import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Project } from "@pulumi/aws/codebuild";
import type { Role, RolePolicy } from "@pulumi/aws/iam";
import { output, type Input } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { arn, type Context } from "./context";
import type { Environment } from "./function";
import type { TriggerImage } from "./image";
import type { RunnerNetwork } from "./network";
import type { Statement } from "./policy";
import { ledgerStatements, logStatement, roleFor, runStatements, type Parts } from "./roles";

/** The image's user for everything of ours; it has to be there, or CodeBuild fails. See the Dockerfile. */
const USER = "panos";
const COMMAND = "cd /var/task && exec node --require ./typescript.cjs trigger/runner/build.ts";

/** The build's role: that of a run, and to fetch its image and write its log. */
export function buildRole(
  context: Context,
  parts: Parts,
  image: TriggerImage,
  memberRoles: string[],
  network: RunnerNetwork | undefined,
) {
  const { settings, name, account } = context;
  const logs = new LogGroup("build", {
    name: `/aws/codebuild/${name}`,
    retentionInDays: settings.logRetentionDays,
  });
  const { role, attached } = roleFor(
    "build",
    "codebuild.amazonaws.com",
    `Runs ${settings.stack} in CodeBuild: reads EC2, writes none of it`,
    [
      ...runStatements(context, parts, memberRoles),
      ...ledgerStatements(parts),
      logStatement(logs),
      {
        // ECR knows no resources for it; it opens nothing that the next statement doesn't.
        Sid: "LogInToTheRegistry",
        Action: ["ecr:GetAuthorizationToken"],
        Resource: "*",
      },
      {
        Sid: "PullTheImage",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: image.repositoryArn,
      },
      ...(network === undefined ? [] : interfaceStatements(context)),
    ],
    account,
  );
  return { role, attached, logs };
}

/**
 * CodeBuild makes an interface for each build, with the build's role (CodeBuild documentation, "Allow access to
 * AWS services in a VPC"). Only into the given subnets, and usable by CodeBuild alone; what it asks to see has
 * no resources.
 */
function interfaceStatements(context: Context): Statement[] {
  const { settings } = context;
  const subnets = settings.subnetIds.map((id) => arn(context, "ec2", `subnet/${id}`));
  return [
    {
      Sid: "CodeBuildMakesInterfaces",
      Action: ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
      Resource: arn(context, "ec2", "*/*"),
    },
    {
      Sid: "CodeBuildUsesThem",
      Action: ["ec2:CreateNetworkInterfacePermission"],
      Resource: arn(context, "ec2", "network-interface/*"),
      Condition: {
        StringEquals: { "ec2:AuthorizedService": "codebuild.amazonaws.com" },
        ArnEquals: { "ec2:Subnet": subnets },
      },
    },
    {
      Sid: "CodeBuildSeesTheNetwork",
      Action: [
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcs",
        "ec2:DescribeDhcpOptions",
      ],
      Resource: "*",
    },
  ];
}

/** The project whose builds are runs. */
export function buildProject(
  context: Context,
  { role, attached, logs }: { role: Role; attached: RolePolicy; logs: LogGroup },
  image: TriggerImage,
  variables: Environment,
  network: RunnerNetwork | undefined,
): Project {
  const { settings, name } = context;
  return new Project(
    "build",
    {
      name,
      description: `Runs ${settings.stack}: pulumi up for what has changed in AWS`,
      serviceRole: role.arn,
      artifacts: { type: "NO_ARTIFACTS" },
      source: { type: "NO_SOURCE", buildspec: buildspec() },
      buildTimeout: settings.buildMinutes,
      queuedTimeout: settings.buildMinutes,
      // One run at a time is the ledger's business; this holds also for builds that a person starts.
      concurrentBuildLimit: 1,
      environment: {
        type: settings.architecture === "arm64" ? "ARM_CONTAINER" : "LINUX_CONTAINER",
        computeType: "BUILD_GENERAL1_SMALL",
        image: image.uri,
        imagePullCredentialsType: "SERVICE_ROLE",
        privilegedMode: false,
        environmentVariables: Object.entries(variables as Record<string, Input<string>>).map(
          ([variable, value]) => ({
            name: variable,
            value,
            type: "PLAINTEXT",
          }),
        ),
      },
      logsConfig: { cloudwatchLogs: { groupName: logs.name } },
      ...(network !== undefined && {
        vpcConfig: {
          vpcId: output(network.vpcId),
          subnets: settings.subnetIds,
          securityGroupIds: [network.securityGroup.id],
        },
      }),
    },
    { dependsOn: attached },
  );
}

function buildspec(): string {
  return stringify({
    version: 0.2,
    // CodeBuild's own agent is root in the container; nothing of ours is.
    "run-as": USER,
    phases: { build: { commands: [COMMAND] } },
  });
}
