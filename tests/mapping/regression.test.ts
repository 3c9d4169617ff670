/** The faults of the best-known script for this job, each of which this mapping must not have. */
import { expect } from "chai";
import { networkInterface, policyOf, routeTable, ruleOf } from "./fixtures";

const EVERYWHERE = { cidrIpv4: "0.0.0.0/0" };

describe("faults of earlier scripts", () => {
  it("a range is not its last port", () => {
    const policy = policyOf([{ ...EVERYWHERE, fromPort: 8000, toPort: 8100 }]);
    expect(policy.services[0]?.port).to.equal("8000-8100");
  });

  it("a permission without ports (all protocols) does not fail", () => {
    expect(ruleOf([{ ...EVERYWHERE, ipProtocol: "-1", fromPort: -1, toPort: -1 }]).service).to.deep.equal([
      "any",
    ]);
  });

  it("IPv6 sources are not ignored", () => {
    expect(ruleOf([{ cidrIpv6: "2001:db8:ffff::/48" }]).source).to.deep.equal(["2001:db8:ffff::/48"]);
  });

  it("prefix lists are not ignored", () => {
    const prefixLists = [
      { id: "pl-1", name: "x", addressFamily: "IPv4" as const, entries: [{ cidr: "9.0.0.0/8" }] },
    ];
    expect(ruleOf([{ prefixListId: "pl-1" }], {}, { prefixLists }).source).to.deep.equal(["9.0.0.0/8"]);
  });

  it("a subnet that uses the VPC's main route table is judged by it", () => {
    const changes = {
      subnets: [{ id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-main" }],
      routeTables: [routeTable([{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }], "rtb-main")],
    };
    expect(ruleOf([EVERYWHERE], {}, changes).destination).to.deep.equal(["10.0.1.10"]);
  });

  it("routes to a network interface or an endpoint count, not only routes to an instance", () => {
    for (const target of [{ networkInterfaceId: "eni-fw2" }, { vpcEndpointId: "vpce-fw" }]) {
      const changes = { routeTables: [routeTable([{ destinationCidrBlock: "0.0.0.0/0", ...target }])] };
      const firewall = { instanceIds: [], networkInterfaceIds: ["eni-fw2"], vpcEndpointIds: ["vpce-fw"] };
      expect(ruleOf([EVERYWHERE], { firewall }, changes).destination).to.deep.equal(["10.0.1.10"]);
    }
  });

  it("a route without an IPv4 destination does not fail", () => {
    const routes = [
      { destinationPrefixListId: "pl-s3", vpcEndpointId: "vpce-s3" },
      { destinationIpv6CidrBlock: "::/0", instanceId: "i-fw" },
    ];
    expect(
      ruleOf([{ cidrIpv6: "::/0" }], {}, { routeTables: [routeTable(routes)] }).destination,
    ).to.deep.equal(["2001:db8:1::10"]);
  });

  it("secondary CIDRs of the VPC are inside it", () => {
    const vpcs = [{ id: "vpc-1", cidrBlocks: ["10.0.0.0/16", "10.9.0.0/16"], ipv6CidrBlocks: [] }];
    expect(policyOf([{ cidrIpv4: "10.9.1.0/24" }], {}, { vpcs }).rules).to.deep.equal([]);
  });

  it("an interface outside the firewalled subnets gets no rule, whatever is authorized", () => {
    const changes = {
      routeTables: [routeTable([{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }])],
    };
    expect(policyOf([EVERYWHERE], {}, changes).rules).to.deep.equal([]);
  });

  it("a stopped instance gets no rule, though its interface is still there", () => {
    const changes = { networkInterfaces: [networkInterface({ instanceId: "i-stopped" })] };
    expect(policyOf([EVERYWHERE], {}, changes).rules).to.deep.equal([]);
  });

  it("a pending instance gets its rules, since no event says that it runs", () => {
    const changes = { instances: [{ id: "i-1", state: "pending" as const }] };
    expect(policyOf([EVERYWHERE], {}, changes).rules).to.have.length(1);
  });

  it("ICMP types are not all equal", () => {
    const icmp = { ...EVERYWHERE, ipProtocol: "icmp" };
    expect(ruleOf([{ ...icmp, fromPort: 8, toPort: -1 }]).application).to.deep.equal(["ping"]);
    expect(ruleOf([{ ...icmp, fromPort: 13, toPort: -1 }]).application).to.deep.equal(["aws-abcd1234-i4-13"]);
    expect(ruleOf([{ ...icmp, fromPort: -1, toPort: -1 }]).application).to.deep.equal(["icmp", "ping"]);
  });
});
