import { expect } from "chai";
import type { Inventory, PrefixList, Route, SecurityGroupRule } from "../../inventory/types";
import { mapInventory, prefixListGroupsOf, prefixListObjects } from "../../mapping";
import { adoption } from "../../mapping/adoption";
import { parseCidr } from "../../lib/net/cidr";
import { alreadyAllowed } from "../../mapping/coverage";
import { mapWithin, NO_GUARDRAILS } from "../../mapping/guardrails";
import {
  addressObject,
  cidrNamed,
  isAddressGroupName,
  isAddressGroupPart,
  prefixListName,
  prefixListPartName,
} from "../../declaration/names";
import type { MappingOptions, Policy } from "../../mapping/types";
import { inventoryWith, networkInterface, OPTIONS, rulebase, securityGroup, theirs } from "./fixtures";
import { randomOf, type Random } from "./oracle/random";

const OWNER = OPTIONS.ownerId;
const LIST = "pl-0123456789abcdef0";
const NAME = `aws-${OWNER}-${LIST}`;
const HTTPS = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
const OFFICES = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"];

function list(entries: readonly string[], fields: Partial<PrefixList> = {}): PrefixList {
  const cidrs = entries.map((cidr) => ({ cidr }));
  return { id: LIST, name: "offices", addressFamily: "IPv4", entries: cidrs, ...fields };
}

function map(
  entries: readonly string[],
  options: Partial<MappingOptions> = {},
  rules: Partial<SecurityGroupRule>[] = [{ ...HTTPS, prefixListId: LIST }],
  changes: Partial<Inventory> = {},
) {
  const inventory = inventoryWith(rules, { prefixLists: [list(entries)], ...changes });
  const policy = mapInventory(inventory, { ...OPTIONS, prefixListGroups: 2, ...options });
  return { inventory, policy, rules: policy.rules, lists: prefixListGroupsOf(policy.rules) };
}

const sources = ({ rules }: ReturnType<typeof map>) => rules.map(({ rule }) => rule.source);

/** VPCs with an instance and a group each, of which some send what goes to some others to the firewall, and a list of all. */
function betweenVpcs({ some, oneIn, pick }: Random): Inventory {
  const numbers = [0, 1, 2, 3, 4, 5];
  const whole = [{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }];
  const routesTo = (others: number[]) =>
    others.map((to) => ({ destinationCidrBlock: `10.${to}.0.0/16`, instanceId: "i-fw" }));
  return vpcsWith(
    numbers.map((number) => (number < 3 || oneIn(4) ? whole : routesTo(some([0, 1, 2])))),
    [pick([[0, 1], [0]]), pick([[0, 2], [2]]), [1, 2]],
    [...some(numbers.map((number) => `10.${number}.1.0/24`)), "203.0.113.0/24"],
  );
}

