/** The smallest account in which a packet's fate is still wrong, for a person to read. */
import type { Inventory } from "../../../inventory/types";
import { judged } from "./cases";
import type { Failure, Mapping } from "./cases";
import type { World } from "./worlds";

/**
 * Leaves out whatever can be left out, one thing at a time, until nothing can: elements of lists, fields that
 * may be absent, options.
 */
export function reduced({ world, packet }: Failure, mapping?: Mapping): World {
  const what = judged(world, packet, mapping)?.what;
  const isStillWrong = (candidate: World) => {
    try {
      return judged(candidate, packet, mapping)?.what === what;
    } catch {
      return false;
    }
  };
  let smallest = world;
  for (let changed = true; changed;) {
    changed = false;
    for (const path of places(smallest)) {
      const candidate = without(smallest, path);
      if (!isStillWrong(candidate)) continue;
      smallest = candidate;
      changed = true;
      break;
    }
  }
  return smallest;
}

/** One line for each thing in the account, and the options. */
export function readable({ inventory, options }: World): string {
  const lists = Object.entries(inventory as Inventory & Record<string, unknown>).flatMap(([part, value]) =>
    Array.isArray(value) ? value.map((each) => `  ${part}: ${JSON.stringify(each)}`) : [],
  );
  return [...lists, `  options: ${JSON.stringify(options)}`].join("\n");
}

type Path = (string | number)[];

/** What has to be there for a world to be one, whatever is wrong about it. */
const NEEDED = new Set([
  ...["inventory", "options", "format", "id", "name", "vpcId", "subnetId", "routeTableId", "state", "cidr"],
  ...["vpcs", "subnets", "routeTables", "instances", "networkInterfaces", "securityGroups", "prefixLists"],
  ...["cidrBlocks", "ipv6CidrBlocks", "routes", "privateIpAddresses", "ipv6Addresses", "securityGroupIds"],
  ...["ingress", "entries", "addressFamily", "ipProtocol", "fromPort", "toPort"],
  ...["ownerId", "untrustZone", "trustZone", "firewall", "ruleMode", "destinations", "applications"],
  ...["instanceIds", "networkInterfaceIds", "vpcEndpointIds"],
]);

/** Where something can be left out, the large things first. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).map(([key, each]): [Path, unknown] => [
    [...path, Array.isArray(value) ? Number(key) : key],
    each,
  ]);
  const removable = inner
    .map(([place]) => place)
    .filter((place) => typeof place.at(-1) === "number" || !NEEDED.has(String(place.at(-1))));
  return [...removable, ...inner.flatMap(([place, each]) => places(each, place))];
}

function without<T>(value: T, [step, ...rest]: Path): T {
  if (Array.isArray(value)) {
    const list = value as unknown[];
    const changed =
      rest.length === 0
        ? list.filter((_, index) => index !== step)
        : list.map((each, index) => (index === step ? without(each, rest) : each));
    return changed as T;
  }
  const entries = Object.entries(value as Record<string, unknown>).flatMap(
    ([key, each]): [string, unknown][] =>
      key !== step ? [[key, each]] : rest.length === 0 ? [] : [[key, without(each, rest)]],
  );
  return Object.fromEntries(entries) as T;
}
