import { expect } from "chai";
import {
  needsOf,
  reachOf,
  type Need,
  type RouteTable,
  type VpcReading,
} from "../../trigger/infrastructure/reach";
import { deployed, deployedVariant, REGION, settingsOf, VPC_ANSWERS } from "../support/deployed-trigger";

const FIREWALL = { instanceIds: ["i-0f"], networkInterfaceIds: ["eni-0f"], vpcEndpointIds: ["vpce-0f"] };
const NEEDS: Need[] = [
  { service: "ec2", what: "EC2" },
  { service: "s3", what: "S3" },
];

const table = (id: string, routes: RouteTable["routes"], subnetIds: string[] = []): RouteTable => ({
  ...{ id, routes, subnetIds },
  main: subnetIds.length === 0,
});
const everywhere = "0.0.0.0/0";

function reading(routeTables: RouteTable[], others: Partial<VpcReading> = {}): VpcReading {
  return {
    ...{ vpcId: "vpc-0a", region: REGION, subnetIds: ["subnet-0a"], routeTables },
    ...{ natGateways: [{ id: "nat-0a", subnetId: "subnet-0public" }], endpoints: [] },
    ...others,
  };
}
const ENDPOINTS: VpcReading["endpoints"] = [
  { service: "ec2", kind: "Interface", routeTableIds: [] },
  { service: "s3", kind: "Gateway", routeTableIds: ["rtb-0main"] },
];
const nat = { destination: everywhere, natGatewayId: "nat-0a" };
const internet = { destination: everywhere, otherId: "igw-0a" };

describe("the runner's way to AWS", () => {
  const problemsOf = (vpc: VpcReading, needs = NEEDS) => reachOf(vpc, needs, FIREWALL).problems;

  it("may be a NAT gateway", () => {
    const vpc = reading([table("rtb-0public", [internet], ["subnet-0public"]), table("rtb-0main", [nat])]);
    expect(reachOf(vpc, NEEDS, FIREWALL)).to.deep.equal({ problems: [], notes: [], leavesTheVpc: true });
  });

  it("may be endpoints alone, wherever the default route leads", () => {
    for (const routes of [[], [{ destination: everywhere, networkInterfaceId: "eni-0f" }]]) {
      const vpc = reading([table("rtb-0main", routes)], { endpoints: ENDPOINTS });
      expect(reachOf(vpc, NEEDS, FIREWALL)).to.deep.equal({ problems: [], notes: [], leavesTheVpc: false });
    }
  });

  it("must not lead through the firewall, whatever the route's target and halves", () => {
    const through = [
      [{ destination: everywhere, networkInterfaceId: "eni-0f" }],
      [{ destination: everywhere, instanceId: "i-0f" }],
      [{ destination: everywhere, vpcEndpointId: "vpce-0f" }],
      [
        { destination: "0.0.0.0/1", natGatewayId: "nat-0a" },
        { destination: "128.0.0.0/1", vpcEndpointId: "vpce-0f" },
      ],
    ];
    for (const routes of through) {
      const [problem = "", ...others] = problemsOf(reading([table("rtb-0main", routes)]));
      expect(others).to.deep.equal([]);
      expect(problem).to.match(/route table rtb-0main sends .* through the firewall that the runner manages/);
      expect(problem).to.include(`com.amazonaws.${REGION}.ec2, com.amazonaws.${REGION}.s3`);
    }
  });

  it("must not lead through the firewall behind the NAT gateway either", () => {
    const beyond = table(
      "rtb-0public",
      [{ destination: everywhere, vpcEndpointId: "vpce-0f" }],
      ["subnet-0public"],
    );
    const [problem = ""] = problemsOf(reading([table("rtb-0main", [nat]), beyond]));
    expect(problem).to.match(
      /route table rtb-0public sends 0\.0\.0\.0\/0 from nat-0a, .*through the firewall/,
    );
  });

  it("is missed where there is none, and where only an internet gateway is", () => {
    const [nowhere = ""] = problemsOf(reading([table("rtb-0main", [])], { endpoints: ENDPOINTS.slice(1) }));
    expect(nowhere).to.match(
      /rtb-0main of subnet-0a leads nowhere, and it needs: EC2\. It takes a NAT gateway/,
    );
    expect(nowhere).to.include(`com.amazonaws.${REGION}.ec2`);
    const [gateway = ""] = problemsOf(reading([table("rtb-0main", [internet])]));
    expect(gateway).to.match(/only leads to an internet gateway/);
  });

  it("is judged by the subnet's own route table, and by which of them a gateway endpoint serves", () => {
    const own = table("rtb-0own", [], ["subnet-0a"]);
    const vpc = reading([table("rtb-0main", [nat]), own], { endpoints: ENDPOINTS });
    const [problem = "", ...others] = problemsOf(vpc);
    expect(others).to.deep.equal([]);
    expect(problem).to.match(/rtb-0own of subnet-0a leads nowhere, and it needs: S3/);
  });

  it("is checked for each subnet", () => {
    const vpc = reading([table("rtb-0main", [nat]), table("rtb-0b", [], ["subnet-0b"])], {
      subnetIds: ["subnet-0a", "subnet-0b"],
    });
    expect(problemsOf(vpc)).to.have.length(1);
    expect(problemsOf(vpc)[0]).to.include("rtb-0b");
  });

  it("through a transit gateway can't be seen from here, and is noted", () => {
    const { problems, notes } = reachOf(
      reading([table("rtb-0main", [{ destination: everywhere, otherId: "tgw-0a" }])]),
      NEEDS,
      FIREWALL,
    );
    expect(problems).to.deep.equal([]);
    expect(notes[0]).to.match(/to tgw-0a: whether that leads to AWS/);
  });

  it("takes a NAT gateway for Pulumi Cloud and for other regions", async () => {
    const settings = await settingsOf(
      { backend: "https://api.pulumi.com" },
      {
        config: {
          "panos:hostname": "10.0.0.10",
          "aws-panos-rules:accounts": [{ regions: [REGION, "us-east-1"] }],
        },
      },
    );
    const needs = needsOf(settings, REGION);
    const [problem = ""] = problemsOf(
      reading([table("rtb-0main", [])], {
        endpoints: needs.flatMap(({ service }) =>
          service === undefined ? [] : [{ service, kind: "Interface" as const, routeTableIds: [] }],
        ),
      }),
      needs,
    );
    expect(problem).to.match(/https:\/\/api\.pulumi\.com, for the state; EC2 in us-east-1/);
    expect(problem).to.match(/It takes a NAT gateway$/);
  });

  it("is checked before anything is declared", async () => {
    const blocked = await deployed(
      { subnetIds: ["subnet-0a"] },
      {
        ...VPC_ANSWERS,
        getRouteTable: () => ({
          associations: [{ main: true }],
          routes: [{ cidrBlock: everywhere, networkInterfaceId: "eni-0f" }],
        }),
      },
    ).catch((error: unknown) => error);
    expect(blocked).to.include({ code: "OUT_OF_REACH" });
    const apart = await deployed(
      { subnetIds: ["subnet-0a", "subnet-0b"] },
      { ...VPC_ANSWERS, getSubnet: ({ id }) => ({ id, vpcId: `vpc-of-${String(id)}` }) },
    ).catch((error: unknown) => error);
    expect(apart).to.include({ code: "SEVERAL_VPCS" });
  });
});

