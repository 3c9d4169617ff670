import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { ATTRIBUTES } from "../../guard/approvals/read";
import { ASSOCIATION_CALLS } from "../../guard/associations";
import { GUARDED_CALLS } from "../../guard/event/read";
import { ISOLATION_CALLS } from "../../guard/isolate";
import { policyFrom } from "../../guard/policy/read";
import { guardRights } from "../../guard/rights";
import { accountsOutOfReach } from "../../trigger/infrastructure/guard-warnings";
import {
  deployed,
  deployedVariant,
  GUARD_POLICY,
  HUB,
  MAIN_STACK,
  REGION,
  settingsOf,
  VARIANTS,
  type Declared,
  type Deployed,
} from "../support/deployed-trigger";

const POLICY = path.join(__dirname, "..", "..", "guard", "guard.example.yaml");
/** So that none is built from files beside the test's policy. */
const IMAGE = { imageUri: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos:1` };
const WHERE = { partition: "aws", account: HUB, regions: [REGION] };

describe("guard: deployment", () => {
  it("has tables that can be restored, a function of its own from the image, and is seeded", async () => {
    const guard = {
      policy: POLICY,
      quarantineGroups: { "vpc-01": "sg-0a" },
      responders: [`arn:aws:iam::${HUB}:role/ir`],
    };
    const { of, one, outputs, statements } = await deployed({
      guard,
      ...IMAGE,
    });
    for (const { inputs } of of("Table")) {
      expect(inputs).to.deep.include({
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
      });
    }
    expect(one("Function", "guard").inputs).to.deep.include({
      imageUri: one("Function", "function").inputs["imageUri"],
      imageConfig: { commands: ["guard/lambda.handler"] },
    });
    expect(one("Invocation", "guard-seed").inputs["input"]).to.equal('{"guard":"refresh"}');
    const pattern = JSON.parse(String(one("EventRule", "guard").inputs["eventPattern"])) as {
      detail: { eventName: string[] };
    };
    expect(pattern.detail.eventName).to.have.members([
      ...GUARDED_CALLS,
      ...["AssociateSecurityGroupVpc", "DisassociateSecurityGroupVpc"],
      ...["RunInstances", "AttachNetworkInterface"],
    ]);
    // Tags are changed all the time: it hears of those that mark, and of calls that name no tag.
    expect(JSON.parse(String(one("EventRule", "marks").inputs["eventPattern"]))).to.deep.include({
      detail: {
        eventSource: ["ec2.amazonaws.com"],
        errorCode: [{ exists: false }, { "anything-but": { prefix: "Client." } }],
        eventName: ["CreateTags", "DeleteTags"],
        requestParameters: { tagSet: { items: { key: ["SecurityStatus", { exists: false }] } } },
      },
    });
    const approver = JSON.parse(String(outputs["approverPolicy"])) as { Statement: object[] };
    expect(approver.Statement).to.have.length(2);
    expect(approver.Statement[0]).to.deep.include({
      Action: ["dynamodb:PutItem"],
      Condition: {
        ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/approver" },
        "ForAllValues:StringEquals": {
          "dynamodb:LeadingKeys": ["role/123456789012/approver/${aws:userid}"],
          "dynamodb:Attributes": [...ATTRIBUTES],
        },
        Null: { "dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false" },
      },
    });
    expect(ATTRIBUTES).not.to.include("used");
    // The guard itself can't approve, nor change what people have written.
    const ofGuard = statements.filter(({ where }) => where === "RolePolicy guard");
    const onApprovals = ofGuard.filter(({ Resource }) => JSON.stringify(Resource).includes("approvals"));
    expect(onApprovals.flatMap(({ Action }) => Action)).to.deep.equal(["dynamodb:Scan"]);
    const denied = JSON.parse(String(outputs["editorPolicy"])) as { Statement: Record<string, unknown>[] };
    expect(denied.Statement.filter(({ Effect }) => Effect === "Deny")).to.have.length(2);
    expect(JSON.stringify(denied)).to.include('"aws:TagKeys":["env","firewall-ends"]');
    expect(String(outputs["quarantinePolicy"]))
      .to.include("aws:ResourceTag/SecurityStatus")
      .and.include("role/ir");
    // Who runs the program still writes nothing in EC2.
    const writes = statements.filter(({ Action }) =>
      Action.some((each) => /^ec2:(Auth|Revoke|ModifySec)/.test(each)),
    );
    expect(writes.every(({ where }) => where.includes("guard"))).to.equal(true);
  });

  it("keeps approvals in a bucket where that is configured, each under who made it", async () => {
    const guard = { policy: POLICY, approvals: "s3://my-bucket/approvals" };
    const { of, one, outputs } = await deployed({
      guard,
      ...IMAGE,
    });
    expect(of("Table")).to.have.length(1);
    const { variables } = one("Function", "guard").inputs["environment"] as {
      variables: Record<string, string>;
    };
    expect(variables["GUARD_APPROVALS"]).to.equal("s3://my-bucket/approvals/");
    expect(String(outputs["approverPolicy"])).to.include(
      "arn:aws:s3:::my-bucket/approvals/role/123456789012/approver/${aws:userid}/*",
    );
  });

  it("is not there unless it is configured", async () => {
    const { of, resources } = await deployed();
    expect(of("Table")).to.deep.equal([]);
    expect(resources.filter(({ name }) => name.includes("guard"))).to.deep.equal([]);
  });

  it("lets runs read approvals and records where permissions wait for them", async () => {
    const guard = { policy: "guard.yaml", table: "records", approvals: "s3://bucket/some" };
    const config = { ...MAIN_STACK.config, "aws-panos-rules:guard": guard };
    const { statements } = await deployed({}, {}, { ...MAIN_STACK, config });
    const found = (sid: string) =>
      statements.filter(({ Sid }) => Sid === sid).map(({ Resource }) => Resource);
    expect(found("ReadTheGuardsRecords")).to.deep.equal([`arn:aws:dynamodb:${REGION}:${HUB}:table/records`]);
    expect(found("ReadApprovals")).to.deep.equal(["arn:aws:s3:::bucket/some*"]);
  });

  it("refuses a policy that can't be used, and names its lines", async () => {
    const error = await settingsOf({ guard: { policy: "missing.yaml" } }).catch(
      (caught: Error) => caught.message,
    );
    expect(error).to.include("aws-panos-trigger:guard.policy can't be used");
  });
});

describe("guard: other regions and accounts", () => {
  const CALLS = [...GUARDED_CALLS, ...ASSOCIATION_CALLS, ...ISOLATION_CALLS];
  const variant = () => deployedVariant("a guard of other regions and accounts");
  const templateOf = ({ one }: Deployed) =>
    JSON.parse(String(one("StackSet").inputs["templateBody"])) as {
      Resources: Record<string, { Type: string; Condition?: string; Properties: Record<string, unknown> }>;
    };
  interface Pattern {
    detail?: { eventName?: string[] };
  }
  /** But for those on groups' tags, which are the same calls. */
  const callsOf = (patterns: unknown[]) =>
    patterns
      .filter((pattern) => !JSON.stringify(pattern ?? null).includes('"resourceId":[{"prefix":"sg-"}'))
      .flatMap((pattern) => (pattern as Pattern | undefined)?.detail?.eventName ?? [])
      .filter((call) => CALLS.some((each) => each === call))
      .sort();

  it("tell it of every call, once each, and its queue takes them from the hub's bus", async () => {
    const { values } = VARIANTS["a guard of other regions and accounts"]!;
    const others = {
      "CloudTrail's files": { source: "s3", trail: { bucket: "my-trail", accounts: [HUB] } },
      "a tag that the trigger looks at, too": { tagKeys: ["SecurityStatus"] },
    };
    const configurations = Object.entries(others).map(
      ([title, more]) => [title, deployed({ ...values, ...more })] as const,
    );
    for (const [source, deployment] of [["nothing else", variant()] as const, ...configurations]) {
      const found = await deployment;
      const rules = found.of("EventRule");
      const patternsOf = (own: (each: Declared) => boolean) =>
        rules.filter(own).map(({ inputs }) => JSON.parse(String(inputs["eventPattern"])) as unknown);
      const inMembers = Object.values(templateOf(found).Resources).map(
        ({ Properties }) => Properties["EventPattern"],
      );
      expect(callsOf(inMembers), source).to.deep.equal([...CALLS].sort());
      const elsewhere = patternsOf(({ inputs }) => inputs["region"] === "us-east-1");
      expect(callsOf(elsewhere), source).to.deep.equal([...CALLS].sort());
      for (const onBus of [undefined, "aws-panos-prod"]) {
        const own = ["guard", "marks"].map((name) => (onBus === undefined ? name : `hub-${name}`));
        const ofGuard = (each: Declared) => own.includes(each.name);
        expect(callsOf(patternsOf(ofGuard)), source).to.deep.equal([...CALLS].sort());
        for (const name of own) {
          expect(found.one("EventTarget", name).inputs["arn"]).to.match(/:queue\/guard-1a2b3c4$/);
          const lets = String(found.one("QueuePolicy", "guard").inputs["policy"]);
          expect(lets).to.include(`eventrule/${name}-1a2b3c4`);
        }
      }
    }
  });

  it("each have a role for it, which its own alone takes on, with the same rights in that account", async () => {
    const found = await variant();
    const { Guard, Reader } = templateOf(found).Resources;
    expect(Guard).to.deep.include({ Type: "AWS::IAM::Role", Condition: Reader?.Condition });
    expect(Guard?.Properties["RoleName"]).to.equal("aws-panos-reader-guard");
    const ofMembers = found.statements.filter(({ where }) => where === "StackSet members");
    const trusts = ofMembers.filter(({ Sid }) => Sid === "TakenOnByTheHub");
    expect(trusts.map(({ Condition }) => Condition)).to.deep.equal(
      ["function", "guard"].map((role) => ({
        ArnEquals: { "aws:PrincipalArn": [`arn:aws:iam:${REGION}:${HUB}:role/${role}-1a2b3c4`] },
        StringEquals: { "sts:ExternalId": "x-1234" },
      })),
    );
    const rightsIn = (account: string, where: string) =>
      guardRights(
        policyFrom(readFileSync(GUARD_POLICY, "utf8")),
        { ...WHERE, account, regions: [REGION, "us-east-1"] },
        ["sg-0a", "sg-0b"],
      ).map(({ Sid, Action, Resource, Condition }) => ({
        ...{ where, Sid, Effect: "Allow", Action, Resource },
        ...(Condition && { Condition }),
      }));
    const sids = rightsIn(HUB, "").map(({ Sid }) => Sid);
    const rightsOf = (where: string) =>
      found.statements.filter((each) => each.where === where && sids.includes(each.Sid));
    expect(rightsOf("StackSet members")).to.deep.equal(rightsIn("${AWS::AccountId}", "StackSet members"));
    expect(rightsOf("RolePolicy guard")).to.deep.equal(rightsIn(HUB, "RolePolicy guard"));
    const roles = ["111122223333", "444455556666"].map(
      (id) => `arn:aws:iam::${id}:role/aws-panos-reader-guard`,
    );
    const takes = found.statements.filter(
      ({ Action, Resource }) => Action.includes("sts:AssumeRole") && Resource,
    );
    expect(takes.filter(({ where }) => where.endsWith(" guard"))).to.deep.equal([
      {
        ...{ where: "RolePolicy guard", Sid: "GuardTheMembers", Effect: "Allow" },
        ...{ Action: ["sts:AssumeRole"], Resource: roles },
      },
    ]);
    expect(JSON.stringify(takes.filter(({ where }) => !where.endsWith(" guard")))).not.to.include("-guard");
    for (const role of roles) expect(String(found.outputs["quarantinePolicy"])).to.include(role);
    const { variables } = found.one("Function", "guard").inputs["environment"] as {
      variables: Record<string, string>;
    };
    expect(JSON.parse(variables["GUARD_REACH"] ?? "")).to.deep.equal({
      ...{ regions: [REGION, "us-east-1"], members: ["111122223333", "444455556666"] },
      ...{ memberRole: "arn:aws:iam::*:role/aws-panos-reader-guard", externalId: "x-1234" },
    });
  });

  it("may be all regions and fifty accounts, and more than one rule of each: within AWS's limits", async () => {
    const regions = Array.from({ length: 18 }, (_, index) => `ap-southeast-${index + 1}`);
    const accounts = Array.from({ length: 50 }, (_, index) => String(111100000000 + index));
    const { values } = VARIANTS["a guard of other regions and accounts"]!;
    const found = await deployed({ ...values, regions, members: { accounts } });
    // IAM counts no white space; a role's inline policies together, and a function's variables, have a limit.
    expect(String(found.one("RolePolicy", "guard").inputs["policy"]).length).to.be.below(10_240);
    const { Guard } = templateOf(found).Resources;
    expect(JSON.stringify(Guard?.Properties["Policies"]).length).to.be.below(10_240);
    expect(String(found.one("StackSet").inputs["templateBody"]).length).to.be.below(51_200);
    expect(JSON.stringify(found.one("Function", "guard").inputs["environment"]).length).to.be.below(4096);
  });

  it("have no such role without a guard, and one that changes nothing while its mode is notify", async () => {
    const without = await deployedVariant("listed accounts");
    expect(Object.keys(templateOf(without).Resources)).not.to.include("Guard");
    const { statements } = await deployed({
      ...IMAGE,
      guard: { policy: POLICY },
      members: { accounts: ["111122223333"] },
    });
    const ofGuards = statements.filter(
      ({ where }) => where === "StackSet members" || where === "RolePolicy guard",
    );
    const inEc2 = ofGuards.flatMap(({ Action }) => Action).filter((action) => action.startsWith("ec2:"));
    expect(inEc2.filter((action) => !/^ec2:(Describe|Get|Search)/.test(action))).to.deep.equal([]);
  });

  it("are named where the policy speaks of an account that it doesn't reach", () => {
    const guard = { file: "guard.yaml", policy: policyFrom(readFileSync(GUARD_POLICY, "utf8")) };
    expect(accountsOutOfReach(guard, [HUB, "111122223333"])).to.deep.equal([]);
    const [warning] = accountsOutOfReach(guard, [HUB]);
    expect(warning).to.include("guard.yaml:8 nothing names 111122223333, where the guard sees no change");
  });

  it("that are watched are those that are guarded, the trigger's own among them or not", async () => {
    const { of, one } = await deployed({ ...IMAGE, guard: { policy: POLICY }, regions: ["eu-west-1"] });
    const targets = of("EventTarget").filter(({ inputs }) => String(inputs["arn"]).includes("/guard-"));
    expect(targets.map(({ name }) => name)).to.deep.equal(["hub-guard", "hub-scope"]);
    const { variables } = one("Function", "guard").inputs["environment"] as {
      variables: Record<string, string>;
    };
    expect(JSON.parse(variables["GUARD_REACH"] ?? "")).to.deep.include({
      regions: ["eu-west-1"],
      members: [],
    });
  });
});

describe("guard: rights in EC2", () => {
  const actions = (text: string) => guardRights(policyFrom(text), WHERE, []).flatMap(({ Action }) => Action);

  it("are to look alone while the mode is notify", () => {
    expect(actions("rules: []")).to.deep.equal([
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSecurityGroupRules",
      "ec2:GetManagedPrefixListEntries",
    ]);
  });

  it("are those calls that it makes, on groups of the policy's scope", () => {
    const text = "{mode: enforce, scope: {tags: [guard=on, team], vpcs: [vpc-01]}, rules: []}";
    expect(actions(text).filter((action) => action.includes("Egress"))).to.deep.equal([]);
    const undo = guardRights(policyFrom(text), WHERE, []).filter(({ Sid }) => Sid.startsWith("Undo"));
    const vpc = {
      ArnEquals: { "ec2:Vpc": ["arn:aws:ec2:*:*:vpc/vpc-01"] },
      StringEquals: { "aws:RequestedRegion": [REGION] },
    };
    expect(undo.map(({ Condition }) => Condition)).to.deep.equal([
      { StringLike: { "aws:ResourceTag/guard": "on" }, ...vpc },
      { StringLike: { "aws:ResourceTag/team": "*" }, ...vpc },
    ]);
  });
});
