import { expect } from "chai";
import { mapInventory } from "../../../mapping/index";
import type { MappingOptions } from "../../../mapping/types";
import { central, own, to } from "../../support/transit-network";
import { OPTIONS, networkInterface } from "../fixtures";

const FIREWALL: MappingOptions = {
  ...OPTIONS,
  firewall: { instanceIds: [], networkInterfaceIds: ["eni-fa", "eni-fb"], vpcEndpointIds: [] },
};

type Central = ReturnType<typeof central>;

/** The sources of rules by port, and what else is said. */
function mapped(
  change: (inventory: Central) => void = () => undefined,
  options: Partial<MappingOptions> = {},
) {
  const inventory = central();
  change(inventory);
  const { rules, withheld, warnings } = mapInventory(inventory, { ...FIREWALL, ...options });
  return {
    sources: Object.fromEntries(
      rules.map(({ rule }) => [/tcp-(\d+)/.exec(rule.name)?.[1] ?? "", rule.source]),
    ),
    withheld: withheld.map(({ reason }) => reason),
    isElsewhere: withheld.every((each) => each.isElsewhere === true),
    warnings,
  };
}
const ALL = { "443": ["198.51.100.0/24"], "22": ["10.2.0.0/16"], "25": ["172.16.0.0/12"] };
const table = (inventory: Central, id: string) =>
  inventory.transitGatewayRouteTables.find((each) => each.id === `tgw-rtb-${id}`)!;
const attachmentIn = (inventory: Central, name: string) =>
  inventory.transitGatewayAttachments.find(({ id }) => id === `tgw-attach-${name}`)!;

