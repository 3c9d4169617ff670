/**
 * The invariant, on random inventories and packets: nothing that the security groups refuse is let in by
 * a rule of ours; and what they let in through the firewall, the rules let in.
 *
 * `ORACLE_RUNS` sets the number of inventories, `ORACLE_SEED` repeats a run that failed.
 */
import { expect } from "chai";
import fc from "fast-check";

import type { Inventory } from "../../inventory/types";
import { mapInventory } from "../../mapping/index";
import {
  isAddressGroupName,
  isApplicationName,
  isMemberTag,
  isRuleName,
  isServiceName,
} from "../../mapping/names";
import type { MappingOptions, Policy } from "../../mapping/types";
import type { SecurityRule } from "../../panos/policy";
import { crossesFirewall, isBehindFirewall, isSayable, rulesThatLetIn, vpcCidrsAround } from "./oracle/aws";
import { isBlockWithin } from "./oracle/bits";
import { isIpv6 } from "./oracle/packet";
import type { Packet } from "./oracle/packet";
import { packetChoices, packetOf } from "./oracle/packets";
import type { PacketChoice } from "./oracle/packets";
import { identities, resolved, ruleThatAllows } from "./oracle/panos";
import { worlds } from "./oracle/worlds";
import type { World } from "./oracle/worlds";

const RUNS = Number(process.env.ORACLE_RUNS ?? 3000);
const SEED = process.env.ORACLE_SEED === undefined ? Date.now() : Number(process.env.ORACLE_SEED);

/** Which application a port stands for in `application` mode: the table of the design. */
const TABLE: Record<string, string> = {
  "tcp/22": "ssh",
  "tcp/25": "smtp",
  "tcp/53": "dns",
  "udp/53": "dns",
  "tcp/80": "web-browsing",
  "tcp/110": "pop3",
  "tcp/143": "imap",
  "tcp/389": "ldap",
  "tcp/636": "ldap",
  "tcp/443": "ssl",
  "tcp/3306": "mysql",
  "tcp/3389": "ms-rdp",
  "tcp/1521": "oracle",
  "udp/389": "ldap",
  "udp/3389": "ms-rdp",
};

describe("oracle: random packets through random inventories", function () {
  this.timeout(0);

  it("finds the same fate under the security groups and under the rules", () => {
    const seen = { packets: 0, crossing: 0, letIn: 0, withheld: 0 };
    const property = fc.property(worlds, packetChoices, (world, choices) => {
      const policy = mapInventory(world.inventory, world.options);
      for (const choice of choices) {
        const fault = faultOf(world, policy, packetOf(world, choice), seen);
        if (fault) throw new Error(fault);
      }
    });
    const result = fc.check(property, { seed: SEED, numRuns: RUNS, unbiased: true });
    if (result.failed) throw new Error(report(result));
    // A generator that makes nothing interesting proves nothing.
    expect(seen.letIn / seen.packets, "share of packets let in").to.be.greaterThan(0.005);
    expect(seen.crossing / seen.packets, "share of packets that cross the firewall").to.be.greaterThan(0.03);
    expect(seen.withheld, "packets of withheld permissions").to.be.greaterThan(0);
  });

  it("names rules by the grammar, once each, and says nothing needless", () => {
    const property = fc.property(worlds, ({ inventory, options }) => {
      const { rules, services, addressGroups, applications, withheld } = mapInventory(inventory, options);
      const names = rules.map(({ rule }) => rule.name);
      expect(new Set(names).size).to.equal(names.length);
      for (const { rule } of rules) {
        expect(isRuleName(rule.name), rule.name).to.equal(true);
        expect(rule.source).to.not.include("any").and.to.not.be.empty;
        expect(rule.destination).to.not.include("any").and.to.not.be.empty;
        expect(rule.description.length).to.be.at.most(1023);
      }
      const used = rules.flatMap(({ rule }) => rule.service).filter((name) => name.startsWith("aws-"));
      expect(services.map(({ name }) => name)).to.deep.equal([...new Set(used)].sort());
      expect(services.every(({ name }) => isServiceName(name, options.ownerId))).to.equal(true);
      const named = rules.flatMap(({ rule }) => rule.application).filter((name) => name.startsWith("aws-"));
      expect(applications.map(({ name }) => name)).to.deep.equal([...new Set(named)].sort());
      expect(applications.every(({ name }) => isApplicationName(name, options.ownerId))).to.equal(true);
      for (const { rule } of rules) {
        const destination = resolved(rule.destination, addressGroups);
        expectBehindFirewall(inventory, options, { ...rule, destination });
        // The rule outlasts the members of its group, which are of both families.
        if (options.destinations === "addresses") expectNeeded(inventory, rule);
      }
      const groups = options.destinations === "dynamic" ? rules.flatMap(({ rule }) => rule.destination) : [];
      expect(addressGroups.map(({ group }) => group.name)).to.deep.equal([...new Set(groups)].sort());
      for (const { group, memberTag, members, carriers } of addressGroups) {
        expect(isAddressGroupName(group.name, options.ownerId), group.name).to.equal(true);
        expect(isMemberTag(memberTag, options.ownerId), memberTag).to.equal(true);
        expect(carriers).to.include.members(members);
      }
      expect(withheld.every(({ reason }) => reason.startsWith("Security group "))).to.equal(true);
    });
    fc.assert(property, { seed: SEED, numRuns: Math.ceil(RUNS / 5), unbiased: true });
  });

  it("does not depend on the order of anything in the inventory", () => {
    const property = fc.property(worlds, ({ inventory, options }) => {
      const reversed = {
        ...inventory,
        networkInterfaces: inventory.networkInterfaces.toReversed(),
        securityGroups: inventory.securityGroups
          .toReversed()
          .map((group) => ({ ...group, ingress: group.ingress.toReversed() })),
        routeTables: inventory.routeTables.toReversed(),
        vpcs: inventory.vpcs.toReversed(),
      };
      expect(mapInventory(reversed, options)).to.deep.equal(mapInventory(inventory, options));
    });
    fc.assert(property, { seed: SEED, numRuns: Math.ceil(RUNS / 5), unbiased: true });
  });
});

