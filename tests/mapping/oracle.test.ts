/**
 * The invariant, on random accounts and packets: nothing that the security groups refuse is let through by a
 * rule of ours, in any mode; and what they let through the firewall, the rules let through, but for what is
 * withheld by name.
 *
 * `ORACLE_RUNS` sets the number of cases, `ORACLE_SEED` their seed.
 */
import { expect } from "chai";
import { KINDS } from "../../aws/interface-kinds";
import { alreadyAllowed } from "../../mapping/coverage";
import { mapWithin } from "../../mapping/guardrails";
import type { GuardedPolicy, Guardrails } from "../../mapping/guardrails";
import { mapInventory, prefixListGroupsOf, prefixListObjects } from "../../mapping/index";
import {
  isAddressGroupName,
  isApplicationName,
  isMemberTag,
  isRuleName,
  isServiceName,
} from "../../declaration/names";
import type { MappedRule, MappingOptions } from "../../mapping/types";
import { isUp, passes, turningPoints } from "./oracle/aws";
import { edgesOf, isWithin } from "./oracle/bits";
import { rulebase, theirs } from "./fixtures";
import { judged, runCases } from "./oracle/cases";
import { countOf } from "./oracle/count";
import type { Failure, Mapping } from "./oracle/cases";
import { isIpv6 } from "./oracle/packet";
import { resolved, valuesOf } from "./oracle/panos";
import { randomOf } from "./oracle/random";
import type { Random } from "./oracle/random";
import { readable, reduced } from "./oracle/reduce";
import { seedOfRun } from "./oracle/seed";
import { isServices } from "./oracle/in-use";
import { runInParallel } from "./oracle/workers";
import { worldOf } from "./oracle/worlds";
import { hasTag } from "./oracle/zones";
import type { World } from "./oracle/worlds";

const RUNS = Number(process.env["ORACLE_RUNS"] ?? 100_000);
const SEED = seedOfRun();

