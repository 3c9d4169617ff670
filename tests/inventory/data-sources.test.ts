import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { parse } from "yaml";
import type { DataSource } from "../../inventory/data-sources";
import * as sources from "../../inventory/data-sources";
import triggerPackage from "../../trigger/package.json";

type Functions = Record<string, (args?: object) => Promise<unknown>>;

/** The provider's package, which is the trigger's. */
const installed = createRequire(path.join(__dirname, "../../trigger/package.json"));
const ec2 = installed("@pulumi/aws/ec2") as Functions;
const vpc = installed("@pulumi/aws/vpc") as Functions;
const identity = installed("@pulumi/aws/getCallerIdentity") as Functions;

const filters = [{ name: "vpc-id", values: ["vpc-1"] }];
const place = { region: "eu-central-1", filters };

/** Each data source with a question, and the package's own function for it. */
const CASES: [source: unknown, question: object, own: Functions[string] | undefined][] = [
  [sources.callerIdentity, {}, identity["getCallerIdentity"]],
  [sources.instances, { ...place, instanceStateNames: ["pending"] }, ec2["getInstances"]],
  [sources.vpcs, place, ec2["getVpcs"]],
  [sources.oneVpc, { ...place, id: "vpc-1" }, ec2["getVpc"]],
  [sources.subnets, place, ec2["getSubnets"]],
  [sources.oneSubnet, { ...place, id: "subnet-1" }, ec2["getSubnet"]],
  [sources.routeTables, place, ec2["getRouteTables"]],
  [sources.oneRouteTable, { ...place, routeTableId: "rtb-1" }, ec2["getRouteTable"]],
  [sources.networkInterfaces, place, ec2["getNetworkInterfaces"]],
  [sources.oneNetworkInterface, { ...place, id: "eni-1" }, ec2["getNetworkInterface"]],
  [sources.oneSecurityGroup, place, ec2["getSecurityGroup"]],
  [sources.securityGroupRules, place, vpc["getSecurityGroupRules"]],
  [sources.oneSecurityGroupRule, { ...place, securityGroupRuleId: "sgr-1" }, vpc["getSecurityGroupRule"]],
  [sources.onePrefixList, { ...place, id: "pl-1" }, ec2["getManagedPrefixList"]],
];

describe("data sources of the AWS provider", () => {
  const asked: { token: string; inputs: object }[] = [];

  before(() =>
    pulumi.runtime.setMocks({
      call: ({ token, inputs }) => {
        asked.push({ token, inputs: inputs as object });
        return {};
      },
      newResource: () => ({ id: undefined, state: {} }),
    }),
  );

  it("are all here", () => {
    const known = Object.values(sources).filter((each) => typeof each === "object");
    expect(CASES.map(([source]) => source)).to.have.members(known);
  });

  for (const [source, question, own] of CASES) {
    const { call, what } = source as DataSource<object, unknown>;
    it(`are asked as @pulumi/aws asks: ${what}`, async () => {
      asked.length = 0;
      await call(question);
      await own?.(question);
      const [ours, theirs] = asked;
      expect(ours).to.deep.equal(theirs);
    });
  }

  it("are repeated for about a minute by default, and not for many", async () => {
    const project = parse(await readFile(path.join(__dirname, "../../Pulumi.yaml"), "utf8")) as {
      config: Record<string, { value: number }>;
    };
    expect(project.config["aws:maxRetries"]?.value).to.be.within(3, 8);
  });

  it("are those of the version that the trigger's package has", () => {
    expect(sources.AWS_PROVIDER).to.equal(triggerPackage.dependencies["@pulumi/aws"]);
  });
});
