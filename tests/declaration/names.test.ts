import { expect } from "chai";
import {
  addressGroupName,
  applicationName,
  isAddressGroupName,
  isApplicationName,
  isMemberTag,
  isNameableGroup,
  isRuleName,
  isServiceName,
  groupOfMemberTag,
  memberTag,
  memberTagOf,
  prefixListName,
  quarantinePartIn,
  quarantineRuleName,
  ruleNamed,
  ruleName,
  serviceName,
} from "../../declaration/names";
import { policyOf, ruleOf, securityGroup } from "../mapping/fixtures";

describe("names", () => {
  const everywhere = { cidrIpv4: "0.0.0.0/0" };
  const cases: [string, object, string][] = [
    ["a port", { ipProtocol: "tcp", fromPort: 443, toPort: 443 }, "tcp-443"],
    ["a range", { ipProtocol: "udp", fromPort: 8000, toPort: 8100 }, "udp-8000-8100"],
    ["all ports", { ipProtocol: "tcp", fromPort: 0, toPort: 65535 }, "tcp-0-65535"],
    ["all ports, the other way", { ipProtocol: "tcp", fromPort: -1, toPort: -1 }, "tcp-0-65535"],
    ["port 0", { ipProtocol: "tcp", fromPort: 0, toPort: 0 }, "tcp-0"],
    ["an ICMP type", { ipProtocol: "icmp", fromPort: 8, toPort: -1 }, "icmp-8"],
    ["an ICMP type and code", { ipProtocol: "icmp", fromPort: 8, toPort: 0 }, "icmp-8-0"],
    ["all ICMP", { ipProtocol: "icmp", fromPort: -1, toPort: -1 }, "icmp"],
    ["a protocol", { ipProtocol: "47", fromPort: -1, toPort: -1 }, "ip-47"],
    ["everything", { ipProtocol: "-1", fromPort: -1, toPort: -1 }, "all"],
  ];
  for (const [what, traffic, ending] of cases) {
    it(`say ${what} as ${ending}`, () => {
      expect(ruleOf([{ ...traffic, ...everywhere }]).name).to.equal(`aws-sg-0a1b2c3d-${ending}`);
    });
  }

  it("of all permissions are different and recognised, also next to each other", () => {
    const { rules } = policyOf([
      { ...everywhere, fromPort: 80, toPort: 80 },
      { ...everywhere, fromPort: 80, toPort: 8080 },
      { ...everywhere, fromPort: 8, toPort: 8 },
      { ...everywhere, fromPort: 80, toPort: 80, ipProtocol: "udp" },
      { ...everywhere, fromPort: 8, toPort: -1, ipProtocol: "icmp" },
      { ...everywhere, fromPort: 8, toPort: 0, ipProtocol: "icmp" },
      { ...everywhere, fromPort: -1, toPort: -1, ipProtocol: "icmp" },
      { ...everywhere, fromPort: -1, toPort: -1, ipProtocol: "-1" },
    ]);
    const names = rules.map(({ rule }) => rule.name);
    expect(new Set(names).size).to.equal(8);
    expect(names.every(isRuleName)).to.equal(true);
  });

  it("have at most 63 characters for the longest id and ports", () => {
    const group = "sg-" + "f".repeat(39);
    expect(isNameableGroup(group)).to.equal(true);
    for (const name of [ruleName(group, "tcp", "10000-65535"), ruleName(group, "icmpv6", "255-255")]) {
      expect(name.length).to.be.at.most(63);
      expect(isRuleName(name)).to.equal(true);
    }
    expect(addressGroupName("o".repeat(16), group)).to.have.length(63);
  });

  for (const id of ["sg-'] | //*", "sg-" + "f".repeat(40), "sg-", "sg-AB", "x", "sg-a/../b", "sg-a-tcp-1"]) {
    it(`never hold a group id like ${JSON.stringify(id)}: the permission is withheld`, () => {
      const { rules, withheld } = policyOf(
        [],
        {},
        {
          securityGroups: [securityGroup([everywhere], { id })],
          networkInterfaces: [
            {
              id: "eni-1",
              instanceId: "i-1",
              subnetId: "subnet-1",
              vpcId: "vpc-1",
              privateIpAddresses: ["10.0.1.10"],
              ipv6Addresses: [],
              securityGroupIds: [id],
            },
          ],
        },
      );
      expect(rules).to.deep.equal([]);
      expect(withheld.map(({ reason }) => reason).join())
        .to.include("TCP port 443")
        .and.to.include(id);
    });
  }

  it("of applications fit PAN-OS's 31 characters whatever the ownerId, and are this owner's only", () => {
    const longest = applicationName("a".repeat(16), "i6", 255, 255);
    expect(longest.length).to.equal(31);
    expect(isApplicationName(longest, "a".repeat(16))).to.equal(true);
    expect(isApplicationName(applicationName("abcd", "ip", 47), "abcd")).to.equal(true);
    expect(isApplicationName(applicationName("abcde", "i4", 3, 1), "abcd")).to.equal(false);
    expect(
      ["aws-abcd-ip-47-1", "aws-abcd-i4-", "aws-abcd-i5-1", "my-aws-abcd-i4-1"].map((name) =>
        isApplicationName(name, "abcd"),
      ),
    ).to.deep.equal([false, false, false, false]);
  });

  it("of rules are read back: the group, the direction, the protocol and its numbers", () => {
    const of = (...name: Parameters<typeof ruleName>) => ruleNamed(ruleName(...name));
    expect(of("sg-0a", "tcp", "443")).to.deep.equal({
      ...{ groupId: "sg-0a", direction: "ingress", traffic: "tcp-443", protocol: "tcp", first: 443 },
    });
    const more = { direction: "egress", zones: ["a", "b"], policy: "tier=db" } as const;
    expect(of("sg-0a", "icmp", "3-1", more)).to.deep.equal({
      ...{ groupId: "sg-0a", direction: "egress", traffic: "out-icmp-3-1" },
      ...{ protocol: "icmp", first: 3, second: 1 },
    });
    expect(of("sg-0a", "all", "")).to.deep.equal({
      ...{ groupId: "sg-0a", direction: "ingress", traffic: "all", protocol: "all" },
    });
    const long = of(`sg-${"f".repeat(39)}`, "tcp", "10000-65535", more);
    expect(long).to.include({ direction: "egress" }).and.not.to.have.property("first");
    expect(ruleNamed("aws-sg-0a-tcp-443-copy")).to.equal(undefined);
  });

  it("of rules about isolated instances say which", () => {
    expect(quarantinePartIn(quarantineRuleName("abcd", "responders"))).to.equal("responders");
    expect(quarantinePartIn(quarantineRuleName("abcd", "in"), "abcde")).to.equal(undefined);
  });

  it("recognise services of this owner only", () => {
    expect(isServiceName(serviceName("abcd", "tcp", "8000-8100"), "abcd")).to.equal(true);
    expect(isServiceName(serviceName("abcde", "tcp", "80"), "abcd")).to.equal(false);
    expect(isServiceName("aws-abcd-tcp-80x", "abcd")).to.equal(false);
  });

  it("recognise address groups and their members' tags of this owner only", () => {
    expect(isAddressGroupName(addressGroupName("abcd", "sg-0a"), "abcd")).to.equal(true);
    for (const other of [
      "aws-abcde-sg-0a",
      "aws-abcd-sg-",
      "aws-abcd-sg-0a ",
      "aws-abcd-tcp-80",
      "xaws-abcd-sg-0a",
    ]) {
      expect(isAddressGroupName(other, "abcd"), other).to.equal(false);
    }
    expect(isMemberTag(memberTag("abcd", "sg-0a"), "abcd")).to.equal(true);
    for (const marks of [[], ["tier=db"], ["tier=db", "sources"], [undefined, "sources"]]) {
      const [policy, end] = marks as [string?, "sources"?];
      const [group, tag] = [
        addressGroupName("abcd", "sg-0a", policy, end),
        memberTag("abcd", "sg-0a", policy, end),
      ];
      expect([memberTagOf(group, "abcd"), groupOfMemberTag(tag, "abcd")]).to.deep.equal([tag, group]);
    }
    expect(memberTagOf(prefixListName("abcd", "pl-1"), "abcd")).to.equal(undefined);
    for (const other of [
      "aws-panos-abcd",
      "aws-panos-abcde-sg-0a",
      "aws-panos-abcd-sg-0a-x",
      "aws-panos-hold",
    ]) {
      expect(isMemberTag(other, "abcd"), other).to.equal(false);
    }
  });
});