describe("oracle: random packets through random accounts", function () {
  this.timeout(0);

  it("finds the same fate under the security groups and under the rules", async () => {
    const { seen, failure } = await runInParallel(SEED, RUNS);
    if (failure) throw new Error(report(failure));
    // A generator that makes nothing interesting proves nothing.
    const share = (part: number) => part / seen.packets;
    expect(share(seen.crossing), "packets that cross the firewall").to.be.greaterThan(0.1);
    expect(share(seen.letThrough), "packets let through").to.be.greaterThan(0.015);
    expect(share(seen.egress), "packets let out").to.be.greaterThan(0.004);
    expect(share(seen.inside), "packets between other zones").to.be.greaterThan(0.002);
    expect(share(seen.isolated), "packets of isolated instances").to.be.greaterThan(0.01);
    expect(seen.withheld, "packets of withheld permissions").to.be.greaterThan(0);
    if (RUNS < 50_000) return;
    const seenOf = (way: string) => KINDS.filter((kind) => seen.services[`${kind} ${way}`] !== undefined);
    expect(seenOf("ingress"), "kinds that packets are let through to").to.have.members([...KINDS]);
    // Rarer: not every seed lets packets out of each kind.
    expect(seenOf("egress").length, "kinds that packets are let out of").to.be.greaterThan(KINDS.length / 2);
  });

  it("names everything by the grammar, once each, and says nothing needless", () => {
    forWorlds(RUNS / 50, (world) => {
      const { inventory, options } = world;
      const { rules, services, addressGroups, applications, withheld } = mapInventory(inventory, options);
      const { ownerId } = options;
      const names = rules.map(({ rule }) => rule.name);
      expect(new Set(names).size).to.equal(names.length);
      for (const { rule } of rules) {
        expect(isRuleName(rule.name), rule.name).to.equal(true);
        for (const end of [rule.source, rule.destination])
          expect(end).to.not.include("any").and.to.not.be.empty;
        expect([rule.from.length, rule.to.length]).to.deep.equal([1, 1]);
        expect(rule.description.length).to.be.at.most(1023);
      }
      const used = (of: string[]) => [...new Set(of.filter((name) => name.startsWith("aws-")))].sort();
      expect(services.map(({ name }) => name)).to.deep.equal(used(rules.flatMap(({ rule }) => rule.service)));
      expect(services.every(({ name }) => isServiceName(name, ownerId))).to.equal(true);
      expect(applications.map(({ name }) => name)).to.deep.equal(
        used(rules.flatMap(({ rule }) => rule.application)),
      );
      expect(applications.every(({ name }) => isApplicationName(name, ownerId))).to.equal(true);
      const lists = prefixListGroupsOf(rules);
      const groups = [...addressGroups.map(({ group }) => group.name), ...lists.map(({ name }) => name)];
      expect(groups.sort()).to.deep.equal(
        used(rules.flatMap(({ rule }) => [...rule.source, ...rule.destination])),
      );
      for (const { name, prefixListId, entries } of lists) {
        expect(isAddressGroupName(name, ownerId), name).to.equal(true);
        expect(inventory.prefixLists.find(({ id }) => id === prefixListId)?.entries.length).to.be.greaterThan(
          options.prefixListGroups ?? Infinity,
        );
        expect(entries).to.not.be.empty;
      }
      for (const { group, memberTag, members, carriers } of addressGroups) {
        expect(isAddressGroupName(group.name, ownerId), group.name).to.equal(true);
        expect(isMemberTag(memberTag, ownerId), memberTag).to.equal(true);
        expect(carriers).to.include.members(members);
      }
      for (const { rule, permission } of rules) {
        const near = permission.direction === "ingress" ? rule.destination : rule.source;
        for (const address of resolved(near, addressGroups)) expectPolicy(world, rule, address);
      }
      if (options.destinations === "addresses") for (const mapped of rules) expectNeeded(world, mapped);
      else for (const { group } of addressGroups) expectRunning(world, resolved([group.name], addressGroups));
      expect(withheld.every(({ reason }) => reason.startsWith("Security group "))).to.equal(true);
    });
  });

  it("loses no permission and no interface: rules, already allowed or withheld, mapped or left out by kind", () => {
    const all = { permissions: 0, rules: 0, covered: 0, withheld: 0, elsewhere: 0 };
    forWorlds(RUNS / 50, (world, random) => {
      const policy = mapWithin(world.inventory, world.options, guardrailsOf(random));
      const rules = [
        theirs("allow-some", { application: ["any"], source: ["198.51.100.0/24"], to: ["any"] }),
      ];
      const both = { candidate: rulebase(rules), running: rulebase(rules) };
      const coverage = alreadyAllowed(policy, both, { cleanupRule: "cleanup", enabled: true });
      const count = countOf(world, policy, coverage);
      expect({ vanished: count.vanished, uncounted: count.uncounted }).to.deep.equal({
        vanished: [],
        uncounted: [],
      });
      for (const end of Object.keys(all) as (keyof typeof all)[]) all[end] += count[end];
    });
    // Each end is met, and together they are at least as many as what came in.
    expect(all.rules + all.covered + all.withheld + all.elsewhere).to.be.at.least(all.permissions);
    for (const [end, number] of Object.entries(all)) expect(number, end).to.be.greaterThan(RUNS / 5000);
  });

  it("notices a permission that vanishes", () => {
    let vanished = 0;
    forWorlds(200, (world) => {
      const { withheld, ...policy } = mapInventory(world.inventory, world.options);
      const coverage = { needed: policy.rules, covered: [] };
      vanished += countOf(world, { ...policy, withheld: withheld.slice(1) }, coverage).vanished.length;
    });
    expect(vanished).to.be.greaterThan(20);
  });

  it("does not depend on the order of anything in the inventory", () => {
    forWorlds(RUNS / 50, ({ inventory, options }, random) => {
      const guardrails = guardrailsOf(random);
      const reversed = {
        ...inventory,
        networkInterfaces: inventory.networkInterfaces.toReversed(),
        securityGroups: inventory.securityGroups.toReversed().map((group) => ({
          ...group,
          ingress: group.ingress.toReversed(),
          ...(group.egress && { egress: group.egress.toReversed() }),
        })),
        routeTables: inventory.routeTables
          .toReversed()
          .map((table) => ({ ...table, routes: table.routes.toReversed() })),
        prefixLists: inventory.prefixLists.toReversed(),
        subnets: inventory.subnets.toReversed(),
        instances: inventory.instances.toReversed(),
        vpcs: inventory.vpcs.toReversed(),
      };
      const sorted = (warnings: string[]) => warnings.toSorted();
      const [one, other] = [reversed, inventory].map((each) => mapWithin(each, options, guardrails)) as [
        GuardedPolicy,
        GuardedPolicy,
      ];
      expect({ ...one, warnings: sorted(one.warnings) }).to.deep.equal({
        ...other,
        warnings: sorted(other.warnings),
      });
    });
  });

  it("changes nothing but registrations where instances stop, with dynamic destinations", () => {
    let stops = 0;
    forWorlds(RUNS / 50, ({ inventory, options: drawn }, random) => {
      const options: MappingOptions = {
        ...drawn,
        destinations: "dynamic",
        ...(random.oneIn(2) && {
          quarantine: { tags: { tier: ["web"] }, deny: random.oneIn(2), responders: [] },
        }),
      };
      const guardrails = guardrailsOf(random);
      const ids = random.some(["i-1", "i-2", "i-3"]);
      const isStopped = ({ id }: { id: string }) => ids.includes(id);
      const stopped = inventory.instances.filter(isStopped).map(({ id, tags = {} }) => ({ id, tags }));
      const running = inventory.instances.map((each) =>
        isStopped(each) ? { ...each, tags: each.tags ?? {} } : each,
      );
      const [before, after] = [
        { ...inventory, instances: running, stopped: [] },
        { ...inventory, instances: running.filter((each) => !isStopped(each)), stopped },
      ].map((each) => mapWithin(each, options, guardrails)) as [GuardedPolicy, GuardedPolicy];
      const declared = ({ rules, addressGroups }: GuardedPolicy) => ({
        rules: rules.map(({ rule }) => rule),
        groups: addressGroups.map(({ group }) => group),
      });
      expect(declared(after)).to.deep.equal(declared(before));
      if (stopped.some(({ tags }) => Object.keys(tags).length > 0)) stops++;
    });
    expect(stops, "instances with tags that stopped").to.be.greaterThan(RUNS / 500);
  });

  it("notices an address group that is wider", () => {
    const wider: Mapping = (inventory, options) => {
      const policy = mapInventory(inventory, options);
      const rules = policy.rules.map(({ prefixLists = [], ...mapped }) => ({
        ...mapped,
        prefixLists: prefixLists.map((list) => ({ ...list, entries: [...list.entries, "0.0.0.0/0"] })),
      }));
      return { ...policy, rules };
    };
    const indices = Array.from({ length: 4000 }, (_, index) => index);
    const { failure } = runCases(1, indices, wider);
    expect(failure && judged(failure.world, failure.packet, wider)?.what).to.equal("wider than AWS");
  });

  it("notices a mapping that is wider, and reduces what it finds to an account that a person can read", () => {
    const wider: Mapping = (inventory, options) => {
      const policy = mapInventory(inventory, options);
      const rules = policy.rules.map((mapped) => ({
        ...mapped,
        rule: { ...mapped.rule, source: ["0.0.0.0/0", "::/0"] },
      }));
      return { ...policy, rules };
    };
    const { failure } = runCases(
      1,
      Array.from({ length: 2000 }, (_, index) => index),
      wider,
    );
    expect(failure).to.not.equal(undefined);
    const smallest = reduced(failure!, wider);
    expect(judged(smallest, failure!.packet, wider)?.what).to.equal("wider than AWS");
    const { inventory } = smallest;
    expect(inventory.networkInterfaces.length).to.be.at.most(2);
    expect(inventory.securityGroups).to.have.length(1);
    const { ingress, egress = [] } = inventory.securityGroups[0]!;
    expect([...ingress, ...egress]).to.have.length(1);
    expect(readable(smallest).split("\n").length).to.be.at.most(12);
  });

  for (const [what, forgetful] of Object.entries<Mapping>({
    "lets isolated instances in": (inventory, { quarantine, ...options }) => ({
      ...mapInventory(inventory, {
        ...options,
        ...(quarantine && { quarantine: { ...quarantine, tags: {} } }),
      }),
    }),
    "doesn't deny": (inventory, options) => {
      const { isolation, ...policy } = mapInventory(inventory, options);
      return isolation ? { ...policy, isolation: { ...isolation, rules: [] } } : policy;
    },
  })) {
    it(`notices a mapping that ${what}`, () => {
      const { failure } = runCases(
        1,
        Array.from({ length: 500 }, (_, index) => index),
        forgetful,
      );
      expect(judged(failure!.world, failure!.packet, forgetful)?.what).to.match(/^isolated, and /);
      expect(judged(failure!.world, failure!.packet)).to.equal(undefined);
    });
  }
});

