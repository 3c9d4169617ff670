/** A network of three accounts as each of them sees it, for what becomes of rules where one of them, or an action, isn't read. */
import fc from "fast-check";
import { assemble } from "../../../inventory/assemble";
import { merged, type RegionAnswers } from "../../../inventory/ec2/merge";
import type { RouteAnswer, SecurityGroupRuleAnswer } from "../../../inventory/answers";
import type { TransitGatewayAttachment, TransitGatewayRoute } from "../../../inventory/transit";
import type { Inventory } from "../../../inventory/types";

const REGION = "eu-central-1";
/** The network's account, which has the firewall, the transit gateway and a VPC that it shares; two with VPCs of theirs. */
export const NET = "111111111111";
const APP = "222222222222";
const SHOP = "333333333333";
export type AccountId = typeof NET | typeof APP | typeof SHOP;
const LIST = "pl-0a";
const TIER = { tier: "web" };

const ACTIONS = [
  "DescribeTransitGatewayAttachments",
  "DescribeTransitGatewayVpcAttachments",
  "DescribeTransitGatewayRouteTables",
  "SearchTransitGatewayRoutes",
  "DescribeVpcEndpoints",
  "DescribeVpcEndpointServiceConfigurations",
  "DescribeVpcPeeringConnections",
  "GetManagedPrefixListEntries",
] as const;

/** What of it isn't read: an account, or one action there. */
export type Lost = { account: AccountId; action?: (typeof ACTIONS)[number] } | undefined;

const VPCS = {
  a: { owner: APP, cidr: "10.1.0.0/16", subnet: "10.1.1.0/24" },
  b: { owner: SHOP, cidr: "10.2.0.0/16", subnet: "10.2.1.0/24" },
  /** Shared with APP. */
  s: { owner: NET, cidr: "10.3.0.0/16", subnet: "10.3.1.0/24" },
  f: { owner: NET, cidr: "10.9.0.0/16", subnet: "10.9.1.0/24" },
} as const;
type Vpc = keyof typeof VPCS;
const SPOKES = ["a", "b", "s"] as const;

/** Who carries which group where: APP's second interface is in the shared VPC, with a group of NET's as well. */
const INTERFACES = [
  { id: "a", owner: APP, vpc: "a", groups: ["sg-0a"] },
  { id: "a2", owner: APP, vpc: "a", groups: ["sg-0a"] },
  { id: "b", owner: SHOP, vpc: "b", groups: ["sg-0b"] },
  { id: "s", owner: APP, vpc: "s", groups: ["sg-0c", "sg-0d"] },
] as const;
export const GROUPS: Record<string, { owner: AccountId; vpc: Vpc }> = {
  "sg-0a": { owner: APP, vpc: "a" },
  "sg-0b": { owner: SHOP, vpc: "b" },
  "sg-0c": { owner: APP, vpc: "s" },
  "sg-0d": { owner: NET, vpc: "s" },
};

const FAR = [
  "198.51.100.0/24",
  "10.2.0.0/16",
  "10.1.0.0/16",
  "172.16.0.0/12",
  LIST,
  "sg-0a",
  "sg-0b",
] as const;
type Way = "gateway" | "endpoint" | "internet" | "firewall";

export interface World {
  ways: Record<(typeof SPOKES)[number], Way>;
  /** Whether VPCs send each other packets past the firewall. */
  isDirect: boolean;
  hasVpn: boolean;
  isTagged: boolean;
  permissions: { group: string; port: number; far: (typeof FAR)[number] }[];
  stopped: string[];
}

const way = fc.constantFrom<Way>("gateway", "gateway", "endpoint", "internet", "firewall");
export const world: fc.Arbitrary<World> = fc.record({
  ways: fc.record({ a: way, b: way, s: way }),
  isDirect: fc.boolean(),
  hasVpn: fc.boolean(),
  isTagged: fc.boolean(),
  permissions: fc.uniqueArray(
    fc.record({
      group: fc.constantFrom(...Object.keys(GROUPS)),
      port: fc.constantFrom(22, 443),
      far: fc.constantFrom(...FAR),
    }),
    { selector: (each) => JSON.stringify(each), minLength: 1, maxLength: 8 },
  ),
  stopped: fc.constant([]),
});

