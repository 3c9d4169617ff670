import { expect } from "chai";
import type { Route } from "../../inventory/types";
import { without } from "../inventory/seen";
import { DEFAULT_ROUTES, networkInterface, policyOf, routeTable, ruleOf, securityGroup } from "./fixtures";

const EVERYWHERE = [{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv6: "::/0" }];

describe("ways of AWS's own", () => {
  describe("VPC Lattice", () => {
    const lists = [
      "com.amazonaws.eu-central-1.vpc-lattice",
      "com.amazonaws.eu-central-1.ipv6.vpc-lattice",
    ].map((name, index) => ({
      ...{ id: `pl-0${index + 1}`, name, ownerId: "AWS" },
      addressFamily: index === 0 ? ("IPv4" as const) : ("IPv6" as const),
      entries: [{ cidr: index === 0 ? "129.224.0.0/17" : "2600:f0f0::/32" }],
    }));
    const named = lists.map(({ id }) => ({ prefixListId: id }));

    it("crosses no firewall: what a group lets in from its prefix lists alone needs no rule, and it is said", () => {
      const { rules, withheld } = policyOf(named, {}, { prefixLists: lists });
      expect(rules).to.deep.equal([]);
      expect(withheld.map(({ isElsewhere }) => isElsewhere)).to.deep.equal([true, true]);
      expect(withheld[0]!.reason).to.include(
        "needs no rule: rule sgr-1 names pl-01, the prefix list of VPC Lattice, whose traffic AWS hands over inside the VPC",
      );
    });

    it("takes nothing from a rule that is there for other sources", () => {
      const { rules, withheld } = policyOf(
        [...named, { cidrIpv4: "203.0.113.0/24" }],
        {},
        { prefixLists: lists },
      );
      expect(rules.map(({ rule }) => rule.source)).to.deep.equal([["203.0.113.0/24"]]);
      expect(withheld).to.have.length(2);
    });

    it("isn't known by a name that a customer can give, nor where the list can't be seen", () => {
      const own = lists.map((each) => ({ ...each, name: "my.vpc-lattice", ownerId: "123456789012" }));
      expect(ruleOf(named, {}, { prefixLists: own }).source).to.deep.equal([
        "129.224.0.0/17",
        "2600:f0f0::/32",
      ]);
      const { rules, withheld } = policyOf(named);
      expect(rules).to.deep.equal([]);
      expect(withheld.map(({ isElsewhere }) => isElsewhere)).to.deep.equal([undefined, undefined]);
      expect(withheld[0]!.reason).to.include("can't be seen");
    });
  });

  describe("IPv6", () => {
    const routes = (...more: Route[]) => [DEFAULT_ROUTES[0]!, DEFAULT_ROUTES[1]!, ...more];
    const eigw = { egressOnlyInternetGatewayId: "eigw-1" };

    it("leaves by an egress-only gateway past the firewall, in which nothing comes back in: IPv4 alone gets a rule", () => {
      const routeTables = [routeTable(routes({ destinationIpv6CidrBlock: "::/0", ...eigw }))];
      const { source, destination } = ruleOf(EVERYWHERE, {}, { routeTables });
      expect([source, destination]).to.deep.equal([["0.0.0.0/0"], ["10.0.1.10"]]);
    });

    it("leaves by one for some networks, which are taken from the firewall", () => {
      const some = { destinationIpv6CidrBlock: "2001:db8:99::/48", ...eigw };
      const routeTables = [routeTable([...DEFAULT_ROUTES, some])];
      const there = { cidrIpv6: "2001:db8:99:1::/64" };
      const { rules, withheld } = policyOf([there], {}, { routeTables });
      expect(rules).to.deep.equal([]);
      expect(withheld[0]!.isElsewhere).to.equal(true);
      expect(ruleOf([{ cidrIpv6: "2001:db8:98::/48" }], {}, { routeTables }).destination).to.deep.equal([
        "2001:db8:1::10",
      ]);
    });

    it("has prefixes that are delegated to a node, whose pods have their addresses in them", () => {
      const networkInterfaces = [networkInterface({ ipv6Prefixes: ["2001:db8:1:0:a::/80"] })];
      const { destination } = ruleOf(EVERYWHERE, {}, { networkInterfaces });
      expect(destination).to.deep.equal(["10.0.1.10", "2001:db8:1::10", "2001:db8:1:0:a::/80"]);
    });

    it("of a dual-stack load balancer is not translated, while its IPv4 may be", () => {
      const balancer = networkInterface({
        ...{ id: "eni-lb", description: "ELB app/web/0123456789abcdef", requesterId: "amazon-elb" },
        ...{ status: "in-use", publicIps: [{ privateIpAddress: "10.0.1.10", publicIp: "198.51.100.7" }] },
      });
      const changes = {
        networkInterfaces: [without(balancer, "instanceId")],
        securityGroups: [securityGroup(EVERYWHERE)],
      };
      const destination = (of: "private" | "public") =>
        ruleOf(EVERYWHERE, { interfaces: "all", destinationAddress: of }, changes).destination;
      expect(destination("private")).to.deep.equal(["10.0.1.10", "2001:db8:1::10"]);
      expect(destination("public")).to.deep.equal(["198.51.100.7", "2001:db8:1::10"]);
    });
  });

  it("transit gateways let no reference through that a firewall inspects, and it is said", () => {
    const other = {
      ...networkInterface(),
      id: "eni-9",
      vpcId: "vpc-9",
      subnetId: "subnet-9",
      securityGroupIds: ["sg-9"],
    };
    const way = { destinationCidrBlock: "10.9.0.0/16", transitGatewayId: "tgw-1" };
    const reasons = (ours: Route[], theirs: Route[]) =>
      policyOf(
        [{ referencedSecurityGroupId: "sg-9" }],
        { references: "expand" },
        {
          networkInterfaces: [networkInterface(), other],
          routeTables: [
            routeTable([...DEFAULT_ROUTES, ...ours]),
            { id: "rtb-9", vpcId: "vpc-9", routes: theirs },
          ],
        },
      ).withheld.map(({ reason }) => reason.replace(/^.*whose interfaces/, "").trim());
    const unconnected =
      "in vpc-9 are left out: no active peering is known between there and every VPC that this group is used in";
    expect(reasons([], [])).to.deep.equal([`${unconnected}.`]);
    expect(reasons([way], [{ ...way, transitGatewayId: "tgw-2" }])).to.deep.equal([`${unconnected}.`]);
    expect(reasons([way], [way])).to.deep.equal([
      `${unconnected}, and across a transit gateway AWS lets in by a reference only what no firewall inspects.`,
    ]);
  });
});
