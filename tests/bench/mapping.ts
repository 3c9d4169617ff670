import { alreadyAllowed } from "../../mapping/coverage";
import { mapInventory } from "../../mapping/index";
import type { MappingOptions } from "../../mapping/types";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import type { Rulebase, RulebaseRule } from "../../panos/policy";
import { table } from "./statistics";

/** What mapping an account costs, and judging its rules against an administrator's rulebase. */
export interface MappingResult {
  interfaces: number;
  permissions: number;
  rules: number;
  /** Seconds of processor time, the fastest of three: what other programs take is not the mapping's. */
  mapping: number;
  /** The same with egress, expanded references and zones. */
  everything: number;
  /** Of judging the rules against `theirs` rules of an administrator. */
  coverage: number;
  /** The same with `GROUPS` address groups of `HOSTS` hosts as their destinations. */
  groupCoverage: number;
  theirs: number;
  /** MB, the most that the process has held so far. */
  memory: number;
}

const ROUNDS = 3;
const PERMISSIONS_PER_GROUP = 10;
const THEIRS = 10_000;
const GROUPS = 500;
const HOSTS = 200;

const OPTIONS: MappingOptions = {
  firewall: { instanceIds: [], networkInterfaceIds: ["eni-0f"], vpcEndpointIds: [] },
  ownerId: "bench123",
  untrustZone: "untrust",
  trustZone: "trust",
  ruleMode: "application",
  destinations: "addresses",
  applications: {},
};
const EVERYTHING: MappingOptions = {
  ...OPTIONS,
  directions: ["ingress", "egress"],
  references: "expand",
  zones: { subnets: { "subnet-1": "dmz" }, sources: { "198.51.0.0/16": "partner" } },
};

/** Measures an account of so many interfaces and half as many permissions. */
export function measureMapping(interfaces: number): MappingResult {
  const permissions = interfaces / 2;
  const inventory = accountOf(interfaces, permissions / PERMISSIONS_PER_GROUP);
  const [mapping, policy] = fastest(() => mapInventory(inventory, OPTIONS));
  const [everything] = fastest(() => mapInventory(inventory, EVERYTHING));
  const options = { enabled: true, cleanupRule: "cleanup" };
  const coverBy = (rulebase: Rulebase) =>
    fastest(() => alreadyAllowed(policy, { candidate: rulebase, running: rulebase }, options))[0];
  const rulebase = rulebaseOf(THEIRS);
  return {
    interfaces,
    permissions,
    rules: policy.rules.length,
    ...{ mapping, everything, coverage: coverBy(rulebase), theirs: THEIRS },
    groupCoverage: coverBy(onGroups(rulebase, interfaces)),
    memory: process.resourceUsage().maxRSS / 1024,
  };
}

/** The results as a table. */
export function mappingText(results: readonly MappingResult[]): string {
  const theirs = results[0]?.theirs ?? 0;
  return table([
    [
      "interfaces / permissions",
      "mapping",
      "all of it",
      `cover by ${theirs} rules`,
      `on ${GROUPS} groups of ${HOSTS} hosts`,
      "MB so far",
    ],
    ...results.map(({ interfaces, permissions, mapping, everything, coverage, groupCoverage, memory }) => [
      `${interfaces} / ${permissions}`,
      ...[mapping, everything, coverage, groupCoverage].map((seconds) => `${seconds.toFixed(2)} s`),
      memory.toFixed(0),
    ]),
  ]);
}

function fastest<T>(work: () => T): [seconds: number, result: T] {
  let best = Infinity;
  let result: T | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  return [best, result as T];
}

function addressOf(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
}

