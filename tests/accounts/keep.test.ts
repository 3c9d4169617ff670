import { expect } from "chai";
import { placesIn } from "../../declaration/descriptions";
import { attributed } from "../../plan/accounts/attribution";
import { withKeptRules } from "../../plan/accounts/keep";
import type { Inventory, SecurityGroup } from "../../inventory/types";
import type { MappedRule } from "../../mapping/types";
import type { FoundRule } from "../../panos/policy";
import type { SecurityRule } from "../../panos/policy";
import { NO_CONTENT } from "../../declaration/declaration";
import type { FoundAddressGroup } from "../../declaration/kinds/address-group";
import { objectsIn, type PolicyObjects } from "../../declaration/objects";
import { MAPPING } from "../support/account";

const { ownerId: OWNER } = MAPPING;
const [HUB, SHOP] = ["111111111111", "222222222222"];
const REGION = "eu-central-1";

function rule(name: string, description: string, fields: Partial<SecurityRule> = {}): SecurityRule {
  return {
    name,
    description,
    tag: [`aws-panos-${OWNER}`],
    from: ["untrust"],
    to: ["trust"],
    source: ["203.0.113.0/24"],
    destination: ["10.0.2.1"],
    application: ["any"],
    service: [`aws-${OWNER}-tcp-8443`],
    action: "allow",
    ...fields,
  };
}

function group(id: string, ownerId: string, sgr: string): SecurityGroup {
  const ingress = [{ id: sgr, ipProtocol: "tcp", fromPort: 8443, toPort: 8443, cidrIpv4: "203.0.113.0/24" }];
  return { id, ownerId, name: id, vpcId: "vpc-1", ingress };
}

const inventory: Inventory = {
  format: 1,
  region: REGION,
  accounts: [{ accountId: HUB, region: REGION }],
  unread: [{ accountId: SHOP, region: REGION, reason: "denied" }],
  vpcs: [],
  subnets: [],
  routeTables: [],
  instances: [],
  networkInterfaces: [
    {
      id: "eni-1",
      ownerId: HUB,
      instanceId: "i-1",
      subnetId: "subnet-1",
      vpcId: "vpc-1",
      privateIpAddresses: ["10.0.1.1", "10.0.1.2"],
      ipv6Addresses: [],
      securityGroupIds: ["sg-1"],
    },
  ],
  securityGroups: [group("sg-1", HUB, "sgr-1")],
  prefixLists: [],
};

/** What is kept of a firewall that runs these rules, beside what is declared. */
function keep(
  running: SecurityRule[],
  declared: SecurityRule[] = [],
  fields: Partial<FoundRule> = {},
  allowed = inventory,
  addressGroups: PolicyObjects["addressGroups"] = new Map(),
  denies = false,
) {
  const objects: PolicyObjects = {
    ...objectsIn(undefined),
    rules: new Map(running.map((each) => [each.name, { ...each, extras: [], ...fields }])),
    addressGroups,
  };
  const content = { ...NO_CONTENT, rules: declared };
  const quarantine = { tags: {}, deny: denies, responders: [] };
  return withKeptRules(content, { inventory, allowed }, objects, { ...MAPPING, quarantine });
}

