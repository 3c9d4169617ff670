import { expect } from "chai";
import { NO_CONTENT } from "../../declaration/declaration";
import type { FoundAddressGroup } from "../../declaration/kinds/address-group";
import { objectsIn, type PolicyObjects } from "../../declaration/objects";
import type { Inventory, NetworkInterface, SecurityGroupRule } from "../../inventory/types";
import { NO_GUARDRAILS } from "../../mapping/guardrails";
import type { SecurityRule } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { withKeptRules } from "../../plan/accounts/keep";
import { keptOf } from "../../plan/unread";
import type { FirewallSettings } from "../../settings/types";
import { FIREWALL_INTERFACE, MAPPING } from "../support/account";

const OWNER = "test1234";
const [HUB, SHOP] = ["111111111111", "222222222222"];
const REGION = "eu-central-1";
const BOTH = `[${HUB}/${REGION} ${SHOP}/${REGION}] web (sg-1): sgr-1; sgr-2`;
const LIST = `aws-${OWNER}-pl-0a`;

function rule(fields: Partial<SecurityRule> = {}): SecurityRule {
  return {
    name: "aws-sg-1-tcp-8443",
    description: BOTH,
    tag: [`aws-panos-${OWNER}`],
    from: ["untrust"],
    to: ["trust"],
    source: ["203.0.113.0/24"],
    destination: ["10.0.1.1", "10.0.2.1"],
    application: ["any"],
    service: [`aws-${OWNER}-tcp-8443`],
    action: "allow",
    ...fields,
  };
}

function interfaceOf(ownerId: string, ip: string, fields: Partial<NetworkInterface> = {}): NetworkInterface {
  return {
    id: `eni-${ip}`,
    ownerId,
    instanceId: `i-${ip}`,
    subnetId: "subnet-1",
    vpcId: "vpc-1",
    privateIpAddresses: ip.includes(":") ? [] : [ip],
    ipv6Addresses: ip.includes(":") ? [ip] : [],
    securityGroupIds: ["sg-1"],
    ...fields,
  };
}

function permits(id: string, far: Partial<SecurityGroupRule>): SecurityGroupRule {
  return { id, ipProtocol: "tcp", fromPort: 8443, toPort: 8443, ...far };
}

/** HUB owns the VPC, and sees SHOP's interface in it, but not SHOP. */
function inventory(
  fields: Partial<Inventory> = {},
  ingress = [permits("sgr-1", { cidrIpv4: "203.0.113.0/24" })],
  egress: SecurityGroupRule[] = [],
): Inventory {
  return {
    format: 1,
    region: REGION,
    accounts: [{ accountId: HUB, region: REGION }],
    unread: [{ accountId: SHOP, region: REGION, reason: "denied" }],
    vpcs: [],
    subnets: [],
    routeTables: [],
    instances: [],
    networkInterfaces: [interfaceOf(HUB, "10.0.1.1"), interfaceOf(SHOP, "10.0.2.1")],
    securityGroups: [{ id: "sg-1", ownerId: HUB, name: "web", vpcId: "vpc-1", ingress, egress }],
    prefixLists: [],
    ...fields,
  };
}

function keep(
  running: SecurityRule,
  read: Inventory,
  { declared = [], groups = [] }: { declared?: SecurityRule[]; groups?: FoundAddressGroup[] } = {},
) {
  const objects: PolicyObjects = {
    ...objectsIn(undefined),
    rules: new Map([[running.name, { ...running, extras: [] }]]),
    addressGroups: new Map(groups.map((group) => [group.name, group])),
  };
  const content = { ...NO_CONTENT, rules: declared };
  const quarantine = { tags: {}, deny: true, responders: [] };
  const kept = withKeptRules(content, { inventory: read, allowed: read }, objects, {
    ...MAPPING,
    quarantine,
  });
  return { ...kept, rules: kept.content.rules, said: kept.warnings.join("\n") };
}

