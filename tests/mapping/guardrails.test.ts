import { expect } from "chai";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { mapWithin, NO_GUARDRAILS, type Guardrails, type GuardedTraffic } from "../../mapping/guardrails";
import type { MappingOptions } from "../../mapping/types";
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

  it("want an approval on each security-group rule, where there is one to want", () => {
    const approvalTag = "firewall-approved=yes";
    const { sources, reasons } = within(
      [
        { ...ssh, tags: { "firewall-approved": "yes" } },
        { ...ssh, cidrIpv4: "192.0.2.0/24", tags: { "firewall-approved": "no" } },
        { ...web, cidrIpv4: "192.0.2.0/25" },
      ],
      { approvalTag },
    );
    expect(sources).to.deep.equal({ "tcp-22": ["203.0.113.0/24"] });
    expect(reasons.join()).to.include("rule sgr-2 lacks the tag firewall-approved=yes");
    expect(reasons.join()).to.include("rule sgr-3's tags were not seen");
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
