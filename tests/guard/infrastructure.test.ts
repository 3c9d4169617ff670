import path from "node:path";
import { expect } from "chai";
import { GUARDED_CALLS } from "../../guard/event/read";
import { policyFrom } from "../../guard/policy/read";
import { guardRights } from "../../guard/rights";
import { deployed, HUB, MAIN_STACK, REGION, settingsOf } from "../support/deployed-trigger";

const POLICY = path.join(__dirname, "..", "..", "guard", "guard.example.yaml");
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
      imageUri: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos:1`,
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
      ...["RunInstances", "AttachNetworkInterface"],
    ]);
    // Tags are changed all the time: it hears of those that mark.
    expect(JSON.parse(String(one("EventRule", "marks").inputs["eventPattern"]))).to.deep.include({
      detail: {
        eventSource: ["ec2.amazonaws.com"],
        errorCode: [{ exists: false }],
        eventName: ["CreateTags", "DeleteTags"],
        requestParameters: { tagSet: { items: { key: ["SecurityStatus"] } } },
      },
    });
    const approver = JSON.parse(String(outputs["approverPolicy"])) as { Statement: object[] };
    expect(approver.Statement).to.have.length(1);
    expect(approver.Statement[0]).to.deep.include({
      Action: ["dynamodb:PutItem"],
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${aws:userid}"] } },
    });
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
      imageUri: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos:1`,
    });
    expect(of("Table")).to.have.length(1);
    const { variables } = one("Function", "guard").inputs["environment"] as {
      variables: Record<string, string>;
    };
    expect(variables["GUARD_APPROVALS"]).to.equal("s3://my-bucket/approvals/");
    expect(String(outputs["approverPolicy"])).to.include("arn:aws:s3:::my-bucket/approvals/${aws:userid}/*");
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
    const vpc = { ArnEquals: { "ec2:Vpc": [`arn:aws:ec2:${REGION}:${HUB}:vpc/vpc-01`] } };
    expect(undo.map(({ Condition }) => Condition)).to.deep.equal([
      { StringLike: { "aws:ResourceTag/guard": "on" }, ...vpc },
      { StringLike: { "aws:ResourceTag/team": "*" }, ...vpc },
    ]);
  });
});
