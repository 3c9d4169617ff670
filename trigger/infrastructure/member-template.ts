import type { Right } from "../../guard/rights";
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
  /** Where the roles that the hub takes on are made: roles are global, so only one region's stack may. */
  roleRegion: string;
  /** The guard's role of the hub, and what its role here may do, with `${AWS::AccountId}` in ARNs. */
  guard?: { principal: string; roleName: string; rights: readonly Right[] };
}

/**
 * What CloudFormation makes in each member account and region: the rules, the role that forwards, and in one
 * region the roles that the hub reads and guards with.
 */
export function memberTemplate(member: MemberTemplate): Record<string, unknown> {
  const { guard } = member;
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
          Policies: [inline("ToTheHub", [allow("ToTheHub", ["events:PutEvents"], member.hubBusArn)])],
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
      Reader: roleOfTheHub(member, member.readerPrincipals, {
        RoleName: member.roleName,
        Description: "Reads what the firewall's rules are made from, and nothing else",
        // EC2 knows no resources for these actions.
        Policies: [inline("ReadTheInventory", [allow("ReadTheInventory", member.reads, "*")])],
      }),
      ...(guard && {
        Guard: roleOfTheHub(member, [guard.principal], {
          RoleName: guard.roleName,
          Description: "Guards security groups: undoes what the hub's policy forbids",
          Policies: [inline("GuardTheGroups", guard.rights.map(ownRight))],
        }),
      }),
    },
  };
}

/** A role that these of the hub's may take on, and nobody else. */
function roleOfTheHub(
  { hubAccount, externalId }: MemberTemplate,
  principals: readonly string[],
  properties: Record<string, unknown>,
) {
  const statement = {
    Sid: "TakenOnByTheHub",
    Effect: "Allow",
    Principal: { AWS: { "Fn::Sub": `arn:\${AWS::Partition}:iam::${hubAccount}:root` } },
    Action: ["sts:AssumeRole"],
    Condition: {
      // By condition and not as principals: IAM would tie the trust to the roles' inner ids, and a role that is
      // made anew would have lost it.
      ArnEquals: { "aws:PrincipalArn": principals },
      ...(externalId !== undefined && { StringEquals: { "sts:ExternalId": externalId } }),
    },
  };
  return {
    Type: "AWS::IAM::Role",
    Condition: "HasReader",
    Properties: {
      ...properties,
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [statement] },
    },
  };
}

/** A right in the account that the stack is in. */
function ownRight({ Sid, Action, Resource, Condition }: Right) {
  return {
    ...allow(Sid, Action, substituted(Resource)),
    ...(Condition && { Condition: substituted(Condition) }),
  };
}

/** The same, with ARNs that have the account left open as CloudFormation fills them in. */
function substituted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(substituted);
  if (typeof value === "string")
    return value.startsWith("arn:") && value.includes("${AWS::AccountId}") ? { "Fn::Sub": value } : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substituted(each)]));
}

function allow(Sid: string, Action: string[], Resource: unknown) {
  return { Sid, Effect: "Allow", Action, Resource };
}

function inline(PolicyName: string, Statement: object[]) {
  return { PolicyName, PolicyDocument: { Version: "2012-10-17", Statement } };
}
