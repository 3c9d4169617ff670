import { expect } from "chai";
import { addressGroupsOf, mapInventory, registrationsOf } from "../../mapping";
import { alreadyAllowed } from "../../mapping/coverage";
import { mapWithin, NO_GUARDRAILS } from "../../mapping/guardrails";
import type { Inventory } from "../../inventory/types";
import type { RulebaseRule } from "../../panos/policy";
import { GROUP, inventoryWith, networkInterface, OPTIONS, policyOf, rulebase, theirs } from "./fixtures";

const DYNAMIC = { ...OPTIONS, destinations: "dynamic" as const };
const HTTPS = { cidrIpv4: "198.51.100.0/24" };
const SSH = { ...HTTPS, fromPort: 22, toPort: 22 };
const NAME = `aws-abcd1234-${GROUP}`;
const TAG = `aws-panos-abcd1234-${GROUP}`;

/** Two instances that carry the group, 10.0.1.10 and 10.0.1.11, of which these run. */
function account(running: string[], changes: Partial<Inventory> = {}): Inventory {
  const one = inventoryWith([HTTPS, SSH]);
  const second = networkInterface({
    id: "eni-2",
    instanceId: "i-2",
    privateIpAddresses: ["10.0.1.11"],
    ipv6Addresses: [],
  });
  return {
    ...one,
    instances: ["i-fw", ...running].map((id) => ({ id, state: "running" })),
    networkInterfaces: [...one.networkInterfaces, second],
    ...changes,
  };
}

