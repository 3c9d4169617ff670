import { expect } from "chai";
import { CALLS } from "../../trigger/events/names";
import { accountsFrom } from "../../settings/accounts";
import { collector } from "../../settings/problems";
import { deployed, deployedVariant, HUB, REGION, VARIANTS, type Deployed } from "../support/deployed-trigger";

interface Template {
  Conditions: Record<string, unknown>;
  Resources: Record<string, { Type: string; Condition?: string; Properties: Record<string, unknown> }>;
}

const templateOf = ({ one }: Deployed) =>
  JSON.parse(String(one("StackSet").inputs["templateBody"])) as Template;
const BUS = `arn:aws:cloudwatch:${REGION}:${HUB}:eventbus/aws-panos-prod`;

describe("member accounts", () => {
  it("of a list get their stacks by the two roles of self-managed StackSets", async () => {
    const { one } = await deployedVariant("listed accounts");
    expect(one("StackSet").inputs).to.deep.include({
      permissionModel: "SELF_MANAGED",
      administrationRoleArn: `arn:aws:iam::${HUB}:role/AWSCloudFormationStackSetAdministrationRole`,
      executionRoleName: "AWSCloudFormationStackSetExecutionRole",
      capabilities: ["CAPABILITY_NAMED_IAM"],
    });
    expect(one("StackInstances").inputs).to.deep.include({
      accounts: ["111122223333", "444455556666"],
      regions: [REGION],
    });
  });

  it("of an organization get theirs by themselves, new ones too, in every region", async () => {
    const { one } = await deployedVariant("an organization");
    expect(one("StackSet").inputs).to.deep.include({
      permissionModel: "SERVICE_MANAGED",
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      callAs: "DELEGATED_ADMIN",
    });
    expect(one("StackInstances").inputs).to.deep.include({
      deploymentTargets: { organizationalUnitIds: ["r-a1b2"] },
      regions: [REGION, "us-east-1"],
      callAs: "DELEGATED_ADMIN",
    });
  });

  it("alone may send to the hub's bus", async () => {
    const { statements } = await deployedVariant("listed accounts");
    expect(statements.filter(({ where }) => where === "EventBusPolicy hub")).to.deep.equal([
      {
        ...{ where: "EventBusPolicy hub", Sid: "TheMembersForward", Effect: "Allow" },
        Principal: { AWS: ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"] },
        ...{ Action: ["events:PutEvents"], Resource: BUS },
      },
    ]);
    const organization = await deployedVariant("an organization");
    const [only, ...others] = organization.statements.filter(({ where }) => where === "EventBusPolicy hub");
    expect(others).to.deep.equal([]);
    expect(only?.Condition).to.deep.equal({
      StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
      "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-a1b2/*"] },
    });
  });

  it("of units that are named may send, and no other account of the organization", async () => {
    const units = ["ou-a1b2-11111111", "ou-a1b2-22222222"];
    const { answers, values } = VARIANTS["an organization"]!;
    const { statements } = await deployed(
      { ...values, members: { organization: "o-a1b2c3d4e5", organizationalUnits: units } },
      answers,
    );
    const [only] = statements.filter(({ where }) => where === "EventBusPolicy hub");
    expect(only?.Condition?.["ForAnyValue:StringLike"]).to.deep.equal({
      "aws:PrincipalOrgPaths": units.map((unit) => `o-a1b2c3d4e5/*/${unit}/*`),
    });
  });

  it("are heard on the bus as far as they are known, however many", async () => {
    const some = Array.from({ length: 700 }, (_, index) => String(200_000_000_000 + index));
    const { of } = await deployed({ members: { accounts: [...some, some[0]] } });
    const rules = of("EventRule").filter(({ inputs }) => inputs["eventBusName"] !== undefined);
    const byKind = new Map<string, string[]>();
    for (const { name, inputs } of rules) {
      const text = String(inputs["eventPattern"]);
      expect(text.length, name).to.be.at.most(4096);
      const { account, ...pattern } = JSON.parse(text) as { account: string[] };
      const kind = JSON.stringify(pattern);
      byKind.set(kind, [...(byKind.get(kind) ?? []), ...account]);
      expect(
        of("EventTarget").filter((each) => each.name === name),
        name,
      ).to.have.length(1);
    }
    expect(byKind.size).to.equal(2);
    for (const accounts of byKind.values()) {
      expect(accounts).to.have.length(701);
      expect(accounts).to.have.members([HUB, ...some]);
    }
  });

  it("forward the same events to the hub's bus", async () => {
    const variant = await deployedVariant("listed accounts");
    const rules = Object.values(templateOf(variant).Resources).filter(
      ({ Type }) => Type === "AWS::Events::Rule",
    );
    const patterns = rules.map(({ Properties }) => JSON.stringify(Properties["EventPattern"]));
    const onTheBus = variant.of("EventRule").filter(({ inputs }) => inputs["eventBusName"] !== undefined);
    // On the bus they count of the accounts that are known alone.
    const heard = onTheBus.map(({ inputs }) => {
      const { account, ...pattern } = JSON.parse(String(inputs["eventPattern"])) as { account: string[] };
      expect(account).to.deep.equal([HUB, "111122223333", "444455556666"]);
      return JSON.stringify(pattern);
    });
    expect(patterns).to.have.members(heard);
    expect(patterns.join()).to.include(Object.values(CALLS).flat().at(-1));
    for (const { Properties } of rules) {
      expect(Properties["Targets"]).to.deep.equal([
        { Id: "hub", Arn: BUS, RoleArn: { "Fn::GetAtt": ["Forward", "Arn"] } },
      ]);
    }
  });

  it("let the hub's runner read, and nobody else, with the external id where there is one", async () => {
    const variant = await deployedVariant("listed accounts");
    const { Resources, Conditions } = templateOf(variant);
    // A role is global: one region's stack makes it.
    expect(Resources["Reader"]?.Condition).to.equal("HasReader");
    expect(Conditions["HasReader"]).to.deep.equal({ "Fn::Equals": [{ Ref: "AWS::Region" }, REGION] });
    const ofStackSet = variant.statements.filter(({ where }) => where === "StackSet members");
    expect(ofStackSet.map(({ Sid }) => Sid)).to.have.members([
      ...["TakenOnByTheService", "ToTheHub", "TakenOnByTheHub", "ReadTheInventory"],
    ]);
    expect(ofStackSet.find(({ Sid }) => Sid === "TakenOnByTheHub")).to.deep.include({
      Principal: { AWS: { "Fn::Sub": `arn:\${AWS::Partition}:iam::${HUB}:root` } },
      Condition: {
        ArnEquals: { "aws:PrincipalArn": [`arn:aws:iam:${REGION}:${HUB}:role/function-1a2b3c4`] },
        StringEquals: { "sts:ExternalId": "x-1234" },
      },
    });
    const reads = ofStackSet.find(({ Sid }) => Sid === "ReadTheInventory")?.Action ?? [];
    expect(reads.filter((action) => !/^ec2:(Describe|Get|Search)/.test(action))).to.deep.equal([]);
  });

  it("are read by the build where builds are the runner", async () => {
    const variant = await deployed({ runner: "codebuild", members: { accounts: ["111122223333"] } });
    const trust = variant.statements.find(({ Sid }) => Sid === "TakenOnByTheHub");
    expect(trust?.Condition?.["ArnEquals"]?.["aws:PrincipalArn"]).to.deep.equal([
      `arn:aws:iam:${REGION}:${HUB}:role/build-1a2b3c4`,
    ]);
  });

  it("come out as the accounts setting that the stack takes", async () => {
    const { outputs } = await deployedVariant("an organization");
    const role = "arn:aws:iam::111122223333:role/aws-panos-reader";
    const accounts = JSON.parse(String(outputs["accounts"])) as unknown;
    // The hub itself is read with its own credentials, and what is suspended isn't.
    expect(accounts).to.deep.equal([
      { regions: [REGION, "us-east-1"] },
      { role, regions: [REGION, "us-east-1"] },
    ]);
    const { problems, report } = collector();
    expect(accountsFrom(accounts, {}, report)).to.have.length(4);
    expect(problems).to.deep.equal([]);
    const listed = await deployedVariant("listed accounts");
    expect(String(listed.outputs["accounts"])).to.include('"externalId":"x-1234"');
  });
});