/** Whether each destination of a rule is one that runs behind the firewall. */
function expectBehindFirewall(inventory: Inventory, options: MappingOptions, rule: SecurityRule): void {
  for (const destination of rule.destination) {
    expect(isBehindFirewall(inventory, options, destination), `${rule.name} to ${destination}`).to.equal(
      true,
    );
  }
}

/** Whether each source and destination of a rule is about packets that cross the firewall. */
function expectNeeded(inventory: Inventory, rule: SecurityRule): void {
  for (const destination of rule.destination) {
    expect(rule.source.map(isIpv6), rule.name).to.include(isIpv6(destination));
  }
  for (const source of rule.source) {
    const crosses = rule.destination.some(
      (destination) =>
        isIpv6(source) === isIpv6(destination) &&
        !vpcCidrsAround(inventory, destination).some((cidr) => isBlockWithin(source, cidr)),
    );
    expect(crosses, `${rule.name} from ${source}`).to.equal(true);
  }
}

/** What is wrong about the packet's fate, if anything. */
function faultOf(
  { inventory, options }: World,
  policy: Policy,
  packet: Packet,
  seen: { packets: number; crossing: number; letIn: number; withheld: number },
): string | undefined {
  const letIn = rulesThatLetIn(inventory, packet);
  const rules = policy.rules.map(({ rule }) => ({
    ...rule,
    destination: resolved(rule.destination, policy.addressGroups),
  }));
  const declared = { ...policy, rules };
  const [identity = "", ...others] = identities(policy.applications, packet);
  const allowing = ruleThatAllows(declared, packet, identity);
  const crosses = crossesFirewall(inventory, options, packet);
  seen.packets++;
  if (crosses) seen.crossing++;
  if (crosses && letIn.length > 0) seen.letIn++;

  if (letIn.length === 0) {
    const wider = [identity, ...others]
      .map((application) => ruleThatAllows(declared, packet, application))
      .find((rule) => rule !== undefined);
    if (wider) return fault("wider than AWS", packet, wider);
  }
  if (!crosses || letIn.length === 0 || allowing) return undefined;
  if (letIn.some(isSayable)) {
    return isExpected(options, packet) ? fault("narrower than AWS", packet, letIn) : undefined;
  }
  seen.withheld++;
  const named = new Set(policy.withheld.flatMap(({ permission }) => permission.ruleIds));
  return letIn.every(({ id }) => named.has(id)) ? undefined : fault("withheld in silence", packet, letIn);
}

/** Whether the rules must let this application in where AWS lets the port in. */
function isExpected({ ruleMode, applications }: World["options"], packet: Packet): boolean {
  if (ruleMode === "service" || (packet.protocol !== 6 && packet.protocol !== 17)) return true;
  const transport = packet.protocol === 6 ? "tcp" : "udp";
  const overridden = Object.entries(applications).filter(([key]) => {
    const [protocol, ports = ""] = key.split("/");
    const [first, last] = ports.split("-").map(Number);
    return protocol === transport && packet.port >= first! && packet.port <= (last ?? first!);
  });
  // Where an override speaks, the design promises no more than "never wider".
  if (overridden.length > 0) return false;
  const application = TABLE[`${transport}/${packet.port}`];
  return application === undefined || application === packet.application;
}

function fault(what: string, packet: Packet, because: unknown): string {
  return `${what}: ${JSON.stringify(packet)}\n  because of ${JSON.stringify(because)}`;
}

function report(result: fc.RunDetails<[World, PacketChoice[]]>): string {
  const inventory = result.counterexample?.[0].inventory ?? {};
  const options = result.counterexample?.[0].options;
  const error =
    result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  return [
    error,
    `Repeat with ORACLE_SEED=${result.seed} (run ${result.numRuns}, ${result.numShrinks} times smaller):`,
    ...Object.entries(inventory).map(([part, value]) => `  ${part}: ${JSON.stringify(value)}`),
    `  options: ${JSON.stringify(options)}`,
  ].join("\n");
}