describe("rules of accounts that can't be read", () => {
  const THEIRS = `[${SHOP}/${REGION}] web (sg-2): sgr-2`;
  const OURS = `[${HUB}/${REGION}] web (sg-1): sgr-1`;
  const BOTH = `[${HUB}/${REGION} ${SHOP}/${REGION}] web (sg-1): sgr-1`;

  it("stay as the firewall has them, with their services and applications", () => {
    const theirs = rule("aws-sg-2-tcp-8443", THEIRS);
    const ping = rule("aws-sg-2-icmp-3-1", THEIRS, {
      application: [`aws-${OWNER}-i4-3-1`],
      service: ["application-default"],
    });
    const { content, warnings } = keep([theirs, ping]);
    expect(content.rules).to.deep.equal([ping, theirs]);
    expect(content.services).to.deep.equal([
      { name: `aws-${OWNER}-tcp-8443`, protocol: "tcp", port: "8443", tag: [`aws-panos-${OWNER}`] },
    ]);
    expect(content.applications.map(({ name }) => name)).to.deep.equal([`aws-${OWNER}-i4-3-1`]);
    expect(warnings.join()).to.include(`${SHOP}/${REGION} can't be read: 2 rules`);
  });

  it("stay with the address groups and addresses that they name, parts before what consists of them", () => {
    const list = `aws-${OWNER}-pl-0a`;
    const [wide, part] = ["aws-test1234-192.0.2.0-24", `${list}-1`];
    const group = (name: string, members: string[]): [string, FoundAddressGroup] => [
      name,
      { name, members, filter: "", tag: [`aws-panos-${OWNER}`], extras: [] },
    ];
    const groups = new Map([group(list, [part]), group(part, [wide]), group(`aws-${OWNER}-pl-0b`, [wide])]);
    const { content } = keep(
      [rule("aws-sg-2-tcp-8443", THEIRS, { source: [list] })],
      [],
      {},
      inventory,
      groups,
    );
    expect(content.addressGroups.map(({ name }) => name)).to.deep.equal([part, list]);
    expect(content.addresses.map(({ name, value }) => [name, value])).to.deep.equal([[wide, "192.0.2.0/24"]]);
  });

  it("leave what was read to what is declared now", () => {
    const declared = rule("aws-sg-1-tcp-443", OURS);
    const { content } = keep([rule("aws-sg-1-tcp-22", OURS), rule("aws-sg-1-tcp-443", OURS)], [declared]);
    expect(content.rules).to.deep.equal([declared]);
  });

  it("take what is known of a shared group, and keep only addresses of which nothing is known", () => {
    const running = rule("aws-sg-1-tcp-8443", BOTH, {
      source: ["203.0.113.0/24", "198.51.100.0/24"],
      destination: ["10.0.1.1", "10.0.1.2/32", "10.0.2.1"],
    });
    const declared = rule("aws-sg-1-tcp-8443", OURS, { destination: ["10.0.1.1"] });
    const [kept] = keep([running], [declared]).content.rules;
    expect(kept?.source).to.deep.equal(["203.0.113.0/24"]);
    expect(kept?.destination).to.deep.equal(["10.0.1.1", "10.0.2.1"]);
    expect(kept?.description).to.equal(BOTH);
  });

  it("keep a shared group's addresses elsewhere where none of those that were read remain", () => {
    const running = rule("aws-sg-1-tcp-8443", BOTH, { destination: ["10.0.1.1", "10.0.2.1"] });
    expect(keep([running]).content.rules.map(({ destination }) => destination)).to.deep.equal([["10.0.2.1"]]);
    // Never without destinations: that would be all of them.
    expect(keep([{ ...running, destination: ["10.0.1.1"] }]).content.rules).to.deep.equal([]);
  });

  it("do not keep what a shared group's owner has revoked", () => {
    const revoked = rule("aws-sg-1-tcp-8443", BOTH.replace("sgr-1", "sgr-9"));
    expect(keep([revoked]).content.rules).to.deep.equal([]);
  });

  it("do not keep what was revoked because a text names another rule that is permitted", () => {
    const texts = ["sgr-9 (was sgr-1)", "sgr-9 (x; sgr-1 (y))", "sgr-9 (sgr-1)", "sgr-9 (; sgr-1)"];
    for (const text of texts) {
      const revoked = rule("aws-sg-1-tcp-8443", BOTH.replace("sgr-1", text));
      expect(keep([revoked]).content.rules, text).to.deep.equal([]);
    }
    const named = rule("aws-sg-1-tcp-8443", BOTH.replace("web (sg-1): sgr-1", "sgr-1 (sg-1): sgr-9"));
    expect(keep([named]).content.rules).to.deep.equal([]);
    // Another traffic's rule says nothing of this one, in whichever place, nor does a description that was cut.
    for (const ending of ["sgr-9 (x); sgr-1 (y)", `sgr-9 (${"x".repeat(950)}…`]) {
      const other = rule("aws-sg-1-tcp-22", BOTH.replace("sgr-1", ending));
      expect(keep([other]).content.rules, ending).to.deep.equal([]);
    }
    const kept = rule("aws-sg-1-tcp-8443", BOTH.replace("sgr-1", "sgr-9 (a); sgr-1 (b)"));
    expect(keep([kept]).content.rules).to.have.length(1);
  });

  it("do not keep what a guardrail withholds of a shared group", () => {
    const running = rule("aws-sg-1-tcp-8443", BOTH);
    expect(keep([running]).content.rules).to.have.length(1);
    expect(keep([running], [], {}, { ...inventory, securityGroups: [] }).content.rules).to.deep.equal([]);
  });

  it("have their instances as sources where an egress permission is mirrored", () => {
    const running = rule("aws-sg-1-out-tcp-8443", BOTH, {
      source: ["10.0.1.2", "10.0.2.1"],
      destination: ["203.0.113.0/24", "198.51.100.0/24"],
    });
    const declared = rule("aws-sg-1-out-tcp-8443", OURS, {
      source: ["10.0.1.1"],
      destination: ["203.0.113.0/24"],
    });
    const [kept] = keep([running], [declared]).content.rules;
    expect(kept).to.deep.include({ source: ["10.0.1.1", "10.0.2.1"], destination: ["203.0.113.0/24"] });
  });

  it("are judged alike where too many accounts have a shared group to name them", () => {
    const running = rule("aws-sg-1-tcp-8443", "[*] web (sg-1): sgr-1", {
      destination: ["10.0.1.1", "10.0.2.1"],
    });
    const declared = rule("aws-sg-1-tcp-8443", OURS, { destination: ["10.0.1.2"] });
    const [kept] = keep([running], [declared]).content.rules;
    expect(kept?.destination).to.deep.equal(["10.0.1.2", "10.0.2.1"]);
    expect(kept?.description).to.equal("[*] web (sg-1): sgr-1");
    const elsewhere = rule("aws-sg-9-tcp-8443", "[*] web (sg-9): sgr-9");
    expect(keep([elsewhere]).content.rules).to.deep.equal([elsewhere]);
  });

  it("stay where it isn't said whose they are, unless their group was read", () => {
    const service = [`aws-${OWNER}-tcp-1`];
    const [unknown, known] = [
      rule("aws-sg-9-tcp-1", "web (sg-9)", { service }),
      rule("aws-sg-1-tcp-1", "web (sg-1)"),
    ];
    const { content, warnings } = keep([unknown, known]);
    expect(content.rules).to.deep.equal([unknown]);
    expect(warnings.join()).to.include("aws-sg-9-tcp-1: whose they are isn't said");
  });

  it("are not those on hold, nor anybody else's", () => {
    const held = rule("aws-sg-2-tcp-1", THEIRS, { tag: [`aws-panos-${OWNER}`, "aws-panos-hold"] });
    const foreign = rule("aws-sg-2-tcp-2", THEIRS, { tag: ["aws-panos-other123"] });
    const clone = rule("copy of aws-sg-2", THEIRS);
    expect(keep([held, foreign, clone]).content.rules).to.deep.equal([]);
  });

  it("lose what no rule of ours has, as in every run", () => {
    const theirs = rule("aws-sg-2-tcp-8443", THEIRS);
    expect(keep([theirs], [], { extras: ["disabled: yes"] }).content.rules).to.deep.equal([theirs]);
  });
});

