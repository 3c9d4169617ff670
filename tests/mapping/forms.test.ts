import { expect } from "chai";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { isAddressGroupName, isMemberTag, isRuleName } from "../../declaration/names";
import type { MappingOptions } from "../../mapping/types";
import {
  DEFAULT_ROUTES,
  GROUP,
  inventoryWith,
  networkInterface,
  policyOf,
  routeTable,
  ruleOf,
  securityGroup,
} from "./fixtures";

const EVERYWHERE = { cidrIpv4: "0.0.0.0/0" };
const HTTPS = { ...EVERYWHERE, ipProtocol: "tcp", fromPort: 443, toPort: 443 };

/** What these rules say, in short. */
function said(...args: Parameters<typeof policyOf>) {
  return policyOf(...args).rules.map(({ rule: { name, from, to, source, destination } }) => ({
    name,
    zones: `${from.join()} to ${to.join()}`,
    source,
    destination,
  }));
}

describe("egress", () => {
  const withEgress = (egress: Partial<SecurityGroupRule>[], ingress: Partial<SecurityGroupRule>[] = []) => {
    const rules = securityGroup(egress).ingress.map((rule) => ({ ...rule, id: `sgr-out${rule.id}` }));
    return { securityGroups: [{ ...securityGroup(ingress), egress: rules }] };
  };
  const BOTH: Partial<MappingOptions> = { directions: ["ingress", "egress"] };

  it("is not mirrored unless it is asked for", () => {
    expect(said([], {}, withEgress([EVERYWHERE]))).to.deep.equal([]);
  });

  it("goes from trust to untrust, under a name of its own", () => {
    expect(said([], BOTH, withEgress([{ cidrIpv4: "198.51.100.0/24" }], [HTTPS]))).to.deep.equal([
      {
        name: "aws-sg-0a1b2c3d-out-tcp-443",
        zones: "trust to untrust",
        source: ["10.0.1.10"],
        destination: ["198.51.100.0/24"],
      },
      {
        name: "aws-sg-0a1b2c3d-tcp-443",
        zones: "untrust to trust",
        source: ["0.0.0.0/0"],
        destination: ["10.0.1.10"],
      },
    ]);
  });

  it("says so where the inventory has no egress rules, and where its rules are withheld", () => {
    expect(policyOf([], BOTH).warnings.join()).to.include("has no egress rules").and.to.include(GROUP);
    const { withheld } = policyOf([], BOTH, withEgress([{ ...EVERYWHERE, ipProtocol: "0" }]));
    expect(withheld[0]?.reason).to.include("egress of protocol 0, is not opened");
  });

  it("opens no way to other instances that the firewall guards in the same zone", () => {
    const routes = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", instanceId: "i-fw" }];
    const changes = {
      ...withEgress([{ cidrIpv4: "10.0.0.0/8" }]),
      routeTables: [routeTable(routes)],
      networkInterfaces: [
        networkInterface(),
        networkInterface({ id: "eni-2", privateIpAddresses: ["10.0.2.5"], securityGroupIds: [] }),
      ],
    };
    const { rules, withheld } = policyOf([], BOTH, changes);
    expect(rules.map(({ rule }) => rule.to)).to.deep.equal([["untrust"]]);
    expect(withheld[0]?.reason).to.include("10.0.0.0/16").and.to.include("their own ingress permissions");
  });
});

