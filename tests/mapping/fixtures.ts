/** Small inventories and rulebases to vary: one VPC, one instance behind the firewall. */
import type {
  Inventory,
  NetworkInterface,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
} from "../../inventory/types";
import { mapInventory } from "../../mapping/index";
import type { MappedRule, MappingOptions, Policy } from "../../mapping/types";
import type { Rulebase, RulebaseRule, SecurityRule } from "../../panos/policy";

export const GROUP = "sg-0a1b2c3d";

export const OPTIONS: MappingOptions = {
  firewall: { instanceIds: ["i-fw"], networkInterfaceIds: [], vpcEndpointIds: [] },
  ownerId: "abcd1234",
  untrustZone: "untrust",
  trustZone: "trust",
  ruleMode: "application",
  destinations: "addresses",
  applications: {},
};

/** Both families behind the firewall, unless told otherwise. */
export const DEFAULT_ROUTES: Route[] = [
  { destinationCidrBlock: "10.0.0.0/16", gatewayId: "local" },
  { destinationCidrBlock: "0.0.0.0/0", instanceId: "i-fw" },
  { destinationIpv6CidrBlock: "::/0", instanceId: "i-fw" },
];

/** An inventory whose one instance, 10.0.1.10 and 2001:db8:1::10, carries `GROUP` with these rules. */
export function inventoryWith(
  ingress: Partial<SecurityGroupRule>[],
  changes: Partial<Inventory> = {},
): Inventory {
  return {
    format: 1,
    vpcs: [{ id: "vpc-1", cidrBlocks: ["10.0.0.0/16"], ipv6CidrBlocks: ["2001:db8:1::/56"] }],
    subnets: [{ id: "subnet-1", vpcId: "vpc-1", routeTableId: "rtb-1" }],
    routeTables: [routeTable(DEFAULT_ROUTES)],
    instances: [
      { id: "i-1", state: "running" },
      { id: "i-fw", state: "running" },
    ],
    networkInterfaces: [
      networkInterface(),
      networkInterface({
        id: "eni-fw",
        instanceId: "i-fw",
        privateIpAddresses: ["10.0.1.4"],
        securityGroupIds: [],
      }),
    ],
    securityGroups: [securityGroup(ingress)],
    prefixLists: [],
    ...changes,
  };
}

export function routeTable(routes: Route[], id = "rtb-1"): RouteTable {
  return { id, vpcId: "vpc-1", routes };
}

export function networkInterface(changes: Partial<NetworkInterface> = {}): NetworkInterface {
  return {
    id: "eni-1",
    instanceId: "i-1",
    subnetId: "subnet-1",
    vpcId: "vpc-1",
    privateIpAddresses: ["10.0.1.10"],
    ipv6Addresses: ["2001:db8:1::10"],
    securityGroupIds: [GROUP],
    ...changes,
  };
}

export function securityGroup(
  ingress: Partial<SecurityGroupRule>[],
  changes: Partial<SecurityGroup> = {},
): SecurityGroup {
  return {
    id: GROUP,
    name: "web",
    vpcId: "vpc-1",
    ingress: ingress.map((rule, index) => ({
      id: `sgr-${index + 1}`,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      ...rule,
    })),
    ...changes,
  };
}

/** The policy of these ingress rules. */
export function policyOf(
  ingress: Partial<SecurityGroupRule>[],
  options: Partial<MappingOptions> = {},
  changes: Partial<Inventory> = {},
): Policy {
  return mapInventory(inventoryWith(ingress, changes), { ...OPTIONS, ...options });
}

/** The only rule of these ingress rules. */
export function ruleOf(
  ingress: Partial<SecurityGroupRule>[],
  options: Partial<MappingOptions> = {},
  changes: Partial<Inventory> = {},
): SecurityRule {
  const { rules, withheld } = policyOf(ingress, options, changes);
  if (rules.length !== 1)
    throw new Error(`${rules.length} rules instead of one; ${JSON.stringify(withheld)}`);
  return rules[0]!.rule;
}

/** A rule of an administrator: allows everything between the zones, unless told otherwise. */
export function theirs(name: string, changes: Partial<RulebaseRule> = {}): RulebaseRule {
  return {
    name,
    disabled: false,
    action: "allow",
    ruleType: "universal",
    from: ["untrust"],
    to: ["trust"],
    source: ["any"],
    negateSource: false,
    destination: ["any"],
    negateDestination: false,
    application: ["any"],
    service: ["any"],
    tag: [],
    conditions: [],
    ...changes,
  };
}

export const CLEANUP = theirs("cleanup", { action: "deny", from: ["any"], to: ["any"] });

/** A rulebase of these rules, then the cleanup rule. */
export function rulebase(rules: RulebaseRule[], objects: Partial<Rulebase> = {}): Rulebase {
  return {
    rules: [...rules, CLEANUP],
    addresses: new Map(),
    taggedAddresses: [],
    services: new Map(),
    applications: new Map(),
    overrides: [],
    zones: ["untrust", "trust"],
    profileGroups: [],
    logSettings: [],
    ...objects,
  };
}

/** A rule of ours as it is read back from the firewall. */
export function asRead({ rule }: MappedRule): RulebaseRule {
  return theirs(rule.name, { ...rule });
}