describe("whose a rule is", () => {
  const mapped = (groupId: string): MappedRule => ({
    rule: rule(`aws-${groupId}-tcp-1`, "x".repeat(1023)),
    permission: {
      direction: "ingress",
      securityGroupId: groupId,
      securityGroupName: "web",
      ipProtocol: "tcp",
      fromPort: 1,
      toPort: 1,
      ruleIds: [],
    },
  });
  const describe = (change: Partial<Inventory>) =>
    attributed([mapped("sg-1")], { ...inventory, ...change })[0]?.rule.description ?? "";
  const interfaceOf = (ownerId: string) => ({
    ...inventory.networkInterfaces[0]!,
    id: `eni-${ownerId}`,
    ownerId,
  });

  it("is its group's owner and whoever has interfaces in the group, within PAN-OS's limit", () => {
    const description = describe({ networkInterfaces: [interfaceOf(SHOP)] });
    expect(placesIn(description)).to.deep.equal(new Set([`${HUB}/${REGION}`, `${SHOP}/${REGION}`]));
    expect(description).to.have.length(1023);
  });

  it("is anybody's where that would be too many to say", () => {
    const owners = Array.from({ length: 9 }, (_, index) => interfaceOf(`33333333333${index}`));
    expect(placesIn(describe({ networkInterfaces: owners }))).to.equal("*");
  });

  it("isn't said where one account is read, nor read out of a group's name", () => {
    const one: Inventory = { ...inventory };
    delete one.accounts;
    expect(attributed([mapped("sg-1")], one)[0]?.rule.description).to.equal("x".repeat(1023));
    expect(placesIn("[web] team (sg-1)")).to.equal(undefined);
  });

  it("goes on denying what their marked instances do, which nobody has released", () => {
    const marked = (destination: string[]) =>
      rule(`aws-quarantine-${OWNER}-in`, "Isolated: i-9 has the tag SecurityStatus=IR", {
        ...{ source: ["any"], destination, action: "deny", logStart: true },
      });
    const both = marked(["10.0.1.1", "10.0.2.9"]);
    const released = keep([both], [], {}, inventory, new Map(), true).content.rules;
    expect(released.map(({ destination, action }) => [destination, action])).to.deep.equal([
      [["10.0.2.9"], "deny"],
    ]);
    const others = keep([both], [marked(["10.0.1.2"])], {}, inventory, new Map(), true).content.rules;
    expect(others.map(({ destination }) => destination)).to.deep.equal([["10.0.1.2", "10.0.2.9"]]);
    expect(keep([both]).content.rules).to.deep.equal([]);
  });
});