describe("egress to the account's own interfaces", () => {
  it("is left to their ingress permissions, whether or not their routes lead to the firewall", () => {
    const egress = securityGroup([{ cidrIpv4: "172.16.0.0/16" }]).ingress;
    const changes: Partial<Inventory> = {
      vpcs: [
        { id: "vpc-1", cidrBlocks: ["10.0.0.0/16"], ipv6CidrBlocks: [] },
        { id: "vpc-2", cidrBlocks: ["172.16.0.0/16"], ipv6CidrBlocks: [] },
      ],
      subnets: [
        { id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1" },
        { id: "subnet-2", vpcId: "vpc-2", routeTableId: "rtb-2" },
      ],
      routeTables: [routeTable(DEFAULT_ROUTES), { id: "rtb-2", vpcId: "vpc-2", routes: [] }],
      securityGroups: [{ ...securityGroup([]), egress }],
    };
    const there = networkInterface({
      id: "eni-2",
      vpcId: "vpc-2",
      subnetId: "subnet-2",
      privateIpAddresses: ["172.16.0.5"],
      securityGroupIds: [],
    });
    const options: Partial<MappingOptions> = {
      directions: ["egress"],
      zones: { vpcs: { "vpc-2": "partner" } },
    };
    expect(said([], options, changes).map(({ zones }) => zones)).to.deep.equal(["trust to partner"]);
    const withIt = { ...changes, networkInterfaces: [networkInterface(), there] };
    expect(said([], options, withIt)).to.deep.equal([]);
    expect(policyOf([], options, withIt).withheld).to.have.length(1);
  });
});

describe("references to groups", () => {
  const routes = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", instanceId: "i-fw" }];
  const member = (changes: object) =>
    networkInterface({
      id: "eni-2",
      instanceId: "i-other",
      privateIpAddresses: ["10.0.2.20"],
      ipv6Addresses: [],
      securityGroupIds: ["sg-clients"],
      ...changes,
    });
  const account = (changes: Partial<Inventory> = {}, of: object = {}): Partial<Inventory> => ({
    complete: true,
    routeTables: [routeTable(routes)],
    networkInterfaces: [networkInterface(), member(of)],
    ...changes,
  });
  const reference = { referencedSecurityGroupId: "sg-clients" };

  it("become the private addresses of the interfaces that carry them, where they cross the firewall", () => {
    expect(said([reference], {}, account())).to.deep.equal([]);
    const [rule] = said([reference], { references: "expand" }, account());
    expect(rule?.source).to.deep.equal(["10.0.2.20"]);
    expect(
      said([reference], { references: "expand" }, account({}, { privateIpAddresses: ["10.0.3.20"] })),
    ).to.deep.equal([]);
    const foreign = { referencedSecurityGroupId: "123456789012/sg-clients" };
    expect(said([foreign], { references: "expand" }, account())[0]?.source).to.deep.equal(["10.0.2.20"]);
  });

  it("reach into another VPC only over an active peering", () => {
    const vpcs = [
      { id: "vpc-1", cidrBlocks: ["10.0.0.0/16"], ipv6CidrBlocks: [] },
      { id: "vpc-2", cidrBlocks: ["172.16.0.0/16"], ipv6CidrBlocks: [] },
    ];
    const there = { vpcId: "vpc-2", privateIpAddresses: ["172.16.0.5"] };
    const side = (vpcId: string) => ({ vpcId, cidrBlocks: [], ipv6CidrBlocks: [] });
    const peered = (status: string) => ({
      vpcs,
      vpcPeeringConnections: [{ id: "pcx-1", status, requester: side("vpc-2"), accepter: side("vpc-1") }],
    });
    const expanded = (changes: Partial<Inventory>, of: Partial<SecurityGroupRule> = {}) =>
      policyOf([{ ...reference, ...of }], { references: "expand" }, account(changes, there));
    expect(expanded(peered("active")).rules[0]?.rule.source).to.deep.equal(["172.16.0.5"]);
    expect(expanded(peered("deleted")).rules).to.deep.equal([]);
    const stale = { referencedGroup: { peeringStatus: "deleted" } };
    expect(expanded(peered("active"), stale).rules).to.deep.equal([]);
    expect(expanded({ vpcs }).withheld[0]?.reason).to.include(
      "sg-clients, whose interfaces in vpc-2 are left out",
    );
  });

  it("leave out the prefixes delegated to them, which is said of each that crosses the firewall", () => {
    const found = (of: object, references: "skip" | "expand" = "expand") => {
      const { rules, withheld } = policyOf([reference], { references }, account({}, of));
      return [rules.flatMap(({ rule }) => rule.source), withheld.map(({ reason }) => reason)] as const;
    };
    for (const prefixes of [
      { ipv4Prefixes: ["10.0.2.32/28"] },
      { ipv4Prefixes: ["10.0.2.32/28", "10.0.2.64/28"], ipv6Prefixes: ["2001:db8:1:2:a::/80"] },
    ]) {
      const [sources, reasons] = found(prefixes);
      expect(sources).to.deep.equal(["10.0.2.20"]);
      expect(reasons).to.have.length(1);
      for (const prefix of prefixes.ipv4Prefixes) expect(reasons[0]).to.include(prefix);
      // Its way doesn't lead through the firewall.
      expect(reasons[0]).not.to.include("2001:db8");
      const [alone, why] = found({ ...prefixes, privateIpAddresses: [] });
      expect(alone).to.deep.equal([]);
      expect(why.join()).to.include("10.0.2.32/28");
      expect(found(prefixes, "skip")[1].join()).not.to.include("10.0.2.32/28");
    }
    expect(found({ ipv4Prefixes: ["10.0.3.32/28"] })).to.deep.equal([["10.0.2.20"], []]);
  });

  it("may miss members of an inventory that doesn't hold every interface, which is said", () => {
    const partial = { ...account(), complete: false };
    expect(policyOf([reference], { references: "expand" }, partial).warnings.join()).to.include(
      "members of referenced groups may be missing",
    );
    expect(policyOf([reference], { references: "expand" }, account()).warnings).to.deep.equal([]);
  });
});

describe("addresses of an interface", () => {
  it("are also its delegated prefixes", () => {
    const changes = {
      networkInterfaces: [
        networkInterface({ ipv4Prefixes: ["10.0.1.32/28"], ipv6Prefixes: ["2001:db8:1:5::/80"] }),
      ],
    };
    expect(ruleOf([EVERYWHERE, { cidrIpv6: "::/0" }], {}, changes).destination).to.deep.equal([
      "10.0.1.10",
      "10.0.1.32/28",
      "2001:db8:1::10",
      "2001:db8:1:5::/80",
    ]);
    const dynamic = policyOf([EVERYWHERE], { destinations: "dynamic" }, changes);
    expect(dynamic.addressGroups[0]?.members).to.deep.equal(["10.0.1.10", "10.0.1.32/28", "2001:db8:1::10"]);
    expect(dynamic.warnings.join()).to.include("IPv6 prefixes").and.to.include("eni-1");
  });

  it("are its public ones where the firewall translates", () => {
    const publicIps = [{ privateIpAddress: "10.0.1.10", publicIp: "192.0.2.1" }];
    const changes = {
      networkInterfaces: [
        networkInterface({ publicIps }),
        networkInterface({ id: "eni-2", privateIpAddresses: ["10.0.1.11"], ipv6Addresses: [] }),
      ],
      securityGroups: [
        { ...securityGroup([EVERYWHERE, { cidrIpv6: "::/0" }]), egress: securityGroup([HTTPS]).ingress },
      ],
    };
    const options: Partial<MappingOptions> = {
      destinationAddress: "public",
      directions: ["ingress", "egress"],
    };
    const [out, into] = said([], options, changes);
    expect(into?.destination).to.deep.equal(["192.0.2.1", "2001:db8:1::10"]);
    expect(out?.source).to.deep.equal(["10.0.1.10", "10.0.1.11"]);
    expect(policyOf([], options, changes).warnings.join()).to.include("no public address: eni-2");
  });
});

describe("zones", () => {
  const two: Partial<Inventory> = {
    networkInterfaces: [
      networkInterface({ ipv6Addresses: [] }),
      networkInterface({
        id: "eni-2",
        subnetId: "subnet-2",
        privateIpAddresses: ["10.0.2.10"],
        ipv6Addresses: [],
        tags: { tier: "web" },
      }),
    ],
    subnets: [
      { id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1" },
      { id: "subnet-2", vpcId: "vpc-1", routeTableId: "rtb-1" },
    ],
  };
  const zonesOf = (zones: MappingOptions["zones"], ingress: Partial<SecurityGroupRule>[] = [HTTPS]) =>
    said(ingress, { zones: zones! }, two);

  it("split a rule whose instances are in two, and leave the usual one its name", () => {
    const rules = zonesOf({ subnets: { "subnet-2": "dmz" } });
    expect(rules.map(({ zones, destination }) => [zones, destination])).to.deep.equal([
      ["untrust to trust", ["10.0.1.10"]],
      ["untrust to dmz", ["10.0.2.10"]],
    ]);
    expect(rules[0]?.name).to.equal("aws-sg-0a1b2c3d-tcp-443");
    expect(rules[1]?.name).to.match(/^aws-sg-0a1b2c3d-tcp-443-z[0-9a-f]{8}$/);
    expect(rules.every(({ name }) => isRuleName(name))).to.equal(true);
  });

  it("keep a rule's name whatever other zones come and go", () => {
    const name = (zones: MappingOptions["zones"]) =>
      zonesOf(zones).find((rule) => rule.zones === "untrust to dmz")?.name;
    const alone = name({ subnets: { "subnet-2": "dmz" } });
    expect(alone).to.not.equal(undefined);
    expect(name({ subnets: { "subnet-1": "other", "subnet-2": "dmz" } })).to.equal(alone);
    expect(name({ vpcs: { "vpc-1": "dmz" } })).to.equal(alone);
  });

  it("are an instance's by its tags before its subnet, and by its subnet before its VPC", () => {
    const zones = { subnets: { "subnet-1": "dmz" }, vpcs: { "vpc-1": "inner" }, tags: { "tier=web": "web" } };
    expect(
      zonesOf(zones)
        .map((rule) => rule.zones)
        .sort(),
    ).to.deep.equal(["untrust to dmz", "untrust to web"]);
    expect(
      zonesOf({ ...zones, tags: { "tier=db": "web" } })
        .map((rule) => rule.zones)
        .sort(),
    ).to.deep.equal(["untrust to dmz", "untrust to inner"]);
    expect(zonesOf({ tags: { tier: "web" } }).map((rule) => rule.zones)).to.include("untrust to web");
  });

  it("split the sources that fall in two, the longest block first", () => {
    const sources = { "198.51.100.0/24": "partner", "198.51.100.128/25": "untrust" };
    const split = (cidrIpv4: string) =>
      said([{ ...HTTPS, cidrIpv4 }], { zones: { sources } }).map(({ zones, source }) => [zones, ...source]);
    expect(split("203.0.113.0/24")).to.deep.equal([["untrust to trust", "203.0.113.0/24"]]);
    expect(split("198.51.100.7/32")).to.deep.equal([["partner to trust", "198.51.100.7/32"]]);
    expect(split("198.51.100.0/24")).to.have.deep.members([
      ["partner to trust", "198.51.100.0/24"],
      ["untrust to trust", "198.51.100.128/25"],
    ]);
    expect(split("0.0.0.0/0")).to.have.deep.members([
      ["partner to trust", "198.51.100.0/24"],
      ["untrust to trust", "0.0.0.0/0"],
    ]);
  });

  it("shorten a name that they make too long, by a hash of all of it", () => {
    const nameOf = (id: string, zone: string) => {
      const rules = [{ fromPort: 10000, toPort: 65535, cidrIpv4: "203.0.113.0/24" }];
      const group = securityGroup([], {
        id,
        egress: rules.map((rule) => ({ id: "sgr-1", ipProtocol: "tcp", ...rule })),
      });
      const { rules: found, withheld } = policyOf(
        [],
        {
          ...{ directions: ["egress"], policies: [{ tag: "tier=web", profileGroup: "strict" }] },
          zones: { subnets: { "subnet-1": zone } },
        },
        {
          securityGroups: [group],
          networkInterfaces: [networkInterface({ securityGroupIds: [id] })],
          instances: [{ id: "i-1", state: "running", tags: { tier: "web" } }],
        },
      );
      expect(withheld).to.deep.equal([]);
      return found.map(({ rule }) => rule.name).join();
    };
    // An ordinary id keeps its traffic readable; one that EC2 doesn't make loses it.
    const names = [`sg-${"0123456789abcdef0"}`, `sg-${"f".repeat(39)}`].flatMap((id) => [
      nameOf(id, "dmz"),
      nameOf(id, "lab"),
    ]);
    expect(names[0]).to.match(/^aws-sg-0123456789abcdef0-out-tcp-10000-65535-h[0-9a-f]{10}$/);
    expect(names[2]).to.match(/^aws-sg-f{39}-out-h[0-9a-f]{10}$/);
    expect(new Set(names).size).to.equal(4);
    for (const name of names) expect(isRuleName(name), name).to.equal(true);
    // What fits is called as ever.
    expect(nameOf("sg-0a1b2c3d", "dmz")).to.match(/-out-tcp-10000-65535-z[0-9a-f]{8}-p[0-9a-f]{8}$/);
  });

  it("with dynamic groups and a firewall that translates name the sources by a group of its own", () => {
    const group = securityGroup([{ cidrIpv4: "203.0.113.0/24" }], {
      egress: [{ id: "sgr-9", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "203.0.113.0/24" }],
    });
    const base = inventoryWith([]);
    const publicIps = [{ privateIpAddress: "10.0.1.10", publicIp: "192.0.2.10" }];
    const { rules, addressGroups } = policyOf(
      [],
      { directions: ["ingress", "egress"], destinations: "dynamic", destinationAddress: "public" },
      {
        securityGroups: [group],
        networkInterfaces: [
          networkInterface({ publicIps }),
          networkInterface({ id: "eni-2", instanceId: "i-stopped", privateIpAddresses: ["10.0.1.99"] }),
          ...base.networkInterfaces.slice(1),
        ],
      },
    );
    const [into, out] = [`aws-abcd1234-${GROUP}`, `aws-abcd1234-${GROUP}-out`];
    expect(rules.map(({ rule: { source, destination } }) => [source, destination])).to.deep.equal([
      [[out], ["203.0.113.0/24"]],
      [["203.0.113.0/24"], [into]],
    ]);
    const v4 = (members: string[]) => members.filter((text) => !text.includes(":"));
    expect(addressGroups.map(({ group: { name }, members }) => [name, v4(members)])).to.deep.equal([
      [into, ["192.0.2.10"]],
      [out, ["10.0.1.10"]],
    ]);
    for (const { group: each, memberTag } of addressGroups) {
      expect(isAddressGroupName(each.name, "abcd1234")).to.equal(true);
      expect(isMemberTag(memberTag, "abcd1234")).to.equal(true);
    }
  });
});

describe("overrides by tag", () => {
  it("hold for groups with the tag, before the others, the first that fits before later ones", () => {
    const applications = { "tcp/9000": "plain" };
    const applicationsByTag = {
      "team=billing": { "tcp/9000": "first" },
      team: { "tcp/9000": "second", "tcp/443": null },
    };
    const ofTags = (tags: Record<string, string>, port = 9000) =>
      ruleOf(
        [],
        { applications, applicationsByTag },
        {
          securityGroups: [securityGroup([{ ...HTTPS, fromPort: port, toPort: port }], { tags })],
        },
      ).application;
    expect(ofTags({})).to.deep.equal(["plain"]);
    expect(ofTags({ team: "web" })).to.deep.equal(["second"]);
    expect(ofTags({ team: "billing" })).to.deep.equal(["first"]);
    expect(ofTags({ team: "billing" }, 443)).to.deep.equal(["any"]);
    expect(ofTags({}, 443)).to.deep.equal(["ssl"]);
  });
});
