import { expect } from "chai";
import type { Inventory, Route, Tags } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import { mapWithin, NO_GUARDRAILS } from "../../mapping/guardrails";
import { QUARANTINE_TAGS } from "../../mapping/marks";
import type { MappingOptions, QuarantineOptions } from "../../mapping/types";
import { DEFAULT_ROUTES, GROUP, inventoryWith, networkInterface, OPTIONS, routeTable } from "./fixtures";

const QUARANTINE: QuarantineOptions = { tags: QUARANTINE_TAGS, deny: false, responders: [] };
const IR = { SecurityStatus: "IR" };
const ALL = { cidrIpv4: "0.0.0.0/0" };

/** Two instances of one group, i-1 (10.0.1.10) and i-2 (10.0.1.20), with these tags. */
function two(
  first: Tags | undefined,
  second: Tags | undefined = {},
  changes: Partial<Inventory> = {},
): Inventory {
  const tagged = (id: string, tags: Tags | undefined) => ({
    id,
    state: "running" as const,
    ...(tags && { tags }),
  });
  const whole = inventoryWith([ALL, { cidrIpv6: "::/0" }], {
    instances: [tagged("i-1", first), tagged("i-2", second), tagged("i-fw", {})],
    ...changes,
  });
  const other = networkInterface({
    ...{
      id: "eni-2",
      instanceId: "i-2",
      privateIpAddresses: ["10.0.1.20"],
      ipv6Addresses: ["2001:db8:1::20"],
    },
  });
  return { ...whole, networkInterfaces: [...whole.networkInterfaces, other] };
}

function policyOf(
  inventory: Inventory,
  quarantine: Partial<QuarantineOptions> = {},
  options: Partial<MappingOptions> = {},
) {
  return mapInventory(inventory, { ...OPTIONS, ...options, quarantine: { ...QUARANTINE, ...quarantine } });
}

const destinations = (inventory: Inventory, options: Partial<MappingOptions> = {}) =>
  policyOf(inventory, {}, options).rules.flatMap(({ rule }) => rule.destination);