/** The same of a firewall with `destinationAddress: nat`, from what a plan has of it. */
function keepOn(running: SecurityRule, read: Inventory, groups: FoundAddressGroup[]) {
  const rulebase = rulebaseFrom(undefined, undefined);
  const objects: PolicyObjects = {
    ...objectsIn(undefined),
    rules: new Map([[running.name, { ...running, extras: [] }]]),
    addressGroups: new Map(groups.map((group) => [group.name, group])),
  };
  const capacity = { rules: undefined, services: undefined, addresses: undefined, addressGroups: undefined };
  const state = { candidate: { rulebase }, running: { rulebase, objects }, capacity };
  const firewall = { mapping: { ...MAPPING, destinationAddress: "nat" } } as FirewallSettings;
  return keptOf(NO_CONTENT, read, state, firewall, {
    ...NO_GUARDRAILS,
    enforce: false,
    maxRules: undefined,
  });
}

describe("in a shared VPC, whose owner sees interfaces of an account that can't be read", () => {
  const destinations = ({ rules }: ReturnType<typeof keep>) => rules.map(({ destination }) => destination);

  it("these stay in rules, whether or not others of the group are known", () => {
    const declared = [rule({ destination: ["10.0.1.1"] })];
    expect(destinations(keep(rule(), inventory(), { declared }))).to.deep.equal([["10.0.1.1", "10.0.2.1"]]);
    expect(destinations(keep(rule(), inventory()))).to.deep.equal([["10.0.2.1"]]);
  });

  it("these stay over IPv6, by their public addresses, and as sources of egress permissions", () => {
    const ipv6 = inventory({ networkInterfaces: [interfaceOf(SHOP, "2001:db8::2")] });
    expect(destinations(keep(rule({ destination: ["2001:DB8::2/128"] }), ipv6))).to.have.length(1);
    const publicIps = [{ privateIpAddress: "10.0.2.1", publicIp: "198.51.100.9" }];
    const translated = inventory({ networkInterfaces: [interfaceOf(SHOP, "10.0.2.1", { publicIps })] });
    expect(destinations(keep(rule({ destination: ["198.51.100.9"] }), translated))).to.have.length(1);
    const out = rule({
      name: "aws-sg-1-out-tcp-8443",
      source: ["10.0.1.1", "10.0.2.1"],
      destination: ["203.0.113.0/24"],
    });
    const read = inventory({}, [], [permits("sgr-1", { cidrIpv4: "203.0.113.0/24" })]);
    expect(keep(out, read).rules.map(({ source }) => source)).to.deep.equal([["10.0.2.1"]]);
  });

  it("these go where they are seen to carry the group no more, and what the read account has lost goes", () => {
    const left = interfaceOf(SHOP, "10.0.2.1", { securityGroupIds: ["sg-7"] });
    expect(destinations(keep(rule(), inventory({ networkInterfaces: [left] })))).to.deep.equal([
      ["10.0.1.1"],
    ]);
    const both = inventory({ networkInterfaces: [interfaceOf(HUB, "10.0.1.1"), left] });
    expect(keep(rule(), both).rules).to.deep.equal([]);
    // Another VPC's interface may have the address, too.
    const twice = inventory({
      networkInterfaces: [interfaceOf(HUB, "10.0.2.1"), interfaceOf(SHOP, "10.0.2.1")],
    });
    expect(destinations(keep(rule({ destination: ["10.0.2.1"] }), twice))).to.have.length(1);
  });

  it("these stand once where they are known as well", () => {
    const declared = [rule({ destination: ["10.0.2.1"] })];
    const running = rule({ destination: ["10.0.2.1/32"] });
    expect(destinations(keep(running, inventory(), { declared }))).to.deep.equal([["10.0.2.1"]]);
  });

  it("these stay denied while they are isolated", () => {
    for (const [part, near] of [
      ["in", "destination"],
      ["out", "source"],
    ] as const) {
      const name = `aws-quarantine-${OWNER}-${part}`;
      const marked = rule({ name, source: ["any"], destination: ["any"], [near]: ["10.0.1.1", "10.0.2.1"] });
      const { rules } = keep({ ...marked, action: "deny", logStart: true }, inventory());
      expect(rules.map((each) => [each[near], each.action])).to.deep.equal([[["10.0.2.1"], "deny"]]);
    }
  });

  it("these stay behind an address of the firewall's own, which it translates", () => {
    const own = interfaceOf(HUB, "10.0.0.5", { id: FIREWALL_INTERFACE, securityGroupIds: [] });
    const read = inventory({ networkInterfaces: [own, interfaceOf(SHOP, "10.0.2.1")] });
    const { content } = keepOn(rule({ destination: ["10.0.0.5"] }), read, []);
    expect(content.rules.map(({ destination }) => destination)).to.deep.equal([["10.0.0.5"]]);
  });

  it("the update stops where rules name what was registered, whatever the setting has become", () => {
    for (const groupId of ["sg-1", "quarantine"]) {
      const name = `aws-${OWNER}-${groupId}`;
      const group = { name, members: [], filter: `'aws-panos-${OWNER}-${groupId}'`, tag: [], extras: [] };
      expect(() => keepOn(rule({ destination: [name] }), inventory(), [group])).to.throw("are registered");
    }
  });

  it("are told apart by their regions", () => {
    const elsewhere = inventory({
      networkInterfaces: [interfaceOf(SHOP, "10.0.2.1", { region: "eu-west-1" })],
    });
    expect(destinations(keep(rule(), elsewhere))).to.deep.equal([["10.0.1.1"]]);
  });
});