/** What happens in AWS meanwhile: permissions go and come, an instance stops. */
export const change = fc.record({
  revoked: fc.array(fc.nat(7), { maxLength: 2 }),
  stopped: fc.subarray(
    INTERFACES.map(({ id }) => id as string),
    { maxLength: 1 },
  ),
  added: fc.array(
    fc.record({
      group: fc.constantFrom(...Object.keys(GROUPS)),
      port: fc.constantFrom(22, 443, 8443),
      far: fc.constantFrom(...FAR),
    }),
    { maxLength: 2 },
  ),
});

export const lost: fc.Arbitrary<Lost> = fc.oneof(
  fc.constantFrom<Lost>(undefined, { account: NET }, { account: APP }, { account: SHOP }),
  fc.record({ account: fc.constantFrom(NET, APP, SHOP), action: fc.constantFrom(...ACTIONS) }),
);

export function changed(
  before: World,
  { revoked, stopped, added }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): World {
  const left = before.permissions.filter((_, index) => !revoked.includes(index));
  const all = new Map([...left, ...added].map((each) => [JSON.stringify(each), each]));
  return { ...before, permissions: [...all.values()], stopped };
}

/** The inventory of all that is read. */
export function inventoryOf(drawn: World, gone: Lost): Inventory {
  const isGone = (account: AccountId) =>
    gone !== undefined && gone.action === undefined && gone.account === account;
  const parts = ([NET, APP, SHOP] as const)
    .filter((account) => !isGone(account))
    .map((account) => answersOf(drawn, account, gone));
  const inventory = assemble(merged(parts, parts.length === 3));
  return parts.length === 3
    ? inventory
    : { ...inventory, unread: [{ accountId: gone!.account, region: REGION, reason: "denied" }] };
}

function answersOf(drawn: World, account: AccountId, gone: Lost): RegionAnswers {
  const isDenied = (action: (typeof ACTIONS)[number]) => gone?.account === account && gone.action === action;
  const isShared = (vpc: Vpc) => vpc === "s" && account === APP;
  const own = (Object.keys(VPCS) as Vpc[]).filter((vpc) => VPCS[vpc].owner === account);
  const seen = (Object.keys(VPCS) as Vpc[]).filter((vpc) => own.includes(vpc) || isShared(vpc));
  const tags = (vpc: Vpc) => (own.includes(vpc) && drawn.isTagged && vpc !== "f" ? TIER : {});
  const interfaces = INTERFACES.filter(({ owner, vpc }) => owner === account || VPCS[vpc].owner === account);
  const running = INTERFACES.filter(({ id, owner }) => owner === account && !drawn.stopped.includes(id));
  const groups = Object.keys(GROUPS).filter(
    (id) => GROUPS[id]!.owner === account || (id === "sg-0d" && account === APP),
  );
  const isHidden = isDenied("GetManagedPrefixListEntries");
  return {
    region: REGION,
    accountId: account,
    complete: true,
    instanceIds: { pending: [], running: running.map(({ id }) => `i-${id}`) },
    instances: running.map(({ id }) => ({ id: `i-${id}`, ownerId: account, tags: {} })),
    vpcs: seen.map((vpc) => ({
      ...{ id: `vpc-${vpc}`, ownerId: VPCS[vpc].owner, tags: tags(vpc) },
      cidrBlock: VPCS[vpc].cidr,
      cidrBlockAssociations: [{ cidrBlock: VPCS[vpc].cidr, state: "associated" }],
      ipv6CidrBlockAssociations: [],
    })),
    subnetIds: new Map(seen.map((vpc) => [`vpc-${vpc}`, [`subnet-${vpc}`]])),
    subnets: seen.map((vpc) => ({
      ...{
        id: `subnet-${vpc}`,
        ownerId: VPCS[vpc].owner,
        cidrBlock: VPCS[vpc].subnet,
        ipv6CidrBlocks: [],
        tags: {},
      },
    })),
    routeTables: own.map((vpc) => ({
      ...{ id: `rtb-${vpc}`, ownerId: account, vpcId: `vpc-${vpc}`, tags: {} },
      associations: [{ subnetId: `subnet-${vpc}` }],
      routes: routesOf(drawn, vpc),
    })),
    networkInterfaces: [
      ...interfaces.map(({ id, owner, vpc, groups: carried }) => ({
        ...{ id: `eni-${id}`, ownerId: owner, vpcId: `vpc-${vpc}`, subnetId: `subnet-${vpc}` },
        attachments: [{ instanceId: `i-${id}`, instanceOwnerId: owner, status: "attached" }],
        privateIp: addressOf(id),
        securityGroups: [...carried],
        interfaceType: "interface",
        tags: id === "s" && owner === account && drawn.isTagged ? { tier: "db" } : {},
      })),
      ...(account === NET
        ? [ofNet("eni-0f", "interface", ""), ofNet("eni-0e", "gateway_load_balancer", "ELB gwy/fw/1")]
        : []),
    ],
    securityGroups: groups.map((id) => ({
      ...{
        id,
        ownerId: GROUPS[id]!.owner,
        name: `group ${id.slice(3)}`,
        vpcId: `vpc-${GROUPS[id]!.vpc}`,
        tags: {},
      },
    })),
    securityGroupRules: drawn.permissions
      .filter(({ group }) => groups.includes(group))
      .map((each) => ruleOf(each)),
    prefixLists: isHidden ? [] : [list()],
    vpcPeeringConnections: account === SHOP || isDenied("DescribeVpcPeeringConnections") ? [] : [peering()],
    ...transitOf(drawn, account, isDenied),
    ...(gone?.account === account && gone.action !== undefined && !isHidden
      ? { denied: [{ accountId: account, region: REGION, action: gone.action }] }
      : {}),
  };
}