describe("isolating instances by tag", () => {
  it("takes a marked instance's addresses from its groups' rules, and nobody else's", () => {
    expect(destinations(two(IR))).to.deep.equal(["10.0.1.20", "2001:db8:1::20"]);
    expect(destinations(two({}))).to.have.length(4);
    expect(destinations(two({ SecurityStatus: "ir", IR: "SecurityStatus" }))).to.have.length(4);
    const { rules, protectedInterfaces, isolation } = policyOf(two(IR, IR));
    expect(rules).to.deep.equal([]);
    // Not an account without instances behind the firewall, which would be a mistake.
    expect(protectedInterfaces).to.deep.equal(["eni-1", "eni-2"]);
    expect(isolation?.rules).to.deep.equal([]);
  });

  it("warns of a tag that is almost the one: in another case, or with blanks", () => {
    const near = [
      { SecurityStatus: "ir" },
      { securitystatus: "IR" },
      { "SecurityStatus ": "IR" },
      { "Security Status": " IR" },
      { SECURITYSTATUS: "iR\u00a0" },
    ];
    for (const tags of near) {
      const { warnings, rules } = policyOf(two(tags));
      const [warning = ""] = warnings.filter((each) => each.includes("almost"));
      expect(warning, JSON.stringify(tags)).to.match(
        /^i-1 has the tag ".*", which is almost SecurityStatus=IR: it is not/,
      );
      expect(rules.flatMap(({ rule }) => rule.destination)).to.include("10.0.1.10");
      const guarded = mapWithin(two(tags), { ...OPTIONS, quarantine: QUARANTINE }, NO_GUARDRAILS);
      expect(guarded.warnings).to.include(warning);
    }
    for (const tags of [IR, {}, { SecurityStatus: "ok" }, { ...IR, securitystatus: "ir" }])
      expect(policyOf(two(tags)).warnings.join()).not.to.include("almost");
  });

  it("warns of it whatever has it: an instance that doesn't run, an interface of none, but nothing that is isolated", () => {
    const near = { SecurityStatus: "ir" };
    const almost = (inventory: Inventory, options: Partial<MappingOptions> = {}) =>
      policyOf(inventory, {}, options)
        .warnings.filter((each) => each.includes("almost"))
        .join();
    const inventory = two({});
    const stopped = { ...inventory, stopped: [{ id: "i-9", tags: near }] };
    expect(almost(stopped, { destinations: "dynamic" })).to.match(/^i-9 has the tag/);
    expect(almost(stopped)).to.equal("");
    const balancer = networkInterface({ id: "eni-lb", interfaceType: "network_load_balancer", tags: near });
    delete balancer.instanceId;
    const loaded = { ...inventory, networkInterfaces: [...inventory.networkInterfaces, balancer] };
    expect(almost(loaded, { interfaces: "all" })).to.match(/^eni-lb has the tag/);
    expect(almost(loaded)).to.equal("");
    // Its owner's tags were not seen, so that it is isolated: what others have set on it says nothing.
    const others = two(near, {}, { accountId: "111111111111" });
    const owned = {
      ...others,
      instances: others.instances.map((each) => ({ ...each, ownerId: "222222222222" })),
    };
    expect(policyOf(owned).isolation?.instances.map(({ id }) => id)).to.include("i-1");
    expect(almost(owned)).to.equal("");
  });

  it("names what is withheld with its reason, and who is isolated", () => {
    const { withheld, isolation } = policyOf(two(IR));
    expect(withheld.map(({ reason }) => reason)).to.deep.equal([
      `Security group web (${GROUP}), TCP port 443, is withheld: of its instances, i-1 has the tag SecurityStatus=IR (quarantine).`,
    ]);
    expect(withheld[0]?.permission.ruleIds).to.deep.equal(["sgr-1", "sgr-2"]);
    expect(isolation?.instances).to.deep.equal([
      {
        id: "i-1",
        reason: "i-1 has the tag SecurityStatus=IR",
        isMarked: true,
        addresses: ["10.0.1.10", "2001:db8:1::10"],
      },
    ]);
  });

  it("withholds from an instance whose tags nobody has seen, but denies it nothing", () => {
    const { rules, isolation } = policyOf(two(undefined), { deny: true });
    expect(rules[0]?.rule.destination).to.deep.equal(["10.0.1.20", "2001:db8:1::20"]);
    expect(isolation).to.deep.include({ addresses: [], rules: [] });
    expect(isolation?.instances[0]?.reason).to.include("tags were not seen");
  });

  it("denies both directions, for every kind of address, above responders and below them", () => {
    const inventory = two(
      IR,
      {},
      {
        networkInterfaces: [
          networkInterface({
            privateIpAddresses: ["10.0.1.10", "10.0.1.11"],
            ipv4Prefixes: ["10.0.1.128/28"],
            ipv6Prefixes: ["2001:db8:1:0:a::/80"],
            publicIps: [{ privateIpAddress: "10.0.1.10", publicIp: "198.51.100.9" }],
          }),
        ],
      },
    );
    const deny = { deny: true, responders: ["10.9.0.0/16"] };
    const own = [
      ...["10.0.1.10", "10.0.1.11", "10.0.1.128/28", "198.51.100.9"],
      ...["2001:db8:1::10", "2001:db8:1:0:a::/80"],
    ];
    const rules = policyOf(inventory, deny, { logSetting: "siem" }).isolation!.rules;
    const end = (source: string[], destination: string[]) => ({ source, destination });
    expect(
      rules.map(({ name, action, source, destination }) => ({ name, action, source, destination })),
    ).to.deep.equal([
      { name: "aws-quarantine-abcd1234-out", action: "deny", ...end(own, ["any"]) },
      { name: "aws-quarantine-abcd1234-responders", action: "allow", ...end(["10.9.0.0/16"], own) },
      { name: "aws-quarantine-abcd1234-in", action: "deny", ...end(["any"], own) },
    ]);
    for (const rule of rules) {
      expect(rule).to.deep.include({
        logStart: true,
        logSetting: "siem",
        from: ["any"],
        to: ["any"],
        service: ["any"],
      });
    }
    const translated = policyOf(inventory, deny, { destinationAddress: "public" }).isolation!;
    expect(translated.rules[2]?.destination).to.include("198.51.100.9").and.to.include("10.0.1.10");
  });

  it("takes a marked instance that is not behind the firewall, or is being detached, for no responder", () => {
    const inventory = two(IR, IR);
    const elsewhere = inventory.networkInterfaces.map((each) =>
      each.id === "eni-2" ? { ...each, attachmentStatus: "detaching" as const } : each,
    );
    const deny = { deny: true, responders: ["10.0.1.20/31", "10.9.0.0/16"] };
    const { rules, responders } = policyOf({ ...inventory, networkInterfaces: elsewhere }, deny).isolation!;
    expect(rules[1]?.source).to.deep.equal(["10.0.1.21/32", "10.9.0.0/16"]);
    expect(responders).to.deep.equal(rules[1]?.source);
  });

  it("cuts it out of sources in its zone, so that it reaches nobody behind the firewall either", () => {
    const routes = [...DEFAULT_ROUTES, { destinationCidrBlock: "10.0.1.0/24", instanceId: "i-fw" }];
    const inventory = two(IR, {}, { routeTables: [routeTable(routes)] });
    inventory.securityGroups[0]!.ingress = [
      { id: "sgr-9", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.1.8/29" },
    ];
    const source = (quarantine: Partial<QuarantineOptions>, options: Partial<MappingOptions> = {}) =>
      policyOf(inventory, quarantine, options).rules[0]?.rule.source;
    expect(source({})).to.deep.equal(["10.0.1.8/31", "10.0.1.11/32", "10.0.1.12/30"]);
    expect(source({ tags: { other: ["x"] } })).to.deep.equal(["10.0.1.8/29"]);
    // Denied at the very top, and without a commit: the rule stays as it is.
    expect(source({ deny: true }, { destinations: "dynamic" })).to.deep.equal(["10.0.1.8/29"]);
    const below = { deny: true, before: "theirs" };
    expect(source(below, { destinations: "dynamic" })).to.have.length(3);
    // From a subnet that isn't behind the firewall it is no member of what is denied.
    const elsewhere = {
      ...inventory,
      networkInterfaces: inventory.networkInterfaces.map((each) =>
        each.id === "eni-1" ? { ...each, subnetId: "subnet-elsewhere" } : each,
      ),
    };
    const fromThere = policyOf(elsewhere, { deny: true }, { destinations: "dynamic" });
    expect(fromThere.isolation?.members).to.deep.equal([]);
    expect(fromThere.rules[0]?.rule.source).to.deep.equal(["10.0.1.8/31", "10.0.1.11/32", "10.0.1.12/30"]);
  });

  describe("cuts it out of sources by the addresses that its packets may have", () => {
    const PUBLIC = "198.51.100.7";
    /** i-2 is in a VPC whose routes lead elsewhere, unless told otherwise, and has a public address. */
    const apart = (
      second: Tags | undefined,
      routes: Route[] = [{ destinationCidrBlock: "0.0.0.0/0", transitGatewayId: "tgw-1" }],
    ) => {
      const whole = two({}, second);
      const publicIps = [{ privateIpAddress: "10.3.1.9", publicIp: PUBLIC }];
      return {
        ...whole,
        vpcs: [...whole.vpcs, { id: "vpc-3", cidrBlocks: ["10.3.0.0/16"], ipv6CidrBlocks: [] }],
        subnets: [...whole.subnets, { id: "subnet-3", vpcId: "vpc-3", routeTableId: "rtb-3" }],
        routeTables: [...whole.routeTables, { id: "rtb-3", vpcId: "vpc-3", routes }],
        networkInterfaces: whole.networkInterfaces.map((each) =>
          each.id === "eni-2"
            ? {
                ...each,
                vpcId: "vpc-3",
                subnetId: "subnet-3",
                privateIpAddresses: ["10.3.1.9"],
                ipv6Addresses: [],
                publicIps,
              }
            : each,
        ),
      };
    };
    const of = (
      cidrIpv4: string,
      inventory: Inventory,
      options: Partial<MappingOptions> = {},
      deny = false,
    ) => {
      inventory.securityGroups[0]!.ingress = [
        { id: "sgr-9", ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4 },
      ];
      const { rules, withheld } = policyOf(inventory, { deny }, options);
      return {
        sources: rules.flatMap(({ rule }) => rule.source),
        reasons: withheld.map(({ reason }) => reason).join(),
      };
    };
    const ways: [string, Partial<MappingOptions>, Route[] | undefined][] = [
      ["through a transit gateway, from the untrust zone", {}, undefined],
      ["from a zone of its block's", { zones: { sources: { "10.3.0.0/16": "partner" } } }, undefined],
      ["from a zone of its VPC's", { zones: { vpcs: { "vpc-3": "lab" } } }, undefined],
      ["through the firewall", {}, [{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }]],
      ["in dynamic destinations, where it is not denied", { destinations: "dynamic" }, undefined],
    ];
    for (const [what, options, routes] of ways) {
      it(what, () => {
        for (const address of ["10.3.1.9", PUBLIC]) {
          const block = `${address}/32`;
          expect(of(block, apart({}, routes), options)).to.deep.equal({ sources: [block], reasons: "" });
          const cut = of(block, apart(IR, routes), options);
          expect(cut.sources).to.deep.equal([]);
          expect(cut.reasons).to.include("sgr-9").and.to.include("isolated");
        }
        expect(of("10.3.1.8/31", apart(IR, routes), options).sources).to.deep.equal(["10.3.1.8/32"]);
        expect(of("198.51.100.6/31", apart(IR, routes), options).sources).to.deep.equal(["198.51.100.6/32"]);
        expect(of("203.0.113.0/24", apart(IR, routes), options).sources).to.deep.equal(["203.0.113.0/24"]);
      });
    }

    it("as each VPC of those that the rule is for takes it", () => {
      // Packets from i-2 are inside for what is beside it, and from beyond the firewall for what is in another VPC.
      const inventory = apart(IR, []);
      const beside = networkInterface({
        ...{ id: "eni-3", instanceId: "i-3", vpcId: "vpc-3", subnetId: "subnet-4" },
        ...{ privateIpAddresses: ["10.3.2.9"], ipv6Addresses: [] },
      });
      const towards = [{ destinationCidrBlock: "10.3.1.0/24", instanceId: "i-fw" }];
      const both = {
        ...inventory,
        instances: [...inventory.instances, { id: "i-3", state: "running" as const, tags: {} }],
        subnets: [...inventory.subnets, { id: "subnet-4", vpcId: "vpc-3", routeTableId: "rtb-4" }],
        routeTables: [...inventory.routeTables, { id: "rtb-4", vpcId: "vpc-3", routes: towards }],
        networkInterfaces: [...inventory.networkInterfaces, beside],
      };
      expect(of("10.3.1.8/31", both).sources).to.deep.equal(["10.3.1.8/32", "10.3.1.8/32"]);
      expect(of("10.3.1.9/32", both).sources).to.deep.equal([]);
    });

    it("but leaves sources as they are where denials at the very top have its public address", () => {
      const behind = [{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }];
      expect(of("0.0.0.0/0", apart(IR, behind), {}, true).sources).to.include("0.0.0.0/0");
      const { isolation } = policyOf(apart(IR, behind), { deny: true }, { destinations: "dynamic" });
      expect(isolation?.members).to.deep.equal(["10.3.1.9", PUBLIC]);
      expect(of("198.51.100.6/31", apart(IR), {}, true).sources).to.deep.equal(["198.51.100.6/32"]);
    });
  });

  it("takes it from its address groups, where destinations are dynamic: no rule is different", () => {
    const dynamic = { destinations: "dynamic" as const };
    const deny = { deny: true };
    const [free, marked] = [policyOf(two({}), deny, dynamic), policyOf(two(IR), deny, dynamic)];
    expect(marked.rules).to.deep.equal(free.rules);
    expect(marked.isolation?.rules).to.deep.equal(free.isolation?.rules);
    expect(free.isolation).to.deep.include({ memberTag: "aws-panos-abcd1234-quarantine", members: [] });
    expect(marked.isolation?.members).to.deep.equal(["10.0.1.10", "2001:db8:1::10"]);
    expect(marked.isolation?.addressGroup?.name).to.equal("aws-abcd1234-quarantine");
    expect(marked.addressGroups[0]?.members).to.deep.equal(["10.0.1.20", "2001:db8:1::20"]);
  });

  it("excuses the rules that differ because of it, and no others", () => {
    const names = (first: Tags | undefined, second: Tags | undefined) =>
      policyOf(two(first, second)).isolation!.excused.filter((name) => name.startsWith("aws-sg-"));
    expect(names(IR, {})).to.deep.equal([`aws-${GROUP}-tcp-443`]);
    expect(names(IR, IR)).to.deep.equal([`aws-${GROUP}-tcp-443`]);
    expect(names({}, {})).to.deep.equal([]);
    // What is withheld because nobody saw tags may be a mistake, and counts.
    expect(names(undefined, undefined)).to.deep.equal([]);
  });

  it("holds for an instance that guardrails leave out besides", () => {
    const guardrails = {
      ...NO_GUARDRAILS,
      exclude: { ...NO_GUARDRAILS.exclude, instances: ["SecurityStatus"] },
    };
    const options = { ...OPTIONS, quarantine: { ...QUARANTINE, deny: true } };
    const { isolation, guarded } = mapWithin(two(IR), options, guardrails);
    expect(guarded).to.have.length(2);
    expect(isolation?.rules.map(({ destination }) => destination)).to.deep.include([
      "10.0.1.10",
      "2001:db8:1::10",
    ]);
  });
});
