import { expect } from "chai";
import type { Inventory, NetworkInterface, Route, SecurityGroupRule, Vpc } from "../../inventory/types";
import type { MappingOptions } from "../../mapping/types";
import { PreconditionError, requireNoOverlaps } from "../../plan/preconditions";
import { GROUP, OPTIONS, inventoryWith, networkInterface, policyOf, securityGroup } from "./fixtures";

const VIA = { instanceId: "i-fw" };
const DEFAULT: Route[] = [{ destinationCidrBlock: "0.0.0.0/0", ...VIA }];

/**
 * VPC 1 with `GROUP`'s instance, and VPC 2 with another one, i-2 (172.16.1.20), each with a table of its own; a
 * second subnet of VPC 1 has i-3 (10.0.2.30).
 */
function twoVpcs(routes: { one?: Route[]; two?: Route[] } = {}): Partial<Inventory> {
  const { one = DEFAULT, two = DEFAULT } = routes;
  const base = inventoryWith([]);
  const vpc = (id: string, cidr: string): Vpc => ({ id, cidrBlocks: [cidr], ipv6CidrBlocks: [] });
  return {
    vpcs: [vpc("vpc-1", "10.0.0.0/16"), vpc("vpc-2", "172.16.0.0/16")],
    subnets: [
      { id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1", tags: {} },
      { id: "subnet-1b", vpcId: "vpc-1", routeTableId: "rtb-1", tags: {} },
      { id: "subnet-2", vpcId: "vpc-2", routeTableId: "rtb-2", tags: {} },
    ],
    routeTables: [
      { id: "rtb-1", vpcId: "vpc-1", routes: one },
      { id: "rtb-2", vpcId: "vpc-2", routes: two },
    ],
    instances: [
      { id: "i-1", state: "running", tags: {} },
      { id: "i-2", state: "running", tags: { tier: "web" } },
      { id: "i-3", state: "running", tags: { tier: "web" } },
      { id: "i-fw", state: "running", tags: {} },
    ],
    networkInterfaces: [
      ...base.networkInterfaces,
      networkInterface({
        ...{ id: "eni-2", instanceId: "i-2", vpcId: "vpc-2", subnetId: "subnet-2", ipv6Addresses: [] },
        ...{ privateIpAddresses: ["172.16.1.20"], securityGroupIds: ["sg-2"] },
      }),
      networkInterface({
        ...{ id: "eni-3", instanceId: "i-3", subnetId: "subnet-1b", ipv6Addresses: [] },
        ...{ privateIpAddresses: ["10.0.2.30"], securityGroupIds: ["sg-2"] },
      }),
    ],
  };
}

/** From which zone to which the rules of `GROUP` go, and for whom. */
function waysOf(
  ingress: Partial<SecurityGroupRule>[],
  changes: Partial<Inventory>,
  options: Partial<MappingOptions> = {},
) {
  const { rules } = policyOf(ingress, options, changes);
  return rules
    .filter(({ permission }) => permission.securityGroupId === GROUP)
    .map(({ rule: { from, to, source } }) => `${from.join()} ${source.join()} → ${to.join()}`)
    .sort();
}

describe("zones of sources", () => {
  const EAST_WEST = [...DEFAULT, { destinationCidrBlock: "10.0.2.0/24", ...VIA }];
  const tags = { zones: { tags: { "tier=web": "web" } } };

  it("follow the tags of instances as those of destinations do", () => {
    const account = twoVpcs({ one: EAST_WEST });
    expect(waysOf([{ cidrIpv4: "10.0.2.30/32" }], account, tags)).to.deep.equal(["web 10.0.2.30/32 → trust"]);
    // Who else is in the block is not in that zone.
    expect(waysOf([{ cidrIpv4: "10.0.2.0/24" }], account, tags)).to.deep.equal([
      "trust 10.0.2.0/24 → trust",
      "web 10.0.2.0/24 → trust",
    ]);
    expect(waysOf([{ cidrIpv4: "10.0.2.31/32" }], account, tags)).to.deep.equal([
      "trust 10.0.2.31/32 → trust",
    ]);
  });

  it("follow the tags of instances in other VPCs, whose block tells them", () => {
    expect(waysOf([{ cidrIpv4: "0.0.0.0/0" }], twoVpcs(), tags)).to.deep.equal([
      "trust 172.16.0.0/16 → trust",
      "untrust 0.0.0.0/0 → trust",
      "web 172.16.0.0/16 → trust",
    ]);
    expect(waysOf([{ cidrIpv4: "172.16.1.16/28" }], twoVpcs(), tags)).to.deep.equal([
      "trust 172.16.1.16/28 → trust",
      "web 172.16.1.16/28 → trust",
    ]);
  });

  it("follow the interface's subnet, also where nobody knows its block", () => {
    const zones = { zones: { subnets: { "subnet-2": "dmz" } } };
    expect(waysOf([{ cidrIpv4: "172.16.1.20/32" }], twoVpcs(), zones)).to.deep.equal([
      "dmz 172.16.1.20/32 → trust",
    ]);
  });

  it("are the other VPC's where it is behind the firewall as well, in both directions", () => {
    const changes = twoVpcs();
    expect(waysOf([{ cidrIpv4: "172.16.1.20/32" }], changes)).to.deep.equal(["trust 172.16.1.20/32 → trust"]);
    expect(waysOf([{ cidrIpv4: "172.16.0.0/16" }], changes)).to.deep.equal(["trust 172.16.0.0/16 → trust"]);
    const open = twoVpcs({ two: [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-2" }] });
    expect(waysOf([{ cidrIpv4: "172.16.1.20/32" }], open)).to.deep.equal(["untrust 172.16.1.20/32 → trust"]);
  });

  it("depend on no accident of another VPC", () => {
    const ingress = [
      { cidrIpv4: "172.16.0.0/16" },
      { cidrIpv4: "0.0.0.0/0" },
      { cidrIpv4: "172.16.1.20/32" },
    ];
    const east = { destinationCidrBlock: "172.16.4.0/24", ...VIA };
    const usual = waysOf(ingress, twoVpcs());
    const accidents: Partial<Inventory>[] = [
      twoVpcs({ two: [...DEFAULT, east] }),
      { ...twoVpcs(), instances: twoVpcs().instances!.filter(({ id }) => id !== "i-2") },
      { ...twoVpcs(), networkInterfaces: twoVpcs().networkInterfaces!.filter(({ id }) => id !== "eni-2") },
      twoVpcs({ two: [{ ...DEFAULT[0]!, state: "blackhole" }] }),
    ];
    for (const account of accidents) expect(waysOf(ingress, account)).to.deep.equal(usual);
    // Nor does a VPC that is not behind the firewall come to be so for others by a route within itself.
    const away: Route[] = [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-2" }];
    expect(waysOf(ingress, twoVpcs({ two: [...away, east] }))).to.deep.equal(
      waysOf(ingress, twoVpcs({ two: away })),
    );
  });

  it("that the configuration names by CIDR stay so, unless an interface is known there", () => {
    const sources = { "172.16.0.0/12": "partner", "172.16.1.20/32": "lab" };
    expect(waysOf([{ cidrIpv4: "172.16.1.20/32" }], twoVpcs(), { zones: { sources } })).to.deep.equal([
      "lab 172.16.1.20/32 → trust",
    ]);
    expect(waysOf([{ cidrIpv4: "172.31.0.0/16" }], twoVpcs(), { zones: { sources } })).to.deep.equal([
      "partner 172.31.0.0/16 → trust",
    ]);
  });

  it("let an isolated instance of another VPC be cut out", () => {
    const changes = twoVpcs();
    const marked = changes.instances!.map((each) =>
      each.id === "i-2" ? { ...each, tags: { SecurityStatus: "IR" } } : each,
    );
    const quarantine = { tags: { SecurityStatus: ["IR"] }, deny: false, responders: [] };
    const ways = waysOf([{ cidrIpv4: "172.16.1.20/31" }], { ...changes, instances: marked }, { quarantine });
    expect(ways).to.deep.equal(["trust 172.16.1.21/32 → trust"]);
  });
});

describe("zones of destinations beyond the firewall", () => {
  it("are those of another VPC's interfaces, whose own permissions open the way", () => {
    const group = securityGroup([], {
      egress: [{ id: "sgr-e", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "172.16.1.20/32" }],
    });
    const changes = { ...twoVpcs(), securityGroups: [group] };
    const { rules, withheld } = policyOf([], { directions: ["egress"] }, changes);
    expect(rules).to.deep.equal([]);
    expect(withheld.map(({ reason }) => reason).join()).to.include("only their own ingress permissions");
  });
});

describe("addresses that VPCs share", () => {
  const shared = () => {
    const account = twoVpcs();
    const networkInterfaces = account.networkInterfaces!.map((each) =>
      each.id === "eni-2" ? { ...each, privateIpAddresses: ["10.0.1.10"] } : each,
    );
    return { ...account, networkInterfaces };
  };

  it("are warned about, both ends by name, unless they are in different zones", () => {
    const { overlaps, warnings } = policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, shared());
    expect(overlaps).to.have.length(1);
    expect(overlaps[0])
      .to.include("vpc-1 and vpc-2")
      .and.to.include("10.0.1.10 (eni-1 in vpc-1, eni-2 in vpc-2)");
    expect(warnings).to.include.members(overlaps);
    expect(policyOf([], {}, twoVpcs()).overlaps).to.deep.equal([]);
    expect(policyOf([], { zones: { vpcs: { "vpc-2": "lab" } } }, shared()).overlaps).to.deep.equal([]);
  });

  it("are found in delegated prefixes too, and with whoever no rule leads to", () => {
    const account = twoVpcs();
    const overlapsOf = (changes: Partial<NetworkInterface>, others: Partial<Inventory> = {}) => {
      const networkInterfaces = account.networkInterfaces!.map((each) =>
        each.id === "eni-2" ? { ...each, privateIpAddresses: ["172.16.1.20"], ...changes } : each,
      );
      return policyOf([{ cidrIpv4: "0.0.0.0/0" }], {}, { ...account, networkInterfaces, ...others }).overlaps;
    };
    const isFound = (texts: string[], block: string) => {
      expect(texts).to.have.length(1);
      expect(texts[0]).to.include(`${block} (eni-1 in vpc-1, eni-2 in vpc-2)`);
    };
    isFound(overlapsOf({ ipv4Prefixes: ["10.0.1.0/28"] }), "10.0.1.0/28");
    isFound(overlapsOf({ ipv6Prefixes: ["2001:db8:1::/80"] }), "2001:db8:1::/80");
    expect(overlapsOf({ ipv4Prefixes: ["10.0.1.16/28"] })).to.deep.equal([]);
    const database = { privateIpAddresses: ["10.0.1.10"], instanceId: undefined, status: "in-use" };
    isFound(overlapsOf(database as unknown as Partial<NetworkInterface>), "10.0.1.10");
    const unused = { ...database, status: "available" };
    expect(overlapsOf(unused as unknown as Partial<NetworkInterface>)).to.deep.equal([]);
    const instances = account.instances!.filter(({ id }) => id !== "i-2");
    isFound(overlapsOf({ privateIpAddresses: ["10.0.1.10"] }, { instances }), "10.0.1.10");
    const nobody = account.instances!.filter(({ id }) => !["i-1", "i-2"].includes(id));
    expect(overlapsOf({ privateIpAddresses: ["10.0.1.10"] }, { instances: nobody })).to.deep.equal([]);
  });

  it("are an error where the configuration refuses them", () => {
    const { overlaps } = policyOf([], {}, shared());
    expect(() => requireNoOverlaps(overlaps, OPTIONS)).to.not.throw();
    const refuse = { ...OPTIONS, overlaps: "refuse" as const };
    expect(() => requireNoOverlaps(overlaps, refuse)).to.throw(
      PreconditionError,
      /overlaps is refuse: vpc-1 and vpc-2/,
    );
    expect(() => requireNoOverlaps([], refuse)).to.not.throw();
  });
});
