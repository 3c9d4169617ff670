import { expect } from "chai";
import type { NetworkInterface, SecurityGroupRule } from "../../inventory/types";
import { mapInventory } from "../../mapping/index";
import {
  DEFAULT_ROUTES,
  GROUP,
  OPTIONS,
  inventoryWith,
  networkInterface,
  policyOf,
  routeTable,
  ruleOf,
  securityGroup,
} from "./fixtures";

const EVERYWHERE = { cidrIpv4: "0.0.0.0/0" };
const ONLY_IPV4 = { routeTables: [routeTable([{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }])] };

describe("relevant ingress permissions", () => {
  it("are one rule for all CIDRs of the same protocol and ports", () => {
    const rule = ruleOf([
      { cidrIpv4: "203.0.113.0/24" },
      { cidrIpv4: "9.9.9.9/32" },
      { cidrIpv6: "2001:db8:ffff::/48" },
      { ipProtocol: "6", cidrIpv4: "198.51.100.0/24" },
    ]);
    expect(rule.source).to.deep.equal([
      "9.9.9.9/32",
      "198.51.100.0/24",
      "203.0.113.0/24",
      "2001:db8:ffff::/48",
    ]);
    expect(rule.destination).to.deep.equal(["10.0.1.10", "2001:db8:1::10"]);
  });

  it("are withheld by name where they could not be read, beside those that could", () => {
    const unreadable = { id: "sgr-9", isEgress: false, ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    const group = securityGroup([EVERYWHERE], {
      unreadableRules: [
        { ...unreadable, fault: "has 0 sources" },
        { ...unreadable, id: "sgr-8", isEgress: true, ipProtocol: "quic", fault: "no protocol" },
      ],
    });
    const policy = policyOf([], {}, { securityGroups: [group] });
    expect(policy.rules.map(({ permission }) => permission.ruleIds)).to.deep.equal([["sgr-1"]]);
    expect(policy.withheld.map(({ reason }) => reason)).to.deep.equal([
      `Security group web (${GROUP}), TCP port 443, is not opened in full: rule sgr-9 can't be read, so nothing is made of it: has 0 sources.`,
    ]);
    expect(policy.withheld[0]?.isElsewhere).to.equal(undefined);
    expect(policy.withheld[0]?.permission.ruleIds).to.deep.equal(["sgr-9"]);
    const both = policyOf([], { directions: ["ingress", "egress"] }, { securityGroups: [group] });
    expect(both.withheld.map(({ permission }) => permission.direction).sort()).to.include.members([
      "egress",
      "ingress",
    ]);
  });

  for (const [number, name] of [
    ["6", "tcp"],
    ["17", "udp"],
    ["1", "icmp"],
    ["58", "icmpv6"],
  ]) {
    it(`take protocol ${number} for ${name}`, () => {
      const all = name!.startsWith("icmp") ? { fromPort: -1, toPort: -1 } : {};
      const source = name === "icmpv6" ? { cidrIpv6: "::/0" } : EVERYWHERE;
      const other = name === "icmpv6" ? { cidrIpv6: "2001:db8:ffff::/48" } : { cidrIpv4: "9.0.0.0/8" };
      const rule = ruleOf([
        { ipProtocol: number!, ...all, ...source },
        { ipProtocol: name!, ...all, ...other },
      ]);
      expect(rule.source).to.have.length(2);
      expect(rule.name).to.include(`-${name}`);
    });
  }

  it("write each CIDR once, with its host bits cleared", () => {
    const rule = ruleOf([
      { cidrIpv4: "198.51.100.7/24" },
      { cidrIpv4: "198.51.100.0/24" },
      { cidrIpv6: "2001:DB8:FFFF::1/48" },
    ]);
    expect(rule.source).to.deep.equal(["198.51.100.0/24", "2001:db8:ffff::/48"]);
  });

  it("keep 0.0.0.0/0 and ::/0 apart, and never say any", () => {
    expect(ruleOf([EVERYWHERE])).to.deep.include({ source: ["0.0.0.0/0"], destination: ["10.0.1.10"] });
    expect(ruleOf([{ cidrIpv6: "::/0" }])).to.deep.include({
      source: ["::/0"],
      destination: ["2001:db8:1::10"],
    });
    expect(ruleOf([EVERYWHERE, { cidrIpv6: "::/0" }]).source).to.deep.equal(["0.0.0.0/0", "::/0"]);
  });

  it("drop the sources of a family that no destination has", () => {
    const rule = ruleOf([EVERYWHERE, { cidrIpv6: "::/0" }], {}, ONLY_IPV4);
    expect(rule.source).to.deep.equal(["0.0.0.0/0"]);
    expect(rule.destination).to.deep.equal(["10.0.1.10"]);
    const { rules, withheld } = policyOf([{ cidrIpv6: "::/0" }], {}, ONLY_IPV4);
    expect(rules).to.deep.equal([]);
    expect(withheld).to.have.length(1);
    expect(withheld[0])
      .to.deep.include({ isElsewhere: true })
      .and.to.have.property("reason")
      .that.includes("no interface behind the firewall that carries the group has an IPv6 address");
  });

  it("drop sources inside any CIDR of the VPC, keep what is wider", () => {
    const vpcs = [
      { id: "vpc-1", cidrBlocks: ["10.0.0.0/16", "100.64.0.0/20"], ipv6CidrBlocks: ["2001:db8:1::/56"] },
    ];
    const inside = ["10.0.0.0/16", "10.0.255.255/32", "100.64.3.0/24"].map((cidrIpv4) => ({ cidrIpv4 }));
    expect(policyOf([...inside, { cidrIpv6: "2001:db8:1:ff::/64" }], {}, { vpcs }).rules).to.deep.equal([]);
    const rule = ruleOf(
      [...inside, { cidrIpv4: "10.0.0.0/8" }, { cidrIpv4: "100.64.16.0/24" }],
      {},
      { vpcs },
    );
    expect(rule.source).to.deep.equal(["10.0.0.0/8", "100.64.16.0/24"]);
  });

  it("keep a source inside one VPC while the group is also used in another", () => {
    const rule = ruleOf(
      [{ cidrIpv4: "10.0.0.0/24" }],
      {},
      {
        vpcs: [
          { id: "vpc-1", cidrBlocks: ["10.0.0.0/16"], ipv6CidrBlocks: [] },
          { id: "vpc-2", cidrBlocks: ["172.16.0.0/16"], ipv6CidrBlocks: [] },
        ],
        subnets: [
          { id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1" },
          { id: "subnet-2", vpcId: "vpc-2", routeTableId: "rtb-2" },
        ],
        routeTables: [
          routeTable(DEFAULT_ROUTES),
          {
            ...routeTable([{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }], "rtb-2"),
            vpcId: "vpc-2",
          },
        ],
        networkInterfaces: [
          networkInterface(),
          networkInterface({
            ...{ id: "eni-2", vpcId: "vpc-2", subnetId: "subnet-2", privateIpAddresses: ["172.16.0.5"] },
          }),
        ],
      },
    );
    expect(rule).to.deep.include({ source: ["10.0.0.0/24"], from: ["trust"], to: ["trust"] });
  });

  it("drop references to groups, also of other accounts", () => {
    const references: Partial<SecurityGroupRule>[] = [
      { referencedSecurityGroupId: GROUP },
      { referencedSecurityGroupId: "123456789012/sg-99" },
    ];
    const { rules, withheld, warnings } = policyOf(references);
    expect({ rules, warnings }).to.deep.equal({ rules: [], warnings: [] });
    expect(
      withheld.map(({ reason, isElsewhere }) => [isElsewhere, /refers to (\S+), and AWS/.exec(reason)?.[1]]),
    ).to.deep.equal([
      [true, GROUP],
      [true, "123456789012/sg-99"],
    ]);
    expect(ruleOf([...references, EVERYWHERE]).description).to.equal("web (sg-0a1b2c3d): sgr-3");
  });

  it("expand prefix lists, leaving out what is inside the VPC", () => {
    const prefixLists = [
      {
        id: "pl-1",
        name: "offices",
        addressFamily: "IPv4" as const,
        entries: [{ cidr: "203.0.113.0/24" }, { cidr: "10.0.3.0/24" }, { cidr: "198.51.100.9/24" }],
      },
    ];
    const rule = ruleOf([{ prefixListId: "pl-1" }, { cidrIpv4: "203.0.113.0/24" }], {}, { prefixLists });
    expect(rule.source).to.deep.equal(["198.51.100.0/24", "203.0.113.0/24"]);
  });

  it("name a prefix list that is missing or can't be read, and open nothing for it", () => {
    const { rules, withheld } = policyOf([{ prefixListId: "pl-gone" }, EVERYWHERE]);
    expect(rules[0]?.rule.source).to.deep.equal(["0.0.0.0/0"]);
    expect(withheld.map(({ reason }) => reason)).to.deep.equal([
      "Security group web (sg-0a1b2c3d), TCP port 443, is not opened in full: rule sgr-1 names the prefix list pl-gone, which can't be seen: it was deleted, is shared no longer, or may not be read.",
    ]);
    const prefixLists = [
      { id: "pl-1", name: "x", addressFamily: "IPv4" as const, entries: [{ cidr: "any" }] },
    ];
    const broken = policyOf([{ prefixListId: "pl-1" }], {}, { prefixLists });
    expect(broken.rules).to.deep.equal([]);
    expect(broken.withheld[0]?.reason).to.include('pl-1 of rule sgr-1 has the source "any"');
  });

  it("of a group that can't be seen are nobody's to count, so it is named with those that carry it", () => {
    const carrying = (number: number, changes: Partial<NetworkInterface> = {}) =>
      networkInterface({
        ...{ id: `eni-${number}`, privateIpAddresses: [`10.0.1.${number}`], ipv6Addresses: [] },
        securityGroupIds: ["sg-0f", GROUP],
        ...changes,
      });
    const { rules, warnings } = policyOf(
      [EVERYWHERE],
      {},
      {
        networkInterfaces: [
          ...[11, 12, 13, 14, 15, 16].map((number) => carrying(number)),
          // Not behind the firewall: what it carries decides nothing.
          carrying(17, { instanceId: "i-gone", securityGroupIds: ["sg-0e"] }),
          carrying(18, { securityGroupIds: ["sg-0d"] }),
        ],
      },
    );
    expect(rules[0]?.rule.destination).to.have.length(6);
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.match(/^Security group sg-0d can't be seen, and eni-18 of i-1 carries it: /);
    expect(warnings[1]).to.match(
      /^Security group sg-0f can't be seen, and eni-11 of i-1, .*, eni-15 of i-1 and 1 more carry it: .* no rule is made of it\.$/,
    );
  });

  it("reach every address of every protected interface that carries the group", () => {
    const rule = ruleOf(
      [EVERYWHERE, { cidrIpv6: "::/0" }],
      {},
      {
        networkInterfaces: [
          networkInterface({ privateIpAddresses: ["10.0.1.10", "10.0.1.9"] }),
          networkInterface({ id: "eni-2", privateIpAddresses: ["10.0.1.100"], ipv6Addresses: [] }),
          networkInterface({
            id: "eni-3",
            privateIpAddresses: ["10.0.1.30"],
            securityGroupIds: ["sg-other"],
          }),
        ],
      },
    );
    expect(rule.destination).to.deep.equal(["10.0.1.9", "10.0.1.10", "10.0.1.100", "2001:db8:1::10"]);
  });

  it("are nothing for a group that nobody behind the firewall carries", () => {
    const { rules, withheld } = policyOf(
      [EVERYWHERE, { ipProtocol: "47", ...EVERYWHERE }],
      {},
      {
        networkInterfaces: [networkInterface({ securityGroupIds: [] })],
      },
    );
    expect([...rules, ...withheld]).to.deep.equal([]);
  });

  it("never rename a rule when a CIDR or an instance is added", () => {
    const names = (ingress: Partial<SecurityGroupRule>[], more: object = {}) =>
      policyOf(ingress, {}, more).rules.map(({ rule }) => rule.name);
    const before = names([{ cidrIpv4: "203.0.113.0/24" }]);
    expect(names([{ cidrIpv4: "1.0.0.0/8" }, { cidrIpv4: "203.0.113.0/24" }])).to.deep.equal(before);
    const another = networkInterface({ id: "eni-0", privateIpAddresses: ["10.0.0.1"] });
    expect(
      names([{ cidrIpv4: "203.0.113.0/24" }], { networkInterfaces: [another, networkInterface()] }),
    ).to.deep.equal(before);
  });

  it("map in their thousands, each to a rule of its own", () => {
    const ingress = Array.from({ length: 10_000 }, (_, index) => ({
      ...EVERYWHERE,
      fromPort: index,
      toPort: index + 1,
    }));
    const policy = mapInventory(
      inventoryWith([], {
        securityGroups: [securityGroup(ingress)],
        routeTables: [routeTable(DEFAULT_ROUTES)],
      }),
      OPTIONS,
    );
    expect(new Set(policy.rules.map(({ rule }) => rule.name)).size).to.equal(10_000);
    expect(policy.services).to.have.length(10_000);
  });

  it("map a prefix list of many entries, named by many rules", () => {
    const entries = Array.from({ length: 60_000 }, (_, index) => ({
      cidr: `9.${index >> 8}.${index & 255}.0/24`,
    }));
    const rule = ruleOf(
      [{ prefixListId: "pl-1" }, { prefixListId: "pl-1" }],
      {},
      {
        prefixLists: [{ id: "pl-1", name: "many", addressFamily: "IPv4", entries }],
      },
    );
    expect(rule.source).to.have.length(60_000);
  });
});
