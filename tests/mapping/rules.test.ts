import { expect } from "chai";
import type { SecurityGroupRule } from "../../inventory/types";
import { applicationsOf, servicesOf } from "../../mapping/index";
import type { MappingOptions } from "../../mapping/types";
import { OPTIONS, policyOf, ruleOf } from "./fixtures";

const EVERYWHERE = { cidrIpv4: "0.0.0.0/0" };
const port = (fromPort: number, toPort = fromPort, ipProtocol = "tcp") => ({
  ...EVERYWHERE,
  ipProtocol,
  fromPort,
  toPort,
});

/** Application and service of one permission, "ssl / application-default". */
function match(traffic: Partial<SecurityGroupRule>, options: Partial<MappingOptions> = {}): string {
  const { application, service } = ruleOf([traffic], options);
  return `${application.join(" ")} / ${service.join(" ")}`;
}

describe("rules", () => {
  it("say everything that a rule has to say", () => {
    expect(ruleOf([EVERYWHERE], { profileGroup: "strict", logSetting: "to-siem" })).to.deep.equal({
      name: "aws-sg-0a1b2c3d-tcp-443",
      description: "web (sg-0a1b2c3d): sgr-1",
      tag: ["aws-panos-abcd1234"],
      from: ["untrust"],
      to: ["trust"],
      source: ["0.0.0.0/0"],
      destination: ["10.0.1.10"],
      application: ["ssl"],
      service: ["application-default"],
      action: "allow",
      profileGroup: "strict",
      logSetting: "to-siem",
    });
    expect(ruleOf([EVERYWHERE])).to.not.have.any.keys("profileGroup", "logSetting");
  });

  const byPort: [number, string, string][] = [
    [22, "tcp", "ssh / application-default"],
    [25, "tcp", "smtp / aws-abcd1234-tcp-25"],
    [53, "tcp", "dns / aws-abcd1234-tcp-53"],
    [53, "udp", "dns / aws-abcd1234-udp-53"],
    [80, "tcp", "web-browsing / aws-abcd1234-tcp-80"],
    [110, "tcp", "pop3 / aws-abcd1234-tcp-110"],
    [143, "tcp", "imap / aws-abcd1234-tcp-143"],
    [389, "tcp", "ldap / aws-abcd1234-tcp-389"],
    [443, "tcp", "ssl / application-default"],
    [636, "tcp", "ldap / aws-abcd1234-tcp-636"],
    [1521, "tcp", "oracle / application-default"],
    [3306, "tcp", "mysql / application-default"],
    [3389, "tcp", "ms-rdp / aws-abcd1234-tcp-3389"],
    [5439, "tcp", "any / aws-abcd1234-tcp-5439"],
    [8443, "tcp", "any / aws-abcd1234-tcp-8443"],
    [443, "udp", "any / aws-abcd1234-udp-443"],
    [22, "udp", "any / aws-abcd1234-udp-22"],
  ];
  for (const [number, protocol, expected] of byPort) {
    it(`say ${protocol} port ${number} as ${expected}`, () => {
      expect(match(port(number, number, protocol))).to.equal(expected);
    });
  }

  it("say every range by a service, also one that holds well-known ports", () => {
    expect(match(port(20, 25))).to.equal("any / aws-abcd1234-tcp-20-25");
    expect(match(port(0, 65535))).to.equal("any / aws-abcd1234-tcp-0-65535");
  });

  it("say all protocols as any application on any service", () => {
    expect(match({ ...EVERYWHERE, ipProtocol: "-1", fromPort: -1, toPort: -1 })).to.equal("any / any");
  });

  it("say any application on a service in service mode, and ICMP still by application", () => {
    expect(match(port(22), { ruleMode: "service" })).to.equal("any / aws-abcd1234-tcp-22");
    expect(match(port(8, -1, "icmp"), { ruleMode: "service" })).to.equal("ping / application-default");
    const applications = { "tcp/22": "ssh" };
    expect(match(port(22), { ruleMode: "service", applications })).to.equal("any / aws-abcd1234-tcp-22");
  });

  it("follow overrides, with application-default only where it is known to be no wider", () => {
    const applications = {
      "tcp/8443": "ssl",
      "tcp/22": null,
      "tcp/9000": "in-house",
      "tcp/20-25": "ssh",
      "tcp/23": "ping",
    };
    expect(match(port(8443), { applications })).to.equal("ssl / aws-abcd1234-tcp-8443");
    expect(match(port(22), { applications })).to.equal("any / aws-abcd1234-tcp-22");
    expect(match(port(9000), { applications })).to.equal("in-house / aws-abcd1234-tcp-9000");
    expect(match(port(20, 25), { applications })).to.equal("ssh / application-default");
    expect(match(port(23), { applications })).to.equal("ping / aws-abcd1234-tcp-23");
    expect(match(port(443), { applications })).to.equal("ssl / application-default");
  });

  const icmp: [string, Partial<SecurityGroupRule>, string][] = [
    ["an echo request", port(8, -1, "icmp"), "ping / application-default"],
    ["an echo request, code 0", port(8, 0, "icmp"), "ping / application-default"],
    ["all ICMP", port(-1, -1, "icmp"), "icmp ping / application-default"],
    [
      "an ICMPv6 echo request",
      { ...port(128, -1, "icmpv6"), cidrIpv6: "::/0" },
      "ping6 / application-default",
    ],
    ["another ICMP type and code", port(3, 1, "icmp"), "aws-abcd1234-i4-3-1 / application-default"],
    ["an ICMP type", port(0, -1, "icmp"), "aws-abcd1234-i4-0 / application-default"],
    [
      "an ICMPv6 type",
      { ...port(1, 4, "58"), cidrIpv6: "::/0" },
      "aws-abcd1234-i6-1-4 / application-default",
    ],
    ["ICMPv6's echo request as ICMP", port(128, -1, "icmp"), "aws-abcd1234-i4-128 / application-default"],
    ["another protocol", port(-1, -1, "47"), "aws-abcd1234-ip-47 / application-default"],
    ["all ICMPv6", { ...port(-1, -1, "58"), cidrIpv6: "::/0" }, "ipv6-icmp ping6 / application-default"],
  ];
  for (const [what, { cidrIpv6, ...traffic }, expected] of icmp) {
    it(`say ${what} as ${expected}`, () => {
      const source = cidrIpv6 === undefined ? {} : { cidrIpv6 };
      if (cidrIpv6 !== undefined) delete traffic.cidrIpv4;
      expect(match({ ...traffic, ...source })).to.equal(expected);
    });
  }

  const withheld: [string, Partial<SecurityGroupRule>, string][] = [
    ["a protocol that PAN-OS has no number for", port(-1, -1, "0"), "protocol 0"],
    ["a protocol beyond 255", port(-1, -1, "256"), "protocol 256"],
    ["an ICMP type beyond 255", port(256, -1, "icmp"), "ICMP type 256"],
    ["a protocol by an unknown name", port(-1, -1, "constructor"), "protocol constructor"],
    ["ports the wrong way round", port(443, 80), "TCP ports 443 to 80"],
    ["ports beyond 65535", port(65535, 65536), "TCP ports 65535 to 65536"],
  ];
  for (const [what, traffic, words] of withheld) {
    it(`withhold ${what}, and say so`, () => {
      const policy = policyOf([traffic]);
      expect(policy.rules).to.deep.equal([]);
      expect(policy.withheld).to.have.length(1);
      expect(policy.withheld[0]!.reason).to.match(
        /^Security group web \(sg-0a1b2c3d\), .* is not opened: .*\.$/,
      );
      expect(policy.withheld[0]!.reason).to.include(words);
      expect(policy.withheld[0]!.permission.ruleIds).to.deep.equal(["sgr-1"]);
    });
  }

  it("take ICMP for IPv4's and ICMPv6 for IPv6's, and name what that leaves out", () => {
    const { rules, withheld: left } = policyOf([
      port(-1, -1, "icmp"),
      { ...port(-1, -1, "icmp"), cidrIpv4: undefined as never, cidrIpv6: "::/0" },
    ]);
    expect(rules).to.have.length(1);
    expect(rules[0]!.rule).to.deep.include({ source: ["0.0.0.0/0"], destination: ["10.0.1.10"] });
    expect(left[0]?.reason).to.include("rule sgr-2 has IPv6 sources");
    expect(policyOf([port(-1, -1, "icmpv6")]).withheld[0]?.reason).to.include("rule sgr-1 has IPv4 sources");
  });

  it("declare each application of ours once, with what identifies it", () => {
    const policy = policyOf([
      port(3, 1, "icmp"),
      { ...port(3, 1, "icmp"), cidrIpv4: "9.0.0.0/8" },
      port(5, -1, "icmp"),
      { ...port(1, 4, "icmpv6"), cidrIpv4: undefined as never, cidrIpv6: "::/0" },
      port(-1, -1, "47"),
      port(443),
    ]);
    expect(policy.applications).to.deep.equal([
      {
        name: "aws-abcd1234-i4-3-1",
        description: "aws-panos-abcd1234: ICMP type 3 code 1",
        identifiedBy: "icmp-type",
        number: 3,
        code: 1,
      },
      {
        name: "aws-abcd1234-i4-5",
        description: "aws-panos-abcd1234: ICMP type 5",
        identifiedBy: "icmp-type",
        number: 5,
      },
      {
        name: "aws-abcd1234-i6-1-4",
        description: "aws-panos-abcd1234: ICMPv6 type 1 code 4",
        identifiedBy: "icmp6-type",
        number: 1,
        code: 4,
      },
      {
        name: "aws-abcd1234-ip-47",
        description: "aws-panos-abcd1234: protocol 47",
        identifiedBy: "ip-protocol",
        number: 47,
      },
    ]);
    const kept = policy.rules.filter(({ rule }) => rule.name.endsWith("-47"));
    expect(applicationsOf(kept, OPTIONS.ownerId).map(({ name }) => name)).to.deep.equal([
      "aws-abcd1234-ip-47",
    ]);
  });

  it("name with wider ICMP traffic the applications of ours inside it, which may take its packets", () => {
    const { rules } = policyOf([
      port(3, 1, "icmp"),
      port(3, -1, "icmp"),
      port(5, -1, "icmp"),
      port(-1, -1, "icmp"),
      { ...port(3, 1, "icmpv6"), cidrIpv4: undefined as never, cidrIpv6: "::/0" },
    ]);
    const named = Object.fromEntries(rules.map(({ rule }) => [rule.name.slice(16), rule.application]));
    const [exact, type, other] = ["aws-abcd1234-i4-3-1", "aws-abcd1234-i4-3", "aws-abcd1234-i4-5"];
    expect(named).to.deep.equal({
      "icmp-3-1": [exact],
      "icmp-3": [type, exact],
      "icmp-5": [other],
      icmp: ["icmp", "ping", type, exact, other],
      "icmpv6-3-1": ["aws-abcd1234-i6-3-1"],
    });
  });

  it("share service objects, and need only those of the rules that are kept", () => {
    const policy = policyOf([
      port(8000, 8100),
      port(8443),
      port(443),
      { ...port(8443), cidrIpv4: "9.0.0.0/8" },
    ]);
    expect(policy.services).to.deep.equal([
      { name: "aws-abcd1234-tcp-8000-8100", protocol: "tcp", port: "8000-8100", tag: ["aws-panos-abcd1234"] },
      { name: "aws-abcd1234-tcp-8443", protocol: "tcp", port: "8443", tag: ["aws-panos-abcd1234"] },
    ]);
    const kept = policy.rules.filter(({ rule }) => rule.name.endsWith("8443"));
    expect(servicesOf(kept, OPTIONS.ownerId).map(({ name }) => name)).to.deep.equal([
      "aws-abcd1234-tcp-8443",
    ]);
    expect(servicesOf([], OPTIONS.ownerId)).to.deep.equal([]);
  });

  it("lists what is withheld for one reason by the security-group rules' ids, whatever AWS's order", () => {
    const zones = { subnets: {}, tags: {}, sources: { "192.0.2.0/24": "partners" } };
    const rule = (id: string, cidrIpv4: string) => ({
      id,
      ipProtocol: "0",
      fromPort: -1,
      toPort: -1,
      cidrIpv4,
    });
    const rules = [rule("sgr-2", "192.0.2.0/24"), rule("sgr-1", "198.51.100.0/24")];
    for (const ingress of [rules, rules.toReversed()]) {
      const { withheld } = policyOf(ingress, { zones });
      expect(withheld.map(({ permission }) => permission.ruleIds)).to.deep.equal([["sgr-1"], ["sgr-2"]]);
    }
  });
});