describe("a rule whose instances are all of accounts that can't be read, of a group that was read", () => {
  const THEIRS = inventory().networkInterfaces.slice(1);
  const read = (ingress: SecurityGroupRule[], fields: Partial<Inventory> = {}) =>
    inventory({ networkInterfaces: THEIRS, ...fields }, ingress);
  const sources = ({ rules }: ReturnType<typeof keep>) => rules.map(({ source }) => source);
  const theirs = (source: string[]) => rule({ source, destination: ["10.0.2.1"] });
  const [NARROW, WIDE] = ["198.51.100.0/24", "0.0.0.0/0"];

  it("loses a source that was revoked, and says so", () => {
    const { said, ...kept } = keep(theirs([NARROW, WIDE]), read([permits("sgr-1", { cidrIpv4: NARROW })]));
    expect(sources({ said, ...kept })).to.deep.equal([[NARROW]]);
    expect(said).to.include(`permitted no longer: aws-sg-1-tcp-8443: ${WIDE}`);
  });

  it("is narrowed as its permission was, and isn't widened", () => {
    const narrowed = keep(theirs([WIDE, "::/0"]), read([permits("sgr-1", { cidrIpv4: NARROW })]));
    expect(sources(narrowed)).to.deep.equal([[NARROW]]);
    const ipv6 = keep(theirs(["2001:db8::/32"]), read([permits("sgr-1", { cidrIpv6: "2001:db8:1::/48" })]));
    expect(sources(ipv6)).to.deep.equal([["2001:db8:1::/48"]]);
    const widened = keep(theirs([NARROW]), read([permits("sgr-1", { cidrIpv4: WIDE })]));
    expect(sources(widened)).to.deep.equal([[NARROW]]);
    expect(widened.said).to.not.include("no longer");
  });

  it("goes, and is named, where nothing of it is permitted", () => {
    for (const ingress of [
      [permits("sgr-1", { cidrIpv4: "192.0.2.0/24" })],
      [permits("sgr-1", { cidrIpv4: NARROW, fromPort: 22, toPort: 22 })],
      [permits("sgr-9", { cidrIpv4: NARROW })],
      [],
    ]) {
      const { rules, said } = keep(theirs([NARROW]), read(ingress));
      expect(rules).to.deep.equal([]);
      expect(said).to.include("aws-sg-1-tcp-8443: not kept");
    }
  });

  it("has what its permissions of the other direction say nothing of", () => {
    const out = rule({ name: "aws-sg-1-out-tcp-8443", source: ["10.0.2.1"], destination: [NARROW, WIDE] });
    const egress = [permits("sgr-1", { cidrIpv4: NARROW })];
    const both = inventory({ networkInterfaces: THEIRS }, [permits("sgr-2", { cidrIpv4: WIDE })], egress);
    expect(keep(out, both).rules.map(({ destination }) => destination)).to.deep.equal([[NARROW]]);
  });

  describe("with a prefix list", () => {
    const list = (...cidrs: string[]) => ({
      prefixLists: [
        { id: "pl-0a", name: "x", addressFamily: "IPv4" as const, entries: cidrs.map((cidr) => ({ cidr })) },
      ],
    });
    const named = [permits("sgr-1", { prefixListId: "pl-0a" })];
    const entry = (place: string) => `aws-${OWNER}-${place}-24`;
    const group = (name: string, ...members: string[]): FoundAddressGroup => {
      return { name, members, filter: "", tag: [`aws-panos-${OWNER}`], extras: [] };
    };
    const groups = [
      group(LIST, `${LIST}-1`, `${LIST}-2`),
      group(`${LIST}-1`, entry("198.51.100.0"), entry("192.0.2.0")),
      group(`${LIST}-2`, entry("203.0.113.0")),
    ];
    const members = ({ content }: ReturnType<typeof keep>) =>
      content.addressGroups.map((each) => [each.name, "members" in each ? each.members : []]);

    it("loses what the list has lost, be it in the rule or in the list's group", () => {
      const inRule = keep(theirs([NARROW, "192.0.2.0/24"]), read(named, list(NARROW)));
      expect(sources(inRule)).to.deep.equal([[NARROW]]);
      const inGroup = keep(theirs([LIST]), read(named, list(NARROW)), { groups });
      expect(sources(inGroup)).to.deep.equal([[LIST]]);
      expect(members(inGroup)).to.deep.equal([
        [`${LIST}-1`, [entry("198.51.100.0")]],
        [LIST, [`${LIST}-1`]],
      ]);
    });

    it("stays where the list can't be read: that says neither that it is open nor that it is gone", () => {
      const kept = keep(theirs([LIST]), read(named), { groups });
      expect(sources(kept)).to.deep.equal([[LIST]]);
    });

    it("goes where the list has nothing of it, or is named no more", () => {
      for (const now of [
        read(named, list("10.0.0.0/8")),
        read(named, list()),
        read([permits("sgr-1", { cidrIpv4: "192.0.2.0/24" })], list(NARROW)),
      ]) {
        const { rules, content, said } = keep(theirs([LIST]), now, { groups });
        expect([rules, content.addressGroups]).to.deep.equal([[], []]);
        expect(said).to.include("not kept");
      }
    });

    it("that is read holds for rules of groups that weren't, and one that isn't is as it is", () => {
      const other = rule({
        name: "aws-sg-2-tcp-8443",
        description: `[${SHOP}/${REGION}] web (sg-2): sgr-9`,
        source: [LIST],
      });
      expect(members(keep(other, read([], list("203.0.113.0/24")), { groups }))).to.deep.equal([
        [`${LIST}-2`, [entry("203.0.113.0")]],
        [LIST, [`${LIST}-2`]],
      ]);
      expect(members(keep(other, read([]), { groups }))).to.have.length(3);
      const gone = keep(other, read([], list("10.0.0.0/8")), { groups });
      expect(gone.rules).to.deep.equal([]);
      expect(gone.said).to.include("aws-sg-2-tcp-8443: not kept");
    });
  });

  it("keeps members of referenced groups only by a reference, and only who may carry them", () => {
    const at = (ip: string, securityGroupIds: string[]) => interfaceOf(HUB, ip, { securityGroupIds });
    const networkInterfaces = [...THEIRS, at("10.0.1.8", ["sg-8"]), at("10.0.1.7", ["sg-7"])];
    const running = theirs(["10.0.1.8", "10.0.1.7", "10.0.3.1", "198.51.100.7/32"]);
    const referring = read([permits("sgr-1", { referencedSecurityGroupId: `${SHOP}/sg-8` })], {
      networkInterfaces,
    });
    expect(sources(keep(running, referring))).to.deep.equal([["10.0.1.8", "10.0.3.1"]]);
    const revoked = read([permits("sgr-1", { cidrIpv4: "192.0.2.0/24" })], { networkInterfaces });
    expect(keep(running, revoked).rules).to.deep.equal([]);
  });
});