describe("what is behind the firewall by ways that are read", () => {
  it("has the rules of a VPC whose traffic a transit gateway brings to the firewall's", () => {
    expect(mapped()).to.deep.equal({ sources: ALL, withheld: [], isElsewhere: true, warnings: [] });
  });

  it("is the same as if a setting named the VPC", () => {
    const named = mapped(() => undefined, { protectedVpcs: ["vpc-a"] });
    expect(named).to.deep.equal(mapped());
    const told = (inventory: Partial<Central>) => {
      delete inventory.transitGatewayAttachments;
      delete inventory.transitGatewayRouteTables;
    };
    expect(mapped(told, { protectedVpcs: ["vpc-a", "vpc-b"] }).sources).to.deep.equal(ALL);
    expect(mapped(told).sources).to.deep.equal({});
  });

  it("is only what settings name where ways are told, and nothing is said of the others", () => {
    expect(mapped(() => undefined, { ways: "told" }).sources).to.deep.equal({});
    const named = { ways: "told", protectedVpcs: ["vpc-a"] } as const;
    expect(mapped(() => undefined, named)).to.deep.include({ sources: ALL, warnings: [] });
    const lost = (inventory: Central) => delete table(inventory, "spokes").routes;
    expect(mapped(lost, { ways: "told" }).warnings.join()).to.not.include("vpc-a");
  });

  it("is only what comes there: of what VPCs send each other directly, a permission says that it needs no rule", () => {
    const { sources, withheld, isElsewhere } = mapped((inventory) => {
      table(inventory, "spokes").routes!.push(own("a", 1), own("b", 2));
    });
    expect(sources).to.deep.equal({ "443": ALL["443"], "25": ALL["25"] });
    expect(withheld).to.have.length(1);
    expect(withheld[0]).to.include("10.2.0.0/16").and.include("a route leads them elsewhere.");
    expect(isElsewhere).to.equal(true);
  });

  it("takes a static route before a propagated one, and the longest prefix before both", () => {
    const { sources } = mapped((inventory) => {
      const direct = own("b", 2);
      table(inventory, "spokes").routes!.push(direct, to("10.2.0.0/16", "f"));
    });
    expect(sources).to.deep.equal(ALL);
    const { sources: longer } = mapped((inventory) => {
      const halves = [to("10.2.0.0/17", "b"), to("10.2.128.0/17", "b")];
      table(inventory, "spokes").routes!.push(...halves, to("10.2.0.0/16", "f"), own("a", 1));
    });
    expect(longer).to.not.have.property("22");
  });

  it("is nothing that a blackhole takes, or an attachment that is none any more", () => {
    expect(
      mapped((inventory) => (table(inventory, "spokes").routes = [to("0.0.0.0/0", undefined)])).sources,
    ).to.deep.equal({});
    for (const name of ["a", "f"]) {
      expect(
        mapped((inventory) => (attachmentIn(inventory, name).state = "deleting")).sources,
        name,
      ).to.deep.equal({});
    }
  });

  it("counts what comes in through the firewall, though it is answered by another way, and warns", () => {
    const { sources, warnings } = mapped((inventory) => {
      inventory.routeTables[0]!.routes.push({ destinationCidrBlock: "172.16.0.0/12", gatewayId: "vgw-1" });
    });
    expect(sources).to.deep.equal(ALL);
    expect(warnings.join()).to.include("172.16.0.0/12").and.include("on their way in, but route table rtb-a");
  });

  it("counts what goes out through the firewall, though it comes in by another way, and warns", () => {
    const { sources, warnings } = mapped((inventory) => {
      attachmentIn(inventory, "vpn").routeTableId = "tgw-rtb-firewall";
    });
    expect(sources).to.deep.equal(ALL);
    expect(warnings.join()).to.include("172.16.0.0/12").and.include("on their way out, but tgw-rtb-firewall");
  });

  it("warns of zones that have a firewall each without appliance mode, and of one that has none", () => {
    const off = mapped((inventory) => (attachmentIn(inventory, "f").applianceMode = false));
    expect(off.sources).to.deep.equal(ALL);
    expect(off.warnings.join()).to.include("tgw-attach-f").and.include("Turn appliance mode on");
    const past = mapped((inventory) => {
      inventory.routeTables.at(-1)!.routes = [{ destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }];
    });
    expect(past.sources).to.deep.equal(ALL);
    expect(past.warnings.join()).to.include("subnet-fb").and.include("doesn't come to the firewall in every");
    const single = mapped((inventory) => {
      attachmentIn(inventory, "f").applianceMode = false;
      inventory.subnets.at(-1)!.routeTableId = "rtb-fa";
    });
    expect(single.warnings).to.deep.equal([]);
  });

  it("keeps what a setting names though all that was read leads elsewhere, and says by which way", () => {
    const { sources, warnings } = mapped(
      (inventory) => (table(inventory, "spokes").routes = [to("0.0.0.0/0", "vpn")]),
      { protectedVpcs: ["vpc-a"] },
    );
    expect(sources).to.deep.equal(ALL);
    expect(warnings.join())
      .to.include("vpc-a counts as behind the firewall because a setting names it")
      .and.include(
        "rtb-a: 0.0.0.0/0 → tgw-1 by tgw-attach-a; tgw-rtb-spokes: 0.0.0.0/0 → vpn vpn-1 by tgw-attach-vpn",
      );
  });

  const unseen: [string, (inventory: Central) => void][] = [
    ["the table's routes were not read", (inventory) => delete table(inventory, "spokes").routes],
    [
      "another account's table is not seen",
      (inventory) => {
        delete attachmentIn(inventory, "a").routeTableId;
        inventory.transitGatewayRouteTables = [];
      },
    ],
    [
      "the firewall's VPC is another account's",
      (inventory) => {
        inventory.subnets = inventory.subnets.filter(({ vpcId }) => vpcId !== "vpc-f");
      },
    ],
    [
      "it leaves by a peering",
      (inventory) => Object.assign(attachmentIn(inventory, "f"), { resourceType: "peering" }),
    ],
    [
      "Cloud WAN leads it",
      (inventory) => {
        inventory.routeTables[0]!.routes = [
          {
            destinationCidrBlock: "0.0.0.0/0",
            coreNetworkArn: "arn:aws:networkmanager::1:core-network/core-1",
          },
        ];
        inventory.transitGatewayAttachments = [];
      },
    ],
  ];
  for (const [what, change] of unseen) {
    it(`gives no rule where ${what}, and says so; a setting that names the VPC holds without a word`, () => {
      const { sources, warnings } = mapped(change);
      expect(sources).to.deep.equal({});
      expect(warnings.filter((each) => each.includes("was not read in full"))).to.have.length(1);
      expect(warnings.join()).to.include("vpc-a").and.include("protectedVpcs");
      const named = mapped(change, { protectedVpcs: ["vpc-a"] });
      expect(named.sources).to.deep.equal(ALL);
      expect(named.warnings.filter((each) => each.includes("vpc-a"))).to.deep.equal([]);
    });
  }

  it("says of a permission that nobody knows where its packets are led", () => {
    const { sources, withheld } = mapped((inventory) => {
      inventory.routeTables[0]!.routes.push({
        destinationCidrBlock: "172.16.0.0/12",
        coreNetworkArn: "arn:aws:networkmanager::1:core-network/core-1",
      });
      attachmentIn(inventory, "vpn").routeTableId = "tgw-rtb-none";
    });
    expect(sources).to.deep.equal({ "443": ALL["443"], "22": ALL["22"] });
    expect(withheld.join()).to.include("Cloud WAN leads those of 172.16.0.0/12 was not read");
  });

  it("says so too where the source doesn't tell of transit gateways at all", () => {
    const beside = (inventory: Partial<Central>) => {
      delete inventory.transitGatewayAttachments;
      delete inventory.transitGatewayRouteTables;
      inventory.routeTables![0]!.routes = [
        { destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-fa" },
        { destinationCidrBlock: "10.0.0.0/8", transitGatewayId: "tgw-1" },
      ];
    };
    const { sources, withheld, isElsewhere, warnings } = mapped(beside);
    expect(sources).to.deep.equal({ "443": ALL["443"], "25": ALL["25"] });
    expect([withheld.length, isElsewhere]).to.deep.equal([1, true]);
    expect(withheld[0]).to.include("leads those of 10.2.0.0/16 was not read");
    // That is said where it is read, once for all.
    expect(warnings.filter((each) => each.includes("was not read in full"))).to.deep.equal([]);
    const named = mapped(beside, { ways: "told" });
    expect(named.withheld.join()).to.include("leads them elsewhere").and.not.include("was not read");
  });

  describe("with endpoints of a Gateway Load Balancer", () => {
    const SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-1";
    const ARN = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/gwy/fw/0a1b";
    /** Spoke a's traffic leaves by an endpoint of its own. */
    const distributed = (inventory: Central) => {
      inventory.routeTables[0]!.routes = [{ destinationCidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-a" }];
      inventory.gatewayLoadBalancerEndpoints = [
        { id: "vpce-a", vpcId: "vpc-a", serviceName: SERVICE },
        { id: "vpce-b", vpcId: "vpc-b", serviceName: SERVICE },
        { id: "vpce-x", vpcId: "vpc-b", serviceName: "com.amazonaws.vpce.us-east-1.vpce-svc-2" },
      ];
      inventory.endpointServices = [{ id: SERVICE, gatewayLoadBalancerArns: [ARN] }];
      inventory.networkInterfaces.push(
        networkInterface({
          ...{ id: "eni-gwlb", subnetId: "subnet-fa", vpcId: "vpc-f", privateIpAddresses: ["10.9.1.5"] },
          ...{ interfaceType: "gateway_load_balancer", description: "ELB gwy/fw/0a1b", securityGroupIds: [] },
        }),
        networkInterface({
          id: "eni-fa",
          instanceId: "i-f",
          subnetId: "subnet-fa",
          vpcId: "vpc-f",
          securityGroupIds: [],
        }),
      );
      delete inventory.networkInterfaces[1]!.instanceId;
    };
    const firewall = (vpcEndpointIds: string[], networkInterfaceIds: string[] = []) => ({
      firewall: { instanceIds: [], networkInterfaceIds, vpcEndpointIds },
    });

    /** The same without a transit gateway. */
    const alone = (inventory: Central) => {
      distributed(inventory);
      inventory.transitGatewayAttachments = [];
    };

    it("know the firewall's by another one of its service, or by the load balancer in the firewall's VPC", () => {
      expect(mapped(alone, firewall(["vpce-b"])).sources).to.deep.equal(ALL);
      expect(mapped(alone, firewall([], ["eni-fa"])).sources).to.deep.equal(ALL);
    });

    it("are those alone that a setting names where ways are told", () => {
      const told = (...ids: string[]) =>
        mapped(alone, { ...firewall(ids, ["eni-fa"]), ways: "told" }).sources;
      expect(told("vpce-b")).to.deep.equal({});
      expect(told("vpce-a")).to.deep.equal(ALL);
    });

    it("know no other", () => {
      expect(mapped(alone, firewall(["vpce-x"])).sources).to.deep.equal({});
      const other = (inventory: Central) => {
        alone(inventory);
        inventory.endpointServices![0]!.gatewayLoadBalancerArns = [`${ARN}9`];
      };
      expect(mapped(other, firewall([], ["eni-fa"])).sources).to.deep.equal({});
    });

    it("stand at the end of a way through a transit gateway, too", () => {
      const { sources } = mapped(
        (inventory) => {
          distributed(inventory);
          inventory.routeTables[0]!.routes = [
            { destinationCidrBlock: "0.0.0.0/0", transitGatewayId: "tgw-1" },
          ];
          for (const each of inventory.routeTables.slice(2)) {
            each.routes = [{ destinationCidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-b" }];
          }
        },
        firewall([], ["eni-fa"]),
      );
      expect(sources).to.deep.equal(ALL);
    });
  });
});