/** Guardrails that withhold something here and there. */
function guardrailsOf({ some, oneIn, pick }: Random): Guardrails {
  const port = (text: string, number: number) => ({
    text,
    traffic: { protocol: "tcp" as const, fromPort: number, toPort: number },
  });
  return {
    neverOpen: some([port("tcp/3389", 3389), port("tcp/22", 22)]),
    widestSource: oneIn(2) ? [] : [{ ...port("tcp/443", 443), IPv4: 16, IPv6: 48 }],
    exclude: {
      securityGroups: oneIn(4) ? ["team"] : [],
      vpcs: [],
      instances: oneIn(4) ? [pick(["tier=web", "tier=db"])] : [],
    },
    approvalTag: oneIn(12) ? "approved" : undefined,
  };
}

function forWorlds(count: number, check: (world: World, random: Random) => void): void {
  for (let index = 0; index < count; index++) {
    const random = randomOf(SEED, index);
    const world = worldOf(random);
    try {
      check(world, random);
    } catch (error) {
      throw new Error(`case ${index}, ORACLE_SEED=${SEED}: ${String(error)}\n${readable(world)}`, {
        cause: error,
      });
    }
  }
}

/** Whether each end of a rule is about packets that cross the firewall, to or from what runs behind it. */
function expectNeeded(world: World, mapped: MappedRule): void {
  const { rule, permission } = mapped;
  const [near, far] =
    permission.direction === "ingress" ? [rule.destination, rule.source] : [rule.source, rule.destination];
  expectRunning(world, near);
  const lists = prefixListObjects(prefixListGroupsOf([mapped]), world.options.ownerId);
  for (const block of valuesOf(far, lists)) {
    const edges = (block.includes("/") ? edgesOf(block) : [block]).filter((address) =>
      isWithin(address, block),
    );
    const crosses = near.some(
      (address) =>
        isIpv6(address) === isIpv6(block) &&
        carriersOf(world, address).some((carrier) =>
          [...edges, ...turningPoints(world, carrier)].some(
            (point) => isWithin(point, block) && passes(world, carrier, point),
          ),
        ),
    );
    expect(crosses, `${rule.name} and ${block}`).to.equal(true);
  }
}