describe("dynamic destinations", () => {
  it("are one address group for all rules of a security group, and its members' registrations", () => {
    const { rules, addressGroups } = mapInventory(account(["i-1", "i-2"]), DYNAMIC);
    expect(rules.map(({ rule }) => rule.destination)).to.deep.equal([[NAME], [NAME]]);
    expect(addressGroups.map(({ group }) => group)).to.deep.equal([
      { name: NAME, filter: `'${TAG}'`, tag: ["aws-panos-abcd1234"] },
    ]);
    expect(registrationsOf(addressGroups)).to.deep.equal({
      [TAG]: ["10.0.1.10", "10.0.1.11", "2001:db8:1::10"],
    });
  });

  it("change nothing but registrations when instances stop, be it the last one", () => {
    const both = mapInventory(account(["i-1", "i-2"]), DYNAMIC);
    for (const [running, members] of [
      [["i-2"], ["10.0.1.11"]],
      [[], []],
    ] as const) {
      const policy = mapInventory(account([...running]), DYNAMIC);
      expect(policy.rules).to.deep.equal(both.rules);
      expect(policy.addressGroups.map(({ group }) => group)).to.deep.equal(
        both.addressGroups.map(({ group }) => group),
      );
      expect(registrationsOf(policy.addressGroups)).to.deep.equal({ [TAG]: members });
    }
  });

  it("end with an instance that won't come back: one that is shutting down is neither running nor stopped", () => {
    const both = mapInventory(account(["i-1", "i-2"], { stopped: [] }), DYNAMIC);
    expect(both.rules).to.have.length(2);
    const stopped = mapInventory(account([], { stopped: [{ id: "i-1" }, { id: "i-2" }] }), DYNAMIC);
    expect(stopped.rules).to.deep.equal(both.rules);
    const policies = [{ tag: "tier=db", profileGroup: "strict" }];
    const left = account([], { stopped: [{ id: "i-2", tags: { tier: "db" } }] });
    const { rules, leftOut } = mapInventory(left, { ...DYNAMIC, policies });
    // No rule with the usual profiles, because nobody has seen the tags of one that shuts down.
    expect(rules.map(({ rule }) => rule.profileGroup)).to.deep.equal(["strict", "strict"]);
    expect(leftOut.kinds).to.deep.equal([{ kind: "of instances that don't run", ids: ["eni-1"] }]);
    expect(mapInventory(account([], { stopped: [] }), DYNAMIC).rules).to.deep.equal([]);
    // Whose instances weren't read may be stopped.
    const foreign = account([], { stopped: [], accountId: "123456789012", region: "eu-central-1" });
    for (const each of foreign.networkInterfaces) each.ownerId = "999999999999";
    expect(mapInventory(foreign, DYNAMIC).rules).to.have.length(2);
  });

  it("have the zone and the profiles, and are left out, by the tags of stopped instances as of running ones", () => {
    const tags = { tier: "dmz" };
    const running = account(["i-2"], { stopped: [] });
    const up = {
      ...running,
      instances: [...running.instances, { id: "i-1", state: "running" as const, tags }],
    };
    const down = { ...running, stopped: [{ id: "i-1", tags }] };
    const exclude = { ...NO_GUARDRAILS.exclude, instances: ["tier=dmz"] };
    for (const [options, guardrails, count] of [
      [{ zones: { tags: { "tier=dmz": "dmz" } } }, NO_GUARDRAILS, 4],
      [{ policies: [{ tag: "tier=dmz", profileGroup: "strict" }] }, NO_GUARDRAILS, 4],
      [{}, { ...NO_GUARDRAILS, exclude }, 0],
    ] as const) {
      const [one, other] = [up, down].map((each) => mapWithin(each, { ...DYNAMIC, ...options }, guardrails));
      expect(one?.rules).to.have.length(count);
      expect(other?.rules).to.deep.equal(one?.rules);
      expect(other?.guarded).to.deep.equal(one?.guarded);
    }
  });

  it("don't take an account for empty whose instances are all stopped", () => {
    const { protectedInterfaces, warnings } = mapInventory(account([]), DYNAMIC);
    expect(protectedInterfaces).to.deep.equal(["eni-1", "eni-2"]);
    expect(warnings).to.deep.equal([]);
  });

  it("end with the last instance: a group that nothing carries any more needs no rule", () => {
    const { rules, addressGroups } = mapInventory(account([], { networkInterfaces: [] }), DYNAMIC);
    expect([rules, addressGroups]).to.deep.equal([[], []]);
  });

  it("never hold the firewall's own interfaces, or what is not behind it", () => {
    const inventory = account(["i-1"]);
    inventory.networkInterfaces.push(
      networkInterface({
        id: "eni-fw2",
        instanceId: "i-fw",
        privateIpAddresses: ["10.0.1.5"],
        ipv6Addresses: [],
      }),
      networkInterface({
        id: "eni-9",
        subnetId: "subnet-9",
        privateIpAddresses: ["10.0.9.9"],
        ipv6Addresses: [],
      }),
    );
    const [group] = mapInventory(inventory, DYNAMIC).addressGroups;
    expect(group?.carriers.join()).not.to.include("10.0.1.5").and.not.to.include("10.0.9.9");
  });

  it("are no business of rules that name addresses", () => {
    const { rules, addressGroups } = policyOf([HTTPS]);
    expect(rules[0]?.rule.destination).to.deep.equal(["10.0.1.10"]);
    expect(addressGroups).to.deep.equal([]);
  });

  it("need the groups of those rules only that are kept", () => {
    const { rules, addressGroups } = mapInventory(account(["i-1"]), DYNAMIC);
    expect(addressGroupsOf(rules.slice(1), addressGroups)).to.deep.equal(addressGroups);
    expect(addressGroupsOf([], addressGroups)).to.deep.equal([]);
  });

  describe("that an administrator's rules allow already", () => {
    const covered = (running: string[], rules: RulebaseRule[]) => {
      const both = rulebase(rules);
      const options = { enabled: true, cleanupRule: "cleanup" };
      const policy = mapInventory(account(running), DYNAMIC);
      const coverage = alreadyAllowed(policy, { candidate: both, running: both }, options);
      return coverage.covered.map(({ rule }) => rule.rule.name);
    };
    const https = (destination: string[]) =>
      theirs("https", { destination, service: ["service-https"], application: ["any"] });

    it("need no rule, judged by the addresses behind the group's name", () => {
      const rule = `aws-${GROUP}-tcp-443`;
      expect(covered(["i-1", "i-2"], [https(["10.0.1.10", "10.0.1.11"])])).to.deep.equal([rule]);
      expect(covered(["i-1", "i-2"], [https(["10.0.1.10"])])).to.deep.equal([]);
    });

    it("are judged with stopped instances too, so that a start needs no new rule", () => {
      expect(covered(["i-1"], [https(["10.0.1.10"])])).to.deep.equal([]);
      expect(covered([], [https(["10.0.1.10", "10.0.1.11"])])).to.have.length(1);
    });
  });
});
