import { expect } from "chai";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { approvalValue } from "../../mapping/approval-tag";
import { mapWithin, NO_GUARDRAILS, type Guardrails, type GuardedTraffic } from "../../mapping/guardrails";
import type { MappingOptions } from "../../mapping/types";
import { guardrailSettings } from "../../settings/guardrails";
import {
  DEFAULT_ROUTES,
  GROUP,
  inventoryWith,
  networkInterface,
  OPTIONS,
  routeTable,
  securityGroup,
} from "./fixtures";

const SSH: GuardedTraffic = { text: "tcp/22", traffic: { protocol: "tcp", fromPort: 22, toPort: 22 } };
const ssh = { fromPort: 22, toPort: 22, cidrIpv4: "203.0.113.0/24" };
const web = { fromPort: 443, toPort: 443, cidrIpv4: "203.0.113.0/24" };

function within(
  rules: Partial<SecurityGroupRule>[],
  guardrails: Partial<Guardrails>,
  changes?: Partial<Inventory>,
) {
  const policy = mapWithin(inventoryWith(rules, changes), OPTIONS, { ...NO_GUARDRAILS, ...guardrails });
  return {
    sources: Object.fromEntries(
      policy.rules.map(({ rule }) => [rule.name.replace(`aws-${GROUP}-`, ""), rule.source]),
    ),
    destinations: policy.rules.map(({ rule }) => rule.destination),
    reasons: policy.guarded.map(({ reason }) => reason),
    policy,
  };
}