/** Whether a rule has the profiles that the tags of the instance with an address ask for. */
function expectPolicy(world: World, rule: MappedRule["rule"], address: string): void {
  const fitting = carriersOf(world, address).some((carrier) => {
    const instance = world.inventory.instances.find(({ id }) => id === carrier.instanceId);
    const { tags } = isServices(world, carrier) ? carrier : (instance ?? {});
    const policy = world.options.policies?.find(({ tag }) => hasTag(tags, tag));
    return rule.profileGroup === policy?.profileGroup && rule.logSetting === policy?.logSetting;
  });
  expect(fitting, `the profiles of ${rule.name}`).to.equal(true);
}

function expectRunning(world: World, addresses: string[]): void {
  for (const address of addresses) {
    const isRunning = carriersOf(world, address).some((carrier) => isUp(world, carrier));
    expect(isRunning, address).to.equal(true);
  }
}

function carriersOf({ inventory }: World, address: string) {
  return inventory.networkInterfaces.filter((carrier) =>
    [
      ...carrier.privateIpAddresses,
      ...carrier.ipv6Addresses,
      ...(carrier.ipv4Prefixes ?? []),
      ...(carrier.ipv6Prefixes ?? []),
      ...(carrier.publicIps ?? []).map(({ publicIp }) => publicIp),
    ].includes(address),
  );
}

function report(failure: Failure): string {
  const smallest = reduced(failure);
  const { what, because } = judged(smallest, failure.packet) ?? {
    what: "nothing any more",
    because: undefined,
  };
  return [
    `${what}: ${JSON.stringify(failure.packet)}`,
    `  because of ${JSON.stringify(because)}`,
    `Case ${failure.index}; repeat with ORACLE_SEED=${SEED}. The account, reduced:`,
    readable(smallest),
  ].join("\n");
}