/** Two groups in a VPC together, and each in one more, to which another VPC leads alone. */
function twoVpcs(entries: string[]): Inventory {
  const whole = [{ destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" }];
  const routes = [1, 2].map((to) => [{ destinationCidrBlock: `10.${to}.0.0/16`, instanceId: "i-fw" }]);
  return vpcsWith(
    [whole, whole, whole, ...routes],
    [
      [0, 1],
      [0, 2],
    ],
    entries,
  );
}

/** @param groups for each security group, which let in from the list, the VPCs that it is used in */
function vpcsWith(routes: Route[][], groups: number[][], entries: string[]): Inventory {
  const numbers = routes.map((_, number) => number);
  return {
    format: 1,
    vpcs: numbers.map((number) => ({
      id: `vpc-${number}`,
      cidrBlocks: [`10.${number}.0.0/16`],
      ipv6CidrBlocks: [],
    })),
    subnets: numbers.map((number) => ({
      id: `subnet-${number}`,
      vpcId: `vpc-${number}`,
      routeTableId: `rtb-${number}`,
    })),
    routeTables: routes.map((each, number) => ({
      id: `rtb-${number}`,
      vpcId: `vpc-${number}`,
      routes: each,
    })),
    instances: numbers.map((number) => ({ id: `i-${number}`, state: "running" })),
    networkInterfaces: numbers.map((number) =>
      networkInterface({
        id: `eni-${number}`,
        instanceId: `i-${number}`,
        vpcId: `vpc-${number}`,
        subnetId: `subnet-${number}`,
        privateIpAddresses: [`10.${number}.9.9`],
        ipv6Addresses: [],
        securityGroupIds: groups.flatMap((vpcs, group) => (vpcs.includes(number) ? [`sg-0${group}`] : [])),
      }),
    ),
    securityGroups: groups.map((_, group) =>
      securityGroup([{ id: `sgr-${group}`, prefixListId: LIST }], { id: `sg-0${group}`, vpcId: "vpc-0" }),
    ),
    prefixLists: [list(entries)],
  };
}

describe("large prefix lists", () => {
  it("are named by rules as one group, small ones by their entries", () => {
    expect(sources(map(OFFICES))).to.deep.equal([[NAME]]);
    expect(sources(map(OFFICES, { prefixListGroups: 3 }))).to.deep.equal([OFFICES]);
    expect(sources(map([...OFFICES, OFFICES[0]!], { prefixListGroups: 3 }))).to.deep.equal([OFFICES]);
    const without = mapInventory(map(OFFICES).inventory, OPTIONS);
    expect(without.rules.map(({ rule }) => rule.source)).to.deep.equal([OFFICES]);
  });

  it("change only their objects when an entry changes, also where not all of them cross the firewall", () => {
    for (const inside of [[], ["10.0.7.0/24"]]) {
      const before = map([...OFFICES, ...inside]);
      const after = map([...OFFICES.slice(1), "233.252.0.0/24", ...inside]);
      expect(after.rules.map(({ rule }) => rule)).to.deep.equal(before.rules.map(({ rule }) => rule));
      expect(after.lists[0]?.entries).to.deep.equal([...OFFICES.slice(1), "233.252.0.0/24"]);
    }
  });

  it("are a group of their own where an entry doesn't cross the firewall, without that entry", () => {
    const { lists } = map([...OFFICES, "10.0.7.0/24"]);
    expect(lists.map(({ entries }) => entries)).to.deep.equal([OFFICES]);
    expect(lists[0]?.name).to.match(new RegExp(`^${NAME}-s[0-9a-f]{12}$`));
  });

  it("are a group for each zone, and for each family that a protocol carries", () => {
    const zoned = map(OFFICES, { zones: { sources: { "192.0.2.0/24": "partner" } } });
    expect(zoned.rules.map(({ rule: { from } }) => from[0]).sort()).to.deep.equal(["partner", "untrust"]);
    expect(zoned.lists.map(({ entries }) => entries).sort()).to.deep.equal([[OFFICES[0]], OFFICES.slice(1)]);
    expect(new Set(zoned.lists.map(({ name }) => name)).size).to.equal(2);
    const icmp = { ipProtocol: "icmpv6", fromPort: -1, toPort: -1, prefixListId: LIST };
    const mixed = map([...OFFICES, "2001:db8:ff::/48"], {}, [icmp, { ...HTTPS, prefixListId: LIST }]);
    expect(mixed.lists.map(({ entries }) => entries.length).sort()).to.deep.equal([1, 4]);
  });

  it("say for every rule what its entries would say, wherever zones depend on other VPCs' routes", () => {
    let apart = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const inventory = betweenVpcs(randomOf(seed, 0));
      const [named, plain] = [0, undefined].map((prefixListGroups) =>
        mapInventory(inventory, { ...OPTIONS, ...(prefixListGroups !== undefined && { prefixListGroups }) }),
      ) as [Policy, Policy];
      const entries = new Map(prefixListGroupsOf(named.rules).map((each) => [each.name, each.entries]));
      const said = ({ rules }: Policy) =>
        rules.map(({ rule }) => [rule.name, rule.source.flatMap((text) => entries.get(text) ?? [text])]);
      expect(said(named), `seed ${seed}`).to.deep.equal(said(plain));
      for (const name of entries.keys()) expect(isAddressGroupName(name, OWNER), name).to.equal(true);
      const scopes = new Set(named.rules.map(({ rule }) => rule.from[0]));
      if (entries.size > scopes.size) apart++;
    }
    expect(apart, "accounts in which one zone needs several groups").to.be.greaterThan(20);
  });

  it("keep their names while rules of one scope have the same entries", () => {
    const names = (entries: string[]) => {
      const [policy] = [mapInventory(twoVpcs(entries), { ...OPTIONS, prefixListGroups: 0 })];
      return policy.rules.filter(({ rule }) => rule.from[0] === "trust").map(({ rule }) => rule.source);
    };
    const [[one], [other]] = names(["10.3.1.0/24", "10.4.1.0/24", "203.0.113.0/24"]) as [string[], string[]];
    expect(one).to.not.equal(other);
    expect(names(["10.3.2.0/24", "10.4.2.0/24", "203.0.113.0/24"])).to.deep.equal([[one], [other]]);
    const alone = names(["10.3.1.0/24", "203.0.113.0/24"]);
    expect(alone).to.deep.equal([["aws-abcd1234-pl-0123456789abcdef0-s0bc45282b3e4"]]);
  });

  it("stand beside what else a permission names, and leave an entry to the rule that names it too", () => {
    const direct = { ...HTTPS, cidrIpv4: "192.0.2.0/24" };
    expect(sources(map(OFFICES, {}, [direct, { ...HTTPS, prefixListId: LIST }]))).to.deep.equal([
      [NAME, "192.0.2.0/24"],
    ]);
  });

  it("are the destination of egress rules", () => {
    const egress = [{ id: "sgr-9", ...HTTPS, prefixListId: LIST }];
    const { inventory } = map(OFFICES);
    const groups = inventory.securityGroups.map((group) => ({ ...group, egress }));
    const { rules } = map(OFFICES, { directions: ["egress"] }, [], { securityGroups: groups });
    expect(rules.map(({ rule }) => rule.destination)).to.deep.equal([[NAME]]);
  });

  it("consist of objects, each address once, and of groups where they are larger than a group may be", () => {
    const many = Array.from({ length: 1_001 }, (_, index) => `100.${index >> 8}.${index & 255}.0/24`);
    const { lists } = map([...many, "2001:db8:ff::/48"]);
    const { addressGroups, addresses } = prefixListObjects(lists, OWNER);
    expect(addressGroups.map(({ name, members }) => [name, members.length])).to.deep.equal([
      ...[1, 2, 3].map((part) => [`${NAME}-${part}`, part < 3 ? 500 : 2]),
      [NAME, 3],
    ]);
    expect(addresses).to.have.length(1_002);
    expect(addresses.find(({ value }) => value.includes(":"))).to.deep.equal({
      name: `aws-${OWNER}-20010db800ff-48`,
      value: "2001:db8:ff::/48",
      tag: [`aws-panos-${OWNER}`],
    });
    const shared = prefixListObjects([...lists, { ...lists[0]!, name: "other" }], OWNER);
    expect(shared.addresses).to.have.length(1_002);
  });

  it("keep their entries before guardrails", () => {
    const { inventory } = map([...OFFICES, "198.0.0.0/8"]);
    const widestSource = [
      {
        text: "tcp/443",
        traffic: { protocol: "tcp" as const, fromPort: 443, toPort: 443 },
        IPv4: 16,
        IPv6: 32,
      },
    ];
    const policy = mapWithin(
      inventory,
      { ...OPTIONS, prefixListGroups: 2 },
      { ...NO_GUARDRAILS, widestSource },
    );
    expect(policy.rules).to.deep.equal([]);
    expect(policy.guarded[0]?.reason).to.include("198.0.0.0/8");
  });

  it("are left out where an administrator's rules allow every entry, and not where they allow some", () => {
    const { policy } = map(OFFICES);
    for (const [source, covered] of [
      [["192.0.0.0/8", "198.51.100.0/24", "203.0.113.0/24"], 1],
      [OFFICES.slice(1), 0],
    ] as const) {
      const base = rulebase([theirs("theirs", { source: [...source], application: ["ssl"] })]);
      const result = alreadyAllowed(
        policy,
        { candidate: base, running: base },
        { cleanupRule: "cleanup", enabled: true },
      );
      expect(result.covered).to.have.length(covered);
    }
  });

  it("let an administrator's rule be taken over whose sources they hold", () => {
    const { policy } = map(OFFICES);
    for (const [source, adopted] of [
      [OFFICES[2]!, ["theirs"]],
      ["203.0.112.0/23", []],
    ] as const) {
      const rule = theirs("theirs", {
        ...{ source: [source], destination: ["10.0.1.10"] },
        ...{ application: ["ssl"], service: ["application-default"] },
      });
      const base = rulebase([{ ...rule, found: { ...rule, description: "", extras: [] } }]);
      const options = { cleanupRule: "cleanup", enabled: true, adopt: ["theirs"] };
      const result = adoption(policy.rules, policy, { candidate: base, running: base }, options);
      expect(
        result.adopted.map(({ name }) => name),
        result.refused.join(),
      ).to.deep.equal(adopted);
    }
  });
});

describe("names of address objects and of prefix lists' groups", () => {
  const blocks = [
    "0.0.0.0/0",
    "192.0.2.0/24",
    "255.255.255.255/32",
    "::/0",
    "2000::/3",
    "2001:db8::/33",
    "2001:db8::1/128",
  ];

  it("are those of one block each, which they tell", () => {
    for (const text of blocks) {
      const { name, value } = addressObject(OWNER, text);
      expect([value, cidrNamed(name, OWNER)]).to.deep.equal([text, text]);
      expect(cidrNamed(name, "other123")).to.equal(undefined);
    }
    expect(new Set(blocks.map((text) => addressObject(OWNER, text).name)).size).to.equal(blocks.length);
    for (const name of [
      "192.0.2.1-24",
      "20010db8-33",
      "20010db9-31",
      "192.0.2.0-33",
      "-32",
      "tcp-443",
      "sg-0a",
    ]) {
      expect(cidrNamed(`aws-${OWNER}-${name}`, OWNER), name).to.equal(undefined);
    }
  });

  it("fit into 63 characters, and hold nothing that PAN-OS refuses", () => {
    const owner = "o".repeat(16);
    const group = prefixListPartName(prefixListName(owner, `pl-${"f".repeat(21)}`, ["scope"]), 999);
    const names = [...blocks, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"].map(
      (text) => addressObject(owner, parseCidr(text)!.text).name,
    );
    for (const name of [group, ...names]) {
      expect(name.length).to.be.at.most(63);
      expect(name).to.match(/^[a-z0-9][a-z0-9.-]*$/);
    }
    expect(isAddressGroupName(group, owner)).to.equal(true);
    expect([group, NAME, `${NAME}-1`].map(isAddressGroupPart)).to.deep.equal([true, false, true]);
  });
});