describe("the runner's security group", () => {
  const rules = async (...args: Parameters<typeof deployed>) =>
    (await deployed(...args)).of("SecurityGroupEgressRule").map(({ inputs }) => {
      const { cidrIpv4, cidrIpv6, prefixListId, fromPort, toPort, ipProtocol } = inputs;
      expect([ipProtocol, fromPort]).to.deep.equal(["tcp", toPort]);
      return [cidrIpv4 ?? cidrIpv6 ?? prefixListId, toPort];
    });

  it("lets out to the firewall's management, and to AWS through the NAT gateway", async () => {
    expect(await rules({ subnetIds: ["subnet-0a"] }, VPC_ANSWERS)).to.have.deep.members([
      ["10.0.0.10/32", 443],
      [everywhere, 443],
    ]);
  });

  it("lets out to the VPC's own endpoints alone where these are enough", async () => {
    const answers = {
      ...VPC_ANSWERS,
      getVpcEndpoint: ({ filters }: Record<string, unknown>) =>
        JSON.stringify(filters).includes("Gateway") ? { routeTableIds: ["rtb-0main"] } : {},
    };
    expect(
      await rules({ subnetIds: ["subnet-0a"], managementCidrs: ["10.9.0.0/28"] }, answers),
    ).to.have.deep.members([
      ["10.9.0.0/28", 443],
      ["10.0.0.0/16", 443],
      ["pl-0s3", 443],
    ]);
  });

  it("is the function's, or the build's alone where that runs", async () => {
    const lambda = await deployedVariant("Lambda in a VPC");
    expect(lambda.one("Function").inputs["vpcConfig"]).to.deep.equal({
      subnetIds: ["subnet-0a"],
      securityGroupIds: ["runner-id"],
    });
    const build = await deployedVariant("CodeBuild in a VPC");
    expect(build.one("Function").inputs["vpcConfig"]).to.equal(undefined);
    expect(build.one("Project").inputs["vpcConfig"]).to.deep.equal({
      vpcId: "vpc-0a",
      subnets: ["subnet-0a"],
      securityGroupIds: ["runner-id"],
    });
  });
});