/** Each interface carries two groups; each group has ten permissions with two networks or a list as sources. */
function accountOf(interfaces: number, groups: number): Inventory {
  const range = (length: number) => Array.from({ length }, (_, index) => index);
  const groupId = (group: number) => `sg-0${(group % groups).toString(16).padStart(16, "0")}`;
  const permission = (group: number, place: number, out: boolean): SecurityGroupRule[] =>
    [0, 1].map((number) => ({
      id: `sgr-0${[group, place, number, Number(out)].map((each) => each.toString(16)).join("f")}`,
      ipProtocol: place === 9 ? "icmp" : "tcp",
      ...(place === 9 ? { fromPort: 3, toPort: 1 } : { fromPort: 8000 + place, toPort: 8000 + place * 2 }),
      ...(place === 8 && number === 1
        ? { prefixListId: "pl-0a" }
        : place === 7 && number === 1
          ? { referencedSecurityGroupId: groupId(group + 1) }
          : { cidrIpv4: number === 0 ? `198.51.${group % 256}.0/24` : `203.0.${place}.0/24` }),
    }));
  return {
    format: 1,
    complete: true,
    vpcs: [{ id: "vpc-0a", cidrBlocks: ["10.0.0.0/8"], ipv6CidrBlocks: [] }],
    subnets: range(2).map((subnet) => ({ id: `subnet-${subnet}`, vpcId: "vpc-0a", routeTableId: "rtb-0a" })),
    routeTables: [
      {
        id: "rtb-0a",
        vpcId: "vpc-0a",
        routes: [{ destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-0f" }],
      },
    ],
    instances: range(interfaces).map((number) => ({ id: `i-0${number.toString(16)}`, state: "running" })),
    networkInterfaces: range(interfaces).map((number) => ({
      id: `eni-1${number.toString(16)}`,
      instanceId: `i-0${number.toString(16)}`,
      subnetId: `subnet-${number % 2}`,
      vpcId: "vpc-0a",
      privateIpAddresses: [addressOf(number)],
      ipv6Addresses: [],
      securityGroupIds: [groupId(number), groupId(number * 7 + 3)].filter(
        (id, at, all) => all.indexOf(id) === at,
      ),
    })),
    securityGroups: range(groups).map((group) => ({
      id: groupId(group),
      name: `group-${group}`,
      vpcId: "vpc-0a",
      ingress: range(PERMISSIONS_PER_GROUP).flatMap((place) => permission(group, place, false)),
      egress: range(PERMISSIONS_PER_GROUP).flatMap((place) => permission(group, place, true)),
    })),
    prefixLists: [
      {
        id: "pl-0a",
        name: "partners",
        addressFamily: "IPv4",
        entries: range(100).map((number) => ({ cidr: `192.0.${number}.0/24` })),
      },
    ],
  };
}

/** The same rules with address groups as destinations: of hosts that are interfaces of ours, each in several. */
function onGroups({ rules, ...rulebase }: Rulebase, interfaces: number): Rulebase {
  const host = (number: number) => addressOf(number % interfaces);
  const members = (group: number) => Array.from({ length: HOSTS }, (_, at) => host(group * 41 + at * 53));
  return {
    ...rulebase,
    rules: rules.map((rule, index) =>
      rule.name === "cleanup" ? rule : { ...rule, destination: [`hosts-${index % GROUPS}`] },
    ),
    addresses: new Map(
      Array.from({ length: GROUPS }, (_, group) => [
        `hosts-${group}`,
        { kind: "static-group", members: members(group) },
      ]),
    ),
  };
}

/** Rules of an administrator: most about some network and port of theirs, some that nearly cover ours. */
function rulebaseOf(count: number): Rulebase {
  const rule = (index: number): RulebaseRule => ({
    name: `rule-${index}`,
    disabled: index % 50 === 0,
    action: index % 10 === 0 ? "deny" : "allow",
    ruleType: "universal",
    from: ["untrust"],
    to: ["trust"],
    source: [`198.${51 + (index % 3)}.${index % 256}.0/24`],
    negateSource: false,
    destination: [`10.${(index >> 8) & 255}.${index & 255}.0/24`],
    negateDestination: false,
    application: [index % 4 === 0 ? "any" : "ssl"],
    service: [`tcp-${index % 100}`],
    tag: [],
    conditions: [],
  });
  const cleanup = {
    ...rule(1),
    name: "cleanup",
    action: "deny",
    source: ["any"],
    destination: ["any"],
    service: ["any"],
  };
  return {
    rules: [...Array.from({ length: count }, (_, index) => rule(index)), cleanup],
    addresses: new Map(),
    taggedAddresses: [],
    services: new Map(
      Array.from({ length: 100 }, (_, port) => [`tcp-${port}`, { kind: "tcp", port: `${8000 + port}` }]),
    ),
    applications: new Map(),
    overrides: [],
    zones: ["untrust", "trust"],
    profileGroups: [],
    logSettings: [],
  };
}
