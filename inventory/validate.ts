import { isAddress, isCidr, isNetwork, networkOf } from "./cidr";
import type {
  Instance,
  Inventory,
  NetworkInterface,
  PrefixList,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Vpc,
} from "./types";
import { checkReferences } from "./references";
import { Problems, anyText, exactly, integer, list, object, oneOf, quoted, set, text } from "./shape";
import type { Shape } from "./shape";

/** The version of the shape that this program writes and reads. */
export const FORMAT = 1;

/** An id as EC2 makes them: a prefix and at least one lower-case letter or digit. */
function id(prefix: string): Shape<string> {
  const grammar = new RegExp(`^${prefix}-[0-9a-z]+$`);
  return text(`an id that starts with ${prefix}-`, `${prefix}-0123456789abcdef0`, (value) =>
    grammar.test(value),
  );
}

function cidr(family: 4 | 6): Shape<string> {
  const valid = text(`an IPv${family} CIDR`, family === 4 ? "203.0.113.0/24" : "2001:db8::/32", (value) =>
    isCidr(value, family),
  );
  return (value, path, problems) => {
    const right = valid(value, path, problems);
    return right === null || isNetwork(right)
      ? right
      : problems.add(path, `${quoted(right)} has bits set beyond its prefix; write "${networkOf(right)}"`);
  };
}

function address(family: 4 | 6): Shape<string> {
  return text(`an IPv${family} address`, family === 4 ? "10.20.1.10" : "2001:db8::10", (value) =>
    isAddress(value, family),
  );
}

const vpc = object<Vpc>(
  { id: id("vpc"), name: anyText, cidrBlocks: set(cidr(4)), ipv6CidrBlocks: set(cidr(6)) },
  ["name"],
);

const subnet = object<Subnet>({ id: id("subnet"), vpcId: id("vpc"), routeTableId: id("rtb") });

const DESTINATIONS = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"] as const;
const TARGETS = [
  "gatewayId",
  "instanceId",
  "natGatewayId",
  "networkInterfaceId",
  "transitGatewayId",
  "vpcEndpointId",
] as const;

const route = object<Route>(
  {
    destinationCidrBlock: cidr(4),
    destinationIpv6CidrBlock: cidr(6),
    destinationPrefixListId: id("pl"),
    gatewayId: text("a gateway's id", "igw-0123456789abcdef0", (value) =>
      /^[a-z]+(-[0-9a-z]+)?$/.test(value),
    ),
    instanceId: id("i"),
    natGatewayId: id("nat"),
    networkInterfaceId: id("eni"),
    transitGatewayId: id("tgw"),
    vpcEndpointId: id("vpce"),
    state: oneOf("active", "blackhole"),
  },
  [...DESTINATIONS, ...TARGETS, "state"],
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

const routeTable = object<RouteTable>({ id: id("rtb"), vpcId: id("vpc"), routes: list(route) });

const instance = object<Instance>({ id: id("i"), name: anyText, state: oneOf("pending", "running") }, [
  "name",
]);

const networkInterface = object<NetworkInterface>(
  {
    id: id("eni"),
    instanceId: id("i"),
    subnetId: id("subnet"),
    vpcId: id("vpc"),
    privateIpAddresses: set(address(4)),
    ipv6Addresses: set(address(6)),
    securityGroupIds: set(id("sg")),
  },
  ["instanceId"],
);

const SOURCES = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;
const protocol = text(
  'tcp, udp, icmp, icmpv6, another protocol\'s number as text, or "-1"',
  "tcp",
  (value) => /^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(value) && !["1", "6", "17", "58"].includes(value),
);

const securityGroupRule = object<SecurityGroupRule>(
  {
    id: id("sgr"),
    ipProtocol: protocol,
    fromPort: integer(-1, 65535),
    toPort: integer(-1, 65535),
    cidrIpv4: cidr(4),
    cidrIpv6: cidr(6),
    prefixListId: id("pl"),
    referencedSecurityGroupId: text("a security group", "sg-0123456789abcdef0", (value) =>
      /^(\d{12}\/)?sg-[0-9a-z]+$/.test(value),
    ),
    description: anyText,
  },
  [...SOURCES, "description"],
  (value, path, problems) => {
    const sources = SOURCES.filter((name) => value[name] !== undefined);
    if (sources.length !== 1) {
      problems.add(path, `has ${sources.length} sources; give exactly one of ${SOURCES.join(", ")}`);
    }
    const fault = portFault(value);
    if (fault !== null) problems.add(path, fault);
  },
);

/** What is wrong with a rule's ports, in the terms of its protocol (EC2 API reference, IpPermission). */
function portFault({ ipProtocol, fromPort, toPort }: SecurityGroupRule): string | null {
  const ports = `fromPort ${fromPort}, toPort ${toPort}`;
  switch (ipProtocol) {
    case "tcp":
    case "udp":
      return fromPort >= 0 && fromPort <= toPort
        ? null
        : `${ports} is not a range of ports; e.g. 8000 and 8100`;
    case "icmp":
    case "icmpv6":
      return fromPort <= 255 && toPort <= 255 && (fromPort !== -1 || toPort === -1)
        ? null
        : `${ports} is not a type and a code; e.g. 8 and -1 (-1 stands for all)`;
    default:
      return fromPort === -1 && toPort === -1 ? null : `protocol ${ipProtocol} has no ports; give -1 and -1`;
  }
}

const securityGroup = object<SecurityGroup>({
  id: id("sg"),
  name: anyText,
  vpcId: id("vpc"),
  ingress: list(securityGroupRule),
});

const prefixList = object<PrefixList>(
  {
    id: id("pl"),
    name: anyText,
    addressFamily: oneOf("IPv4", "IPv6"),
    entries: list(
      object<PrefixList["entries"][number]>(
        { cidr: text("a CIDR", "203.0.113.0/24", () => true), description: anyText },
        ["description"],
      ),
    ),
  },
  [],
  (value, path, problems) => {
    const family = cidr(value.addressFamily === "IPv4" ? 4 : 6);
    value.entries.forEach((entry, index) => family(entry.cidr, `${path}.entries[${index}].cidr`, problems));
  },
);

const inventory = object<Inventory>(
  {
    format: exactly(FORMAT),
    region: text("a region", "eu-central-1", (value) => /^[a-z]{2}(-[a-z]+)+-\d+$/.test(value)),
    accountId: text("an account id", "123456789012", (value) => /^\d{12}$/.test(value)),
    vpcs: list(vpc),
    subnets: list(subnet),
    routeTables: list(routeTable),
    instances: list(instance),
    networkInterfaces: list(networkInterface),
    securityGroups: list(securityGroup),
    prefixLists: list(prefixList),
  },
  ["region", "accountId"],
);

/**
 * Reads a parsed JSON document as an inventory: shapes, grammars, references and duplicates.
 * @returns the inventory, or every problem as "path: what is wrong"
 */
export function checkInventory(document: unknown): { inventory: Inventory } | { problems: string[] } {
  const problems = new Problems();
  const checked = inventory(document, "", problems);
  checkReferences(document, problems);
  return checked === null || problems.found.length > 0
    ? { problems: problems.found }
    : { inventory: checked };
}
