import { OWNED, address, cidr, id, owned, routeOrigin, tags } from "./grammar";
import { anyText, boolean, list, object, oneOf, quoted, sequence, set, text } from "./shape";
import type { Shape } from "./shape";
import type {
  Instance,
  NetworkInterface,
  PeeredVpc,
  Route,
  RouteTable,
  StoppedInstance,
  Subnet,
  Vpc,
  VpcPeeringConnection,
} from "./types";

export const vpc = object<Vpc>(
  {
    id: id("vpc"),
    ...owned,
    name: anyText,
    cidrBlocks: set(cidr(4)),
    ipv6CidrBlocks: set(cidr(6)),
    tags,
  },
  [...OWNED, "name", "tags"],
);

export const subnet = object<Subnet>(
  {
    id: id("subnet"),
    ...owned,
    vpcId: id("vpc"),
    routeTableId: id("rtb"),
    cidrBlock: cidr(4),
    ipv6CidrBlocks: set(cidr(6)),
    tags,
  },
  [...OWNED, "cidrBlock", "ipv6CidrBlocks", "tags"],
);

const DESTINATIONS = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"] as const;
const TARGETS = [
  "carrierGatewayId",
  "coreNetworkArn",
  "egressOnlyInternetGatewayId",
  "gatewayId",
  "instanceId",
  "localGatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "odbNetworkArn",
  "transitGatewayId",
  "vpcEndpointId",
  "vpcPeeringConnectionId",
] as const;

function arn(service: string): Shape<string> {
  return text("an ARN", `arn:aws:${service}:…`, (value) => /^arn:[\w-]+:[\w-]+:\S+$/.test(value));
}

export const route = object<Route>(
  {
    destinationCidrBlock: cidr(4),
    destinationIpv6CidrBlock: cidr(6),
    destinationPrefixListId: id("pl"),
    carrierGatewayId: id("cagw"),
    coreNetworkArn: arn("networkmanager"),
    egressOnlyInternetGatewayId: id("eigw"),
    gatewayId: text("a gateway's id", "igw-0123456789abcdef0", (value) =>
      /^[A-Za-z]+(-[0-9a-z]+)?$/.test(value),
    ),
    instanceId: id("i"),
    localGatewayId: id("lgw"),
    natGatewayId: id("nat"),
    networkInterfaceId: id("eni"),
    odbNetworkArn: arn("odb"),
    transitGatewayId: id("tgw"),
    vpcEndpointId: id("vpce"),
    vpcPeeringConnectionId: id("pcx"),
    state: oneOf("active", "blackhole", "filtered"),
    origin: routeOrigin,
  },
  [...DESTINATIONS, ...TARGETS, "state", "origin"],
  (value, path, problems) => {
    const destinations = DESTINATIONS.filter((name) => value[name] !== undefined);
    if (destinations.length !== 1) {
      problems.add(
        path,
        `has ${destinations.length} destinations; give exactly one of ${DESTINATIONS.join(", ")}`,
      );
    }
    const targets = TARGETS.filter((name) => value[name] !== undefined);
    // EC2 names the interface as well where the target is an instance.
    const isInstance = targets.join() === "instanceId,networkInterfaceId";
    if (targets.length > 1 && !isInstance) {
      problems.add(path, `has ${targets.length} targets (${targets.join(", ")}); give at most one`);
    }
  },
);

export const routeTable = object<RouteTable>(
  {
    id: id("rtb"),
    ...owned,
    vpcId: id("vpc"),
    routes: list(route),
    unreadableRoutes: list(anyText),
    gatewayIds: set(
      text("a gateway's id", "igw-0123456789abcdef0", (value) => /^[a-z]+-[0-9a-z]+$/.test(value)),
    ),
    tags,
  },
  [...OWNED, "unreadableRoutes", "gatewayIds", "tags"],
);

export const instance = object<Instance>(
  { id: id("i"), ...owned, name: anyText, state: oneOf("pending", "running"), tags },
  [...OWNED, "name", "tags"],
);

export const stoppedInstance = object<StoppedInstance>({ id: id("i"), ...owned, name: anyText, tags }, [
  ...OWNED,
  "name",
  "tags",
]);

export const networkInterface = object<NetworkInterface>(
  {
    id: id("eni"),
    ...owned,
    instanceId: id("i"),
    instanceOwnerId: anyText,
    attachmentStatus: oneOf("attaching", "attached", "detaching", "detached"),
    subnetId: id("subnet"),
    vpcId: id("vpc"),
    // The primary one is first.
    privateIpAddresses: sequence(address(4)),
    ipv6Addresses: set(address(6)),
    ipv4Prefixes: set(cidr(4)),
    ipv6Prefixes: set(cidr(6)),
    publicIps: list(
      object<NonNullable<NetworkInterface["publicIps"]>[number]>({
        privateIpAddress: address(4),
        publicIp: address(4),
      }),
    ),
    securityGroupIds: set(id("sg")),
    interfaceType: anyText,
    requesterId: anyText,
    description: anyText,
    status: anyText,
    sourceDestCheck: boolean,
    tags,
  },
  [
    ...OWNED,
    "instanceId",
    "instanceOwnerId",
    "attachmentStatus",
    "ipv4Prefixes",
    "ipv6Prefixes",
    "publicIps",
    "interfaceType",
    "requesterId",
    "description",
    "status",
    "sourceDestCheck",
    "tags",
  ],
  (value, path, problems) => {
    value.publicIps?.forEach(({ privateIpAddress }, index) => {
      if (!value.privateIpAddresses.includes(privateIpAddress)) {
        problems.add(
          `${path}.publicIps[${index}].privateIpAddress`,
          `${quoted(privateIpAddress)} is not among the interface's privateIpAddresses`,
        );
      }
    });
  },
);

const peeredVpc = object<PeeredVpc>(
  { vpcId: id("vpc"), ...owned, cidrBlocks: set(cidr(4)), ipv6CidrBlocks: set(cidr(6)) },
  [...OWNED],
);

export const vpcPeeringConnection = object<VpcPeeringConnection>({
  id: id("pcx"),
  status: anyText,
  requester: peeredVpc,
  accepter: peeredVpc,
});
