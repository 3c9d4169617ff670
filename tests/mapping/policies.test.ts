import { expect } from "chai";
import type { Inventory, Tags } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import { isAddressGroupName, isMemberTag, isRuleName } from "../../declaration/names";
import { missingPrerequisites } from "../../mapping/prerequisites";
import type { MappingOptions, TagPolicy } from "../../mapping/types";
import { CLEANUP, GROUP, inventoryWith, networkInterface, OPTIONS, rulebase } from "./fixtures";

const POLICIES: TagPolicy[] = [
  { tag: "Tier=db", profileGroup: "strict", logSetting: "siem" },
  { tag: "Tier", profileGroup: "tiered" },
];

/** Two instances of one group, 10.0.1.10 and 10.0.1.20, with these tags. */
function two(first: Tags | undefined, second: Tags | undefined): Inventory {
  const tagged = (id: string, tags: Tags | undefined) => ({
    id,
    state: "running" as const,
    ...(tags && { tags }),
  });
  const whole = inventoryWith([{ cidrIpv4: "0.0.0.0/0" }], {
    instances: [tagged("i-1", first), tagged("i-2", second), { id: "i-fw", state: "running" }],
  });
  const other = networkInterface({
    id: "eni-2",
    instanceId: "i-2",
    privateIpAddresses: ["10.0.1.20"],
    ipv6Addresses: [],
  });
  return { ...whole, networkInterfaces: [...whole.networkInterfaces, other] };
}

function rulesOf(first: Tags | undefined, second: Tags | undefined, options: Partial<MappingOptions> = {}) {
  const usual = { profileGroup: "usual", logSetting: "log" };
  return mapInventory(two(first, second), { ...OPTIONS, ...usual, policies: POLICIES, ...options });
}

const shown = (...tags: [Tags | undefined, Tags | undefined]) =>
  rulesOf(...tags).rules.map(({ rule }) => [rule.profileGroup, rule.logSetting, ...rule.destination]);

describe("policies by tags of instances", () => {
  it("give their profile group and log setting to the rule of instances that share one", () => {
    const db = { Tier: "db" };
    expect(shown(db, db)).to.deep.equal([["strict", "siem", "10.0.1.10", "10.0.1.20"]]);
    expect(shown({}, undefined)).to.deep.equal([["usual", "log", "10.0.1.10", "10.0.1.20"]]);
    // The first that fits wins; what it doesn't say is as usual.
    expect(shown({ Tier: "web" }, { Tier: "web" })).to.deep.equal([
      ["tiered", "log", "10.0.1.10", "10.0.1.20"],
    ]);
  });

  it("split a rule whose instances fall under several, never wider, under names that don't depend on the others", () => {
    expect(shown({ Tier: "db" }, {})).to.have.deep.members([
      ["strict", "siem", "10.0.1.10"],
      ["usual", "log", "10.0.1.20"],
    ]);
    const nameOf = (address: string, ...tags: [Tags, Tags]) =>
      rulesOf(...tags).rules.find(({ rule }) => rule.destination.includes(address))!.rule.name;
    const name = nameOf("10.0.1.10", { Tier: "db" }, {});
    expect(name).to.match(new RegExp(`^aws-${GROUP}-tcp-443-p[0-9a-f]{8}$`));
    expect(isRuleName(name)).to.equal(true);
    expect(nameOf("10.0.1.10", { Tier: "db" }, { Tier: "db" })).to.equal(name);
    expect(nameOf("10.0.1.10", { Tier: "db" }, { Tier: "x" })).to.equal(name);
    expect(nameOf("10.0.1.20", { Tier: "db" }, {})).to.equal(`aws-${GROUP}-tcp-443`);
    expect(nameOf("10.0.1.20", {}, {})).to.equal(`aws-${GROUP}-tcp-443`);
  });

  it("have address groups of their own where destinations are dynamic", () => {
    const { rules, addressGroups } = rulesOf({ Tier: "db" }, {}, { destinations: "dynamic" });
    expect(rules.map(({ rule }) => rule.destination)).to.have.length(2);
    const members = rules.map(({ rule }) => [
      rule.profileGroup,
      addressGroups.find(({ group }) => group.name === rule.destination[0])!.members,
    ]);
    expect(members).to.have.deep.members([
      ["strict", ["10.0.1.10", "2001:db8:1::10"]],
      ["usual", ["10.0.1.20"]],
    ]);
    for (const { group, memberTag } of addressGroups) {
      expect(isAddressGroupName(group.name, OPTIONS.ownerId)).to.equal(true);
      expect(isMemberTag(memberTag, OPTIONS.ownerId)).to.equal(true);
      expect(group.filter).to.equal(`'${memberTag}'`);
    }
  });

  it("withhold what PAN-OS has no room to name", () => {
    const id = `sg-${"a".repeat(39)}`;
    const inventory = two({ Tier: "db" }, {});
    const long = {
      ...inventory,
      securityGroups: inventory.securityGroups.map((group) => ({ ...group, id })),
      networkInterfaces: inventory.networkInterfaces.map((each) => ({ ...each, securityGroupIds: [id] })),
    };
    const ownerId = "abcdefgh12345678";
    const options = { ...OPTIONS, ownerId, policies: POLICIES, destinations: "dynamic" as const };
    const { rules, addressGroups, withheld } = mapInventory(long, options);
    expect(rules.map(({ rule }) => rule.destination)).to.deep.equal([[`aws-${ownerId}-${id}`]]);
    expect(addressGroups).to.have.length(1);
    expect(withheld.map(({ reason }) => reason).join()).to.include("PAN-OS allows 63 characters");
  });

  it("need their profiles on the firewall", () => {
    const found = rulebase([], { profileGroups: ["strict"], logSettings: ["siem"] });
    expect(missingPrerequisites(found, CLEANUP.name, { ...OPTIONS, policies: POLICIES })).to.deep.equal([
      'aws-panos-rules:policies[1].profileGroup: the firewall has no profile group "tiered"; it has strict',
    ]);
  });
});