export function addressOf(id: string): string {
  return { a: "10.1.1.10", a2: "10.1.1.11", b: "10.2.1.10", s: "10.3.1.10" }[id]!;
}

function ofNet(id: string, interfaceType: string, description: string) {
  return {
    ...{
      id,
      ownerId: NET,
      vpcId: "vpc-f",
      subnetId: "subnet-f",
      privateIp: "10.9.1.4",
      interfaceType,
      description,
    },
    ...{ attachments: [], securityGroups: [], tags: {} },
  };
}

const list = () => ({
  ...{ id: LIST, ownerId: NET, name: "partners", addressFamily: "IPv4", tags: {} },
  entries: [{ cidr: "203.0.113.0/24" }, { cidr: "192.0.2.0/24" }],
});

const peering = () => ({
  ...{ id: "pcx-0a", status: "active" },
  requester: { vpcId: "vpc-a", cidrBlocks: ["10.1.0.0/16"], ipv6CidrBlocks: [] },
  accepter: { vpcId: "vpc-s", cidrBlocks: ["10.3.0.0/16"], ipv6CidrBlocks: [] },
});

function ruleOf({ group, port, far }: World["permissions"][number]): SecurityGroupRuleAnswer {
  const id = `sgr-${group.slice(3)}${port}${FAR.indexOf(far)}`;
  const owner = GROUPS[far]?.owner;
  return {
    ...{ id, ownerId: GROUPS[group]!.owner, securityGroupId: group, isEgress: false, tags: {} },
    ...{ ipProtocol: "tcp", fromPort: port, toPort: port },
    ...(far === LIST
      ? { prefixListId: far }
      : owner !== undefined
        ? { referencedSecurityGroupId: owner === GROUPS[group]!.owner ? far : `${owner}/${far}` }
        : { cidrIpv4: far }),
  };
}

function routesOf({ ways }: World, vpc: Vpc): RouteAnswer[] {
  const local = {
    cidrBlock: VPCS[vpc].cidr,
    gatewayId: "local",
    state: "active",
    origin: "CreateRouteTable",
  };
  const active = { cidrBlock: "0.0.0.0/0", state: "active", origin: "CreateRoute" };
  if (vpc === "f") return [local, { ...active, networkInterfaceId: "eni-0f" }];
  const targets: Record<Way, RouteAnswer> = {
    gateway: { transitGatewayId: "tgw-0a" },
    endpoint: { vpcEndpointId: `vpce-0${vpc}` },
    internet: { gatewayId: "igw-0a" },
    firewall: { networkInterfaceId: "eni-0f" },
  };
  return [local, { ...active, ...targets[ways[vpc]] }];
}

