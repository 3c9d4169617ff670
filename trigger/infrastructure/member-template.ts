import type { EventRule } from "./patterns";

/** What the members' stacks are made for. */
export interface MemberTemplate {
  rules: EventRule[];
  hubBusArn: string;
  hubAccount: string;
  /** The roles of the hub that read here. */
  readerPrincipals: string[];
  reads: string[];
  roleName: string;
  externalId: string | undefined;
  /** Where the reader role is made: roles are global, so only one region's stack may. */
  roleRegion: string;
}

/**
 * What CloudFormation makes in each member account and region: the rules, the role that forwards, and in one
 * region the role that the hub reads with.
 */
export function memberTemplate(member: MemberTemplate): Record<string, unknown> {
  const trusted = {
    // By condition and not as principals: IAM would tie the trust to the roles' inner ids, and a role that is
    // made anew would have lost it.
    ArnEquals: { "aws:PrincipalArn": member.readerPrincipals },
    ...(member.externalId !== undefined && { StringEquals: { "sts:ExternalId": member.externalId } }),
  };
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description:
      "Forwards changes in EC2 to the account that keeps a firewall in step, and lets it read them",
    Conditions: { HasReader: { "Fn::Equals": [{ Ref: "AWS::Region" }, member.roleRegion] } },
    Resources: {
      Forward: {
        Type: "AWS::IAM::Role",
        Properties: {
          Description: "Lets EventBridge forward changes in EC2",
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "TakenOnByTheService",
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: ["sts:AssumeRole"],
                Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
              },
            ],
          },
          Policies: [inline("ToTheHub", ["events:PutEvents"], member.hubBusArn)],
        },
      },
      ...Object.fromEntries(
        member.rules.map(({ name, description, pattern }) => [
          `Rule${name[0]?.toUpperCase()}${name.slice(1)}`,
          {
            Type: "AWS::Events::Rule",
            Properties: {
              Description: description,
              EventPattern: pattern,
              Targets: [{ Id: "hub", Arn: member.hubBusArn, RoleArn: { "Fn::GetAtt": ["Forward", "Arn"] } }],
            },
          },
        ]),
      ),
      Reader: {
        Type: "AWS::IAM::Role",
        Condition: "HasReader",
        Properties: {
          RoleName: member.roleName,
          Description: "Reads what the firewall's rules are made from, and nothing else",
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "TakenOnByTheHub",
                Effect: "Allow",
                Principal: { AWS: { "Fn::Sub": `arn:\${AWS::Partition}:iam::${member.hubAccount}:root` } },
                Action: ["sts:AssumeRole"],
                Condition: trusted,
              },
            ],
          },
          // EC2 knows no resources for these actions.
          Policies: [inline("ReadTheInventory", member.reads, "*")],
        },
      },
    },
  };
}

function inline(PolicyName: string, Action: string[], Resource: string) {
  const Statement = [{ Sid: PolicyName, Effect: "Allow", Action, Resource }];
  return { PolicyName, PolicyDocument: { Version: "2012-10-17", Statement } };
}
