import { expect } from "chai";
import {
  deployed,
  deployedVariant,
  HUB,
  REGION,
  VARIANTS,
  type Declared,
  type FoundStatement,
} from "../support/deployed-trigger";

/** All that may be allowed on everything, because AWS knows no resources for it. */
const WITHOUT_RESOURCES = [
  /^ec2:Describe\w+$/,
  // Which tables there are is read, not told.
  /^ec2:SearchTransitGatewayRoutes$/,
  /^ec2:GetManagedPrefixListEntries$/,
  /^ecr:GetAuthorizationToken$/,
];

/** The only writes in EC2: of the runner's own interfaces, by the service that needs them. */
const INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:CreateNetworkInterfacePermission",
  "ec2:DeleteNetworkInterface",
  "ec2:UnassignPrivateIpAddresses",
];

const list = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());
const allowed = (statements: FoundStatement[]) => statements.filter(({ Effect }) => Effect === "Allow");
const actions = (statements: FoundStatement[]) =>
  [...new Set(statements.flatMap(({ Action }) => Action))].sort();

describe("permissions", () => {
  for (const [variant, { values }] of Object.entries(VARIANTS)) {
    describe(`with ${variant}`, () => {
      let statements: FoundStatement[];
      let resources: Declared[];
      let ofRole: (role: string) => FoundStatement[];
      before(async () => {
        ({ statements, resources } = await deployedVariant(variant));
        ofRole = (role) => statements.filter(({ where }) => where === `RolePolicy ${role}`);
      });

      it("name every action in full", () => {
        for (const { Action, where } of allowed(statements)) {
          for (const action of Action) expect(action, where).to.match(/^[a-z0-9-]+:[A-Za-z]+$/);
        }
      });

      it("say what each is for", () => {
        for (const { Sid, where } of statements) expect(Sid, where).to.match(/^[A-Za-z0-9]{8,}$/);
      });

      it("name resources wherever AWS knows any", () => {
        // In a key's policy every resource is that key.
        const others = allowed(statements).filter(({ where }) => !where.startsWith("Key "));
        const everything = others.filter(({ Resource }) => list(Resource).includes("*"));
        for (const action of actions(everything)) {
          expect(
            WITHOUT_RESOURCES.some((each) => each.test(action)),
            action,
          ).to.equal(true);
        }
        for (const { Resource, Condition, where } of others) {
          // An ARN's account and service are always said, and its region there or in the condition; a
          // CloudFormation template has no others either.
          const isOfRegions = Condition?.["StringEquals"]?.["aws:RequestedRegion"] !== undefined;
          const form = isOfRegions
            ? /^(\*|arn:aws:ec2:\*:[^*]+.*|arn:aws:ec2:\*:\*:(prefix-list\/\*|security-group\/sg-\w+))$/
            : /^(\*|arn:aws:[a-z0-9-]+:[^*]+.*)$/;
          for (const each of list(Resource)) expect(each, where).to.match(form);
        }
      });

      it("write nothing in EC2 but the interfaces of a runner in a VPC, and what a guard undoes", () => {
        const ofGuard = new Set(
          statements.filter(({ where }) => where === "RolePolicy guard").map(({ Sid }) => Sid),
        );
        const writes = actions(allowed(statements).filter(({ Sid }) => !ofGuard.has(Sid))).filter(
          (action) => action.startsWith("ec2:") && !/^ec2:(Describe|Get|Search)/.test(action),
        );
        if (values?.["subnetIds"] === undefined) expect(writes).to.deep.equal([]);
        else expect(INTERFACES).to.include.members(writes);
        // Lambda's are denied to the function's own code.
        const makes = ofRole("function").filter(({ Sid }) => Sid === "LambdaMakesInterfaces");
        const denied = ofRole("function").filter(({ Effect }) => Effect === "Deny");
        expect(actions(denied)).to.deep.equal(actions(makes));
        for (const { Condition } of denied) {
          expect(Condition).to.deep.equal({
            ArnEquals: {
              "lambda:SourceFunctionArn": `arn:aws:lambda:${REGION}:${HUB}:function:aws-panos-prod`,
            },
          });
        }
      });

      it("let nobody in without naming who, or a condition that does", () => {
        for (const { Principal, Condition, where, Sid } of allowed(statements)) {
          if (Principal === undefined) continue;
          if (Principal === "*") {
            expect(Condition, where).to.deep.equal({
              StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
              "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-a1b2/*"] },
            });
            continue;
          }
          const { Service, AWS } = Principal as { Service?: string; AWS?: unknown };
          if (Service !== undefined) {
            expect(Service, where).to.match(
              /^(events|sns|cloudwatch|scheduler|lambda|codebuild)\.amazonaws\.com$/,
            );
            const isLambdasRole = Service === "lambda.amazonaws.com" && Sid === "TakenOnByTheService";
            // A service is let in for one of our resources or this account only.
            if (!isLambdasRole) expect(JSON.stringify(Condition), where).to.match(/aws:Source(Arn|Account)/);
          } else {
            expect(JSON.stringify(AWS), where).to.match(/\d{12}:root|hubAccount|AWS::Partition/);
          }
        }
      });

      it("refuse whoever has no TLS, at the queues, the topic and a bucket of ours", () => {
        const guarded = resources.filter(({ type }) => /:(QueuePolicy|TopicPolicy|BucketPolicy)$/.test(type));
        expect(guarded.length).to.be.at.least(3);
        for (const { type, name } of guarded) {
          const where = `${type.split(":")[2]} ${name}`;
          const refusals = statements.filter((each) => each.where === where && each.Effect === "Deny");
          expect(
            refusals.map(({ Condition }) => Condition),
            where,
          ).to.deep.equal([{ Bool: { "aws:SecureTransport": "false" } }]);
        }
      });
    });
  }

  it("are these for the function, and no others", async () => {
    const { statements } = await deployed();
    const own = statements.filter(({ where }) => where === "RolePolicy function");
    const state = "arn:aws:s3:::state-1a2b3c4";
    const queue = (name: string) => `arn:aws:sqs:${REGION}:${HUB}:queue/${name}-1a2b3c4`;
    expect(
      own.map(({ Sid, Action, Resource }) => [Sid, Action.join(" "), list(Resource).join(" ")]),
    ).to.deep.equal([
      ["KeepTheLedger", "s3:GetObject s3:PutObject s3:DeleteObject", `${state}/aws-panos-trigger/prod/*`],
      ["SeeWhatIsThere", "s3:ListBucket", state],
      [
        "TakeAndPostponeChanges",
        "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:SendMessage",
        queue("changes"),
      ],
      ["SetAsideTheIllegible", "sqs:SendMessage", queue("dead-letters")],
      ["TellAPerson", "sns:Publish", `arn:aws:sns:${REGION}:${HUB}:topic/alarms-1a2b3c4`],
      [
        "TellAPersonEncrypted",
        "kms:Decrypt kms:GenerateDataKey",
        `arn:aws:kms:${REGION}:${HUB}:key/alarms-1a2b3c4`,
      ],
      [
        "ReadTheInventory",
        [
          "ec2:DescribeInstances ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups",
          "ec2:DescribeSecurityGroupRules ec2:DescribeRouteTables ec2:DescribeSubnets ec2:DescribeVpcs",
          "ec2:DescribeManagedPrefixLists ec2:GetManagedPrefixListEntries",
          "ec2:DescribeVpcPeeringConnections ec2:DescribeSecurityGroupVpcAssociations",
          "ec2:DescribeTransitGatewayAttachments ec2:DescribeTransitGatewayVpcAttachments",
          "ec2:DescribeTransitGatewayRouteTables ec2:SearchTransitGatewayRoutes",
          "ec2:DescribeVpcEndpoints ec2:DescribeVpcEndpointServiceConfigurations",
        ].join(" "),
        "*",
      ],
      ["KeepTheState", "s3:GetObject s3:PutObject s3:DeleteObject", `${state}/.pulumi/*`],
      [
        "ReadTheRunsSecrets",
        "secretsmanager:GetSecretValue",
        `arn:aws:secretsmanager:${REGION}:${HUB}:secret/PULUMI_CONFIG_PASSPHRASE-1a2b3c4`,
      ],
      [
        "WriteItsOwnLog",
        "logs:CreateLogStream logs:PutLogEvents",
        `arn:aws:cloudwatch:${REGION}:${HUB}:loggroup//aws/lambda/aws-panos-prod:*`,
      ],
    ]);
  });

  it("of the function that starts builds don't reach EC2, the state, secrets or other accounts", async () => {
    const { statements } = await deployed({
      runner: "codebuild",
      members: { accounts: ["111122223333"] },
    });
    const own = statements.filter(({ where }) => where === "RolePolicy function");
    expect(own.find(({ Sid }) => Sid === "StartRunsAndSeeHowTheyEnd")).to.deep.include({
      Action: ["codebuild:StartBuild", "codebuild:BatchGetBuilds"],
      Resource: `arn:aws:codebuild:${REGION}:${HUB}:project/aws-panos-prod`,
    });
    // The one key that it may use is that of what it tells people.
    const others = own.filter(({ Sid }) => Sid !== "TellAPersonEncrypted");
    expect(actions(others).filter((action) => /^(ec2|sts|secretsmanager|kms):/.test(action))).to.deep.equal(
      [],
    );
    expect(own.map(({ Sid }) => Sid)).not.to.include("KeepTheState");
    const ofBuild = statements.filter(({ where }) => where === "RolePolicy build");
    expect(ofBuild.map(({ Sid }) => Sid)).to.include.members(["ReadTheInventory", "ReadTheOtherAccounts"]);
    // Builds take no messages.
    expect(actions(ofBuild).filter((action) => /^(sqs|codebuild):/.test(action))).to.deep.equal([]);
  });

  it("reach the roles of other accounts that are configured, and no others", async () => {
    const role = "arn:aws:iam::999900001111:role/panos-reader";
    const { statements } = await deployed(
      { members: { accounts: ["111122223333"] } },
      {},
      {
        config: { "panos:hostname": "10.0.0.10", "aws-panos-rules:accounts": [{ role }, {}] },
      },
    );
    expect(statements.find(({ Sid }) => Sid === "ReadTheOtherAccounts")?.Resource).to.deep.equal([
      role,
      "arn:aws:iam::111122223333:role/aws-panos-reader",
    ]);
  });

  it("reach the trail's files of the configured accounts, and no others", async () => {
    const resource = async (variant: string) => {
      const { statements } = await deployedVariant(variant);
      return statements.find(({ Sid }) => Sid === "ReadTheTrailsFiles")?.Resource;
    };
    expect(await resource("CloudTrail's files by EventBridge")).to.deep.equal([
      "arn:aws:s3:::my-trail/AWSLogs/111122223333/CloudTrail/*",
      `arn:aws:s3:::my-trail/AWSLogs/${HUB}/CloudTrail/*`,
    ]);
    expect(await resource("CloudTrail's files by SNS")).to.deep.equal([
      "arn:aws:s3:::my-trail/trails/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/*",
    ]);
  });

  it("reach a firewall's key by its name, with the six characters that Secrets Manager adds", async () => {
    const { statements } = await deployedVariant("AWS KMS and a key in Secrets Manager");
    expect(statements.find(({ Sid }) => Sid === "ReadTheRunsSecrets")?.Resource).to.deep.equal([
      `arn:aws:secretsmanager:${REGION}:${HUB}:secret:panos/key-??????`,
    ]);
    expect(statements.find(({ Sid }) => Sid === "ReadTheStacksSecrets")).to.deep.include({
      Action: ["kms:Decrypt", "kms:Encrypt"],
      Resource: `arn:aws:kms:${REGION}:${HUB}:key/1234abcd`,
    });
  });
});