function transitOf(
  { ways, isDirect, hasVpn }: World,
  account: AccountId,
  isDenied: (action: (typeof ACTIONS)[number]) => boolean,
) {
  // What comes in by the firewall and is answered by another way, the firewall drops.
  const isAttached = (vpc: Vpc) => !SPOKES.some((each) => each === vpc && ways[each] === "internet");
  const all = (["a", "b", "s", "f"] as const).filter(
    (vpc) => isAttached(vpc) && (account === NET || VPCS[vpc].owner === account),
  );
  const attachments = all.map((vpc): TransitGatewayAttachment => ({
    ...{
      id: `tgw-attach-0${vpc}`,
      transitGatewayId: "tgw-0a",
      resourceType: "vpc",
      resourceId: `vpc-${vpc}`,
    },
    ...{ resourceOwnerId: VPCS[vpc].owner, state: "available" },
    ...(account === NET && { routeTableId: vpc === "f" ? "tgw-rtb-0f" : "tgw-rtb-0a" }),
    ...(VPCS[vpc].owner === account &&
      !isDenied("DescribeTransitGatewayVpcAttachments") && {
        subnetIds: [`subnet-${vpc}`],
        applianceMode: true,
      }),
  }));
  const vpn = {
    ...{ id: "tgw-attach-0e", transitGatewayId: "tgw-0a", resourceType: "vpn", resourceId: "vpn-0a" },
    ...{ state: "available", routeTableId: "tgw-rtb-0a" },
  };
  const to = (destinationCidrBlock: string, name: string): TransitGatewayRoute => ({
    ...{ destinationCidrBlock, attachmentIds: [`tgw-attach-0${name}`], state: "active", type: "static" },
  });
  const own = SPOKES.filter(isAttached).map((vpc) => ({
    ...to(VPCS[vpc].cidr, vpc),
    type: "propagated" as const,
  }));
  const tables = [
    { id: "tgw-rtb-0a", routes: [to("0.0.0.0/0", "f"), ...(isDirect ? own : [])] },
    { id: "tgw-rtb-0f", routes: [...own, ...(hasVpn ? [to("172.16.0.0/12", "e")] : [])] },
  ];
  const isRouted =
    SPOKES.some((vpc) => ways[vpc] === "gateway" && VPCS[vpc].owner === account) || account === NET;
  const withRoutes = !isDenied("SearchTransitGatewayRoutes");
  return {
    ...(isRouted &&
      !isDenied("DescribeTransitGatewayAttachments") && {
        transitGatewayAttachments: [...attachments, ...(account === NET && hasVpn ? [vpn] : [])],
      }),
    ...(isRouted &&
      !isDenied("DescribeTransitGatewayRouteTables") && {
        transitGatewayRouteTables: (account === NET ? tables : []).map(({ id, routes }) => ({
          ...{ id, transitGatewayId: "tgw-0a" },
          ...(withRoutes && { routes }),
        })),
      }),
    ...(!isDenied("DescribeVpcEndpoints") && {
      gatewayLoadBalancerEndpoints: SPOKES.filter((vpc) => VPCS[vpc].owner === account).map((vpc) => ({
        ...{ id: `vpce-0${vpc}`, vpcId: `vpc-${vpc}`, serviceName: "com.amazonaws.vpce.svc-1" },
      })),
    }),
    ...(!isDenied("DescribeVpcEndpointServiceConfigurations") && {
      endpointServices:
        account === NET
          ? [
              {
                id: "com.amazonaws.vpce.svc-1",
                gatewayLoadBalancerArns: [
                  `arn:aws:elasticloadbalancing:${REGION}:${NET}:loadbalancer/gwy/fw/1`,
                ],
              },
            ]
          : [],
    }),
  };
}