describe("guardrails", () => {
  it("change nothing where there are none, or none applies", () => {
    for (const guardrails of [{}, { neverOpen: [SSH] }]) {
      const { sources, reasons, policy } = within([web], guardrails);
      expect(sources).to.deep.equal({ "tcp-443": ["203.0.113.0/24"] });
      expect([...reasons, ...policy.withheld]).to.deep.equal([]);
    }
  });

  it("withhold a port that is never opened, and every range, protocol number and -1 that has it", () => {
    const forms = [
      ssh,
      { ...ssh, fromPort: 1, toPort: 1023 },
      { ...ssh, ipProtocol: "6" },
      { ...ssh, ipProtocol: "-1", fromPort: -1, toPort: -1 },
    ];
    for (const form of forms) {
      const { sources, reasons } = within([form, web], { neverOpen: [SSH] });
      expect(sources).to.deep.equal({ "tcp-443": ["203.0.113.0/24"] });
      expect(reasons).to.have.length(1);
      expect(reasons[0]).to.match(
        /^Security group web \(sg-0a1b2c3d\), .* is withheld: guardrails.neverOpen has tcp\/22\.$/,
      );
    }
    expect(within([{ ...ssh, ipProtocol: "udp" }], { neverOpen: [SSH] }).reasons).to.deep.equal([]);
  });

  it("withhold a protocol by its number, also one that has a name in AWS, and no other", () => {
    const names: Record<number, string> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };
    const wrong = () => expect.fail("a problem was reported");
    for (const number of [1, 2, 6, 17, 41, 47, 50, 58, 89, 132, 255]) {
      const { neverOpen } = guardrailSettings({ neverOpen: [`protocol/${number}`] }, wrong);
      const { widestSource } = guardrailSettings(
        { widestSource: { [`protocol/${number}`]: { IPv4: 32, IPv6: 128 } } },
        wrong,
      );
      const others = [47, 6, 58].filter((each) => each !== number).map(String);
      const asked = [String(number), names[number] ?? String(number), "-1"];
      for (const ipProtocol of [...asked, ...others]) {
        const source = /58|icmpv6/.test(ipProtocol)
          ? { cidrIpv6: "2001:db8:2::/64" }
          : { cidrIpv4: "203.0.113.0/24" };
        const form = { ipProtocol, fromPort: -1, toPort: -1, ...source };
        const withheld = asked.includes(ipProtocol) ? 1 : 0;
        for (const guardrails of [{ neverOpen }, { widestSource }]) {
          expect(within([form], guardrails).reasons, `${number} and ${ipProtocol}`).to.have.length(withheld);
        }
      }
    }
  });

  it("withhold what is never opened from a referenced group's members as well, unless that group is exempt", () => {
    const reference = { fromPort: 22, toPort: 22, referencedSecurityGroupId: GROUP };
    const east = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", instanceId: "i-fw" }];
    const changes = {
      complete: true,
      routeTables: [routeTable(east)],
      subnets: ["subnet-1", "subnet-2"].map((id) => ({ id, vpcId: "vpc-1", routeTableId: "rtb-1" })),
      networkInterfaces: [
        networkInterface(),
        networkInterface({ id: "eni-2", subnetId: "subnet-2", privateIpAddresses: ["10.0.2.20"] }),
      ],
    };
    const opened = (more: Partial<Guardrails>, expand = true) =>
      mapWithin(
        inventoryWith([reference], changes),
        { ...OPTIONS, ...(expand && { references: "expand" as const }) },
        { ...NO_GUARDRAILS, neverOpen: [SSH], ...more },
      );
    const { rules, guarded } = opened({});
    expect(rules).to.deep.equal([]);
    expect(guarded.map(({ reason }) => reason).join()).to.include("guardrails.neverOpen has tcp/22");
    expect(opened({ exemptReferences: [GROUP] }).rules).to.have.length(1);
    expect(opened({ exemptReferences: ["sg-other"] }).rules).to.deep.equal([]);
    // A reference that is not expanded opens nothing, so no guardrail has to withhold it.
    expect(opened({}, false).guarded).to.deep.equal([]);
  });

  it("name what they withhold in the order of the reasons, whatever AWS's", () => {
    const rules = [22, 3389, 23].map((port) => ({ ...ssh, fromPort: port, toPort: port }));
    const any: GuardedTraffic = {
      text: "tcp/1-9999",
      traffic: { protocol: "tcp", fromPort: 1, toPort: 9999 },
    };
    const { reasons } = within(rules, { neverOpen: [any] });
    expect(reasons).to.have.length(3);
    expect(reasons).to.deep.equal(reasons.toSorted());
  });

  it("take off a rule the sources that are too wide, and leave it the others", () => {
    const { sources, reasons } = within(
      [ssh, { ...ssh, cidrIpv4: "198.51.0.0/16" }, { fromPort: 22, toPort: 22, cidrIpv6: "2001:db8:2::/48" }],
      { widestSource: [{ ...SSH, IPv4: 24, IPv6: 64 }] },
    );
    expect(sources).to.deep.equal({ "tcp-22": ["203.0.113.0/24"] });
    expect(reasons.join()).to.include("source 198.51.0.0/16 is wider than the /24");
    expect(reasons.join()).to.include("source 2001:db8:2::/48 is wider than the /64");
  });

  it("judge a prefix list by its widest entry", () => {
    const lists = [
      {
        id: "pl-1",
        name: "offices",
        addressFamily: "IPv4" as const,
        entries: [{ cidr: "192.0.2.0/28" }, { cidr: "198.51.0.0/16" }],
      },
    ];
    const { sources, reasons } = within(
      [{ fromPort: 22, toPort: 22, prefixListId: "pl-1" }, ssh],
      { widestSource: [{ ...SSH, IPv4: 24, IPv6: 64 }] },
      { prefixLists: lists },
    );
    expect(sources).to.deep.equal({ "tcp-22": ["203.0.113.0/24"] });
    expect(reasons.join()).to.include("198.51.0.0/16 of prefix list pl-1");
  });

  describe("want an approval on each security-group rule, where there is one to want", () => {
    const [approvalTag, key] = ["firewall-approved=yes", "firewall-approved"];
    const full = (rule: Partial<SecurityGroupRule>) => ({
      ...{ direction: "ingress" as const, ipProtocol: "tcp", fromPort: 22, toPort: 22 },
      ...rule,
    });
    const bound = (rule: Partial<SecurityGroupRule>, entries?: string[]) => ({
      ...rule,
      tags: { [key]: approvalValue(approvalTag, full(rule), entries) },
    });

    it("which is bound to what it lets through: a rule that is modified keeps its tag, and is withheld", () => {
      const approved = bound(ssh);
      expect(within([approved], { approvalTag }).sources).to.deep.equal({ "tcp-22": ["203.0.113.0/24"] });
      for (const modified of [
        { cidrIpv4: "0.0.0.0/0" },
        { fromPort: 1 },
        { toPort: 65535 },
        { ipProtocol: "udp" },
        { ipProtocol: "-1", fromPort: -1, toPort: -1 },
      ]) {
        const { sources, reasons } = within([{ ...approved, ...modified }], { approvalTag });
        expect(sources, JSON.stringify(modified)).to.deep.equal({});
        expect(reasons.join()).to.include(
          "rule sgr-1's tag firewall-approved approves something else than it lets through now. npm run approve -- " +
            "--tag 'firewall-approved=yes' --rule sgr-1",
        );
      }
    });

    it("in any spelling of the same, with a key alone, and of a prefix list with its blocks", () => {
      const spelled = { ...bound(ssh), cidrIpv4: "203.0.113.0/24", ipProtocol: "6" };
      expect(within([spelled], { approvalTag }).sources).to.deep.equal({ "tcp-22": ["203.0.113.0/24"] });
      const alone = { ...ssh, tags: { [key]: approvalValue(key, full(ssh)) } };
      expect(within([alone], { approvalTag: key }).sources).to.have.property("tcp-22");
      const listed = { fromPort: 22, toPort: 22, prefixListId: "pl-1" };
      const lists = (...cidrs: string[]) => ({
        prefixLists: [
          { id: "pl-1", name: "l", addressFamily: "IPv4" as const, entries: cidrs.map((cidr) => ({ cidr })) },
        ],
      });
      const tagged = bound(listed, ["192.0.2.0/28", "198.51.100.0/24"]);
      const same = within([tagged], { approvalTag }, lists("198.51.100.0/24", "192.0.2.0/28"));
      expect(same.sources).to.have.property("tcp-22");
      const more = within([tagged], { approvalTag }, lists("198.51.100.0/24", "192.0.2.0/28", "0.0.0.0/1"));
      expect(more.sources).to.deep.equal({});
    });

    it("and counts unbound where a setting lets it, which is said; never where it is bound to something else", () => {
      const rules = [
        { ...ssh, tags: { [key]: "yes" } },
        { ...ssh, cidrIpv4: "192.0.2.0/24", tags: { [key]: "no" } },
        { ...web, cidrIpv4: "192.0.2.0/25" },
        { ...bound(ssh), cidrIpv4: "192.0.2.128/25" },
      ];
      const strict = within(rules, { approvalTag });
      expect(strict.sources).to.deep.equal({});
      expect(strict.reasons.join()).to.include(
        "rule sgr-1's tag firewall-approved doesn't say what it approves",
      );
      expect(strict.reasons.join()).to.include("rule sgr-2 lacks the tag firewall-approved=yes");
      expect(strict.reasons.join()).to.include("rule sgr-3's tags were not seen");
      const lenient = within(rules, { approvalTag, unboundApprovalTag: true });
      expect(lenient.sources).to.deep.equal({ "tcp-22": ["203.0.113.0/24"] });
      expect(lenient.policy.warnings.join()).to.include(
        "sgr-1: the tag firewall-approved doesn't say what was approved (guardrails.unboundApprovalTag",
      );
      expect(lenient.reasons.join()).to.include("rule sgr-4's tag firewall-approved approves something else");
      const alone = within(rules.slice(0, 1), { approvalTag, unboundApprovalTag: true });
      expect(alone.policy.warnings.join()).to.include("doesn't say what was approved");
    });
  });

  it("leave out instances by tag, and say which of a group's destinations are missing", () => {
    const changes: Partial<Inventory> = {
      instances: [
        { id: "i-1", state: "running", tags: { public: "no" } },
        { id: "i-2", state: "running", tags: {} },
        { id: "i-fw", state: "running", tags: {} },
      ],
      networkInterfaces: [
        networkInterface(),
        networkInterface({
          id: "eni-2",
          instanceId: "i-2",
          privateIpAddresses: ["10.0.1.11"],
          ipv6Addresses: [],
        }),
      ],
    };
    const exclude = { securityGroups: [], vpcs: [], instances: ["public=no"] };
    const { destinations, reasons } = within([web], { exclude }, changes);
    expect(destinations).to.deep.equal([["10.0.1.11"]]);
    expect(reasons.join()).to.include("i-1 has the tag public=no (guardrails.exclude.instances)");
  });

  it("leave what is said of the others: who carries a group that can't be seen", () => {
    const securityGroupIds = [GROUP, "sg-0f"];
    const changes: Partial<Inventory> = {
      instances: [
        { id: "i-1", state: "running", tags: { public: "no" } },
        { id: "i-2", state: "running", tags: {} },
      ],
      networkInterfaces: [
        networkInterface({ securityGroupIds }),
        networkInterface({
          id: "eni-2",
          instanceId: "i-2",
          privateIpAddresses: ["10.0.1.11"],
          securityGroupIds,
        }),
      ],
    };
    const exclude = { ...NO_GUARDRAILS.exclude, instances: ["public=no"] };
    const { warnings } = within([web], { exclude }, changes).policy;
    expect(warnings.join()).to.include("sg-0f can't be seen, and eni-2 of i-2 carries it");
  });

  it("say nothing of a firewall with nobody behind it where only guardrails leave nobody", () => {
    const instances: Inventory["instances"] = [
      { id: "i-1", state: "running", tags: { public: "no" } },
      { id: "i-fw", state: "running", tags: { public: "no" } },
    ];
    const exclude = { ...NO_GUARDRAILS.exclude, instances: ["public=no"] };
    expect(within([web], { exclude }, { instances }).policy.warnings).to.deep.equal([]);
    expect(within([web], { exclude }, { instances: [] }).policy.warnings.join()).to.include("is behind the");
  });

  it("leave out groups and VPCs by tag, and what has tags that nobody has seen", () => {
    const condition = ["internal"];
    const none = { securityGroups: [], vpcs: [], instances: [] };
    const group = within([web], { exclude: { ...none, securityGroups: condition } });
    expect(group.sources).to.deep.equal({});
    expect(group.reasons.join()).to.include("sg-0a1b2c3d's tags were not seen");
    const vpcs = [{ id: "vpc-1", cidrBlocks: ["10.0.0.0/16"], ipv6CidrBlocks: [], tags: { internal: "" } }];
    const vpc = within([web], { exclude: { ...none, vpcs: condition } }, { vpcs });
    expect(vpc.sources).to.deep.equal({});
    expect(vpc.reasons.join()).to.include("vpc-1 has the tag internal (guardrails.exclude.vpcs)");
    expect(vpc.policy.protectedInterfaces).to.deep.equal(["eni-1"]);
  });

  it("leave out by tags whose keys have a =, whichever of several ends the key", () => {
    const left = (tags: Record<string, string>, tag: string) => {
      const securityGroups = [securityGroup([web], { tags })];
      const exclude = { ...NO_GUARDRAILS.exclude, securityGroups: [tag] };
      return within([], { exclude }, { securityGroups }).reasons.length;
    };
    for (const [key, value] of [
      ["a", "b=c"],
      ["a=b", "c"],
      ["a=b=c", "d"],
      ["a=b=c", ""],
    ] as const) {
      expect(left({ [key]: value }, "a=b=c"), key).to.equal(1);
      expect(left({ [key]: value }, `${key}=${value}`), key).to.equal(1);
      expect(left({ [key]: value }, key), key).to.equal(1);
      expect(left({ [key]: `${value}x` }, `${key}=${value}`), key).to.equal(0);
    }
    expect(left({ a: "b" }, "a=b=c")).to.equal(0);
    expect(left({ "a=b": "d" }, "a=b=c")).to.equal(0);
  });

  it("say nothing of what would not have crossed the firewall", () => {
    const inside = { ...ssh, cidrIpv4: "10.0.0.0/16" };
    expect(within([inside], { neverOpen: [SSH] }).reasons).to.deep.equal([]);
  });

  it("leave nobody out of sight: egress opens no way to an excluded instance", () => {
    const routes = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.2.0/24", instanceId: "i-fw" }];
    const inventory = inventoryWith([], {
      routeTables: [routeTable(routes)],
      instances: [
        { id: "i-1", state: "running", tags: {} },
        { id: "i-2", state: "running", tags: { Owner: "others" } },
      ],
      networkInterfaces: [
        networkInterface(),
        networkInterface({ id: "eni-2", instanceId: "i-2", privateIpAddresses: ["10.0.2.5"] }),
      ],
      securityGroups: [
        { ...securityGroup([]), egress: securityGroup([{ cidrIpv4: "10.0.2.0/24" }]).ingress },
      ],
    });
    const exclude = { ...NO_GUARDRAILS.exclude, instances: ["Owner=others"] };
    const options: MappingOptions = { ...OPTIONS, directions: ["egress"] };
    const { rules, withheld } = mapWithin(inventory, options, { ...NO_GUARDRAILS, exclude });
    expect(rules).to.deep.equal([]);
    expect(withheld.map(({ reason }) => reason).join()).to.include("their own ingress permissions");
  });
});
