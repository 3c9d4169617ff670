import { grouped } from "../lib/grouped";
import { isRecord } from "../lib/records";
import { quoted } from "./shape";
import { TRANSIT } from "./shapes-transit";
import type { Problems } from "./shape";

type Fields = Record<string, unknown>;

/** Something in the document that has fields, and where it stands. */
interface Item {
  path: string;
  fields: Fields;
}

/**
 * What the objects of an inventory say about each other: every id stands once, and what an object names is
 * there and in the same VPC. Works on the raw document, so that one misspelt field elsewhere doesn't hide a
 * broken reference; values of the wrong type are left to the shapes.
 *
 * An interface's instance may be absent (a stopped instance keeps its interfaces), and so may its groups and prefix
 * lists (they can be shared no longer) and the targets of routes (they can lie in another VPC or account).
 */
export function checkReferences(document: unknown, problems: Problems): void {
  const vpcs = itemsOf(document, "vpcs");
  const subnets = itemsOf(document, "subnets");
  const routeTables = itemsOf(document, "routeTables");
  const interfaces = itemsOf(document, "networkInterfaces");
  const groups = itemsOf(document, "securityGroups");
  const prefixLists = itemsOf(document, "prefixLists");
  const rules = groups.flatMap((group) => [
    ...itemsOf(group.fields, "ingress", group.path),
    ...itemsOf(group.fields, "egress", group.path),
  ]);
  const peerings = itemsOf(document, "vpcPeeringConnections");

  const known = {
    vpcs: uniqueById(vpcs, problems),
    subnets: uniqueById(subnets, problems),
    routeTables: uniqueById(routeTables, problems),
  };
  const transit = TRANSIT.filter((section) => section !== "transitGatewayAttachments").map((section) =>
    itemsOf(document, section),
  );
  // Both sides of a peering may have one id.
  const bySide = grouped(
    itemsOf(document, "transitGatewayAttachments").map(
      (each) => [each.fields["transitGatewayId"], each] as const,
    ),
  );
  const rest = [
    itemsOf(document, "instances"),
    itemsOf(document, "stopped"),
    [...interfaces, ...itemsOf(document, "unrouted")],
    groups,
    rules,
    prefixLists,
    peerings,
  ];
  for (const others of [...rest, ...transit, ...bySide.values()]) {
    uniqueById(others, problems);
  }

  for (const subnet of [...subnets, ...routeTables]) refer(subnet, "vpcId", known.vpcs, "vpcs", problems);
  for (const subnet of subnets) {
    const table = refer(subnet, "routeTableId", known.routeTables, "routeTables", problems);
    sameVpc(subnet, "routeTableId", table, problems);
  }
  for (const each of interfaces) {
    const subnet = refer(each, "subnetId", known.subnets, "subnets", problems);
    sameVpc(each, "subnetId", subnet, problems);
  }
}

function itemsOf(parent: unknown, field: string, path = ""): Item[] {
  const list: unknown = isRecord(parent) ? parent[field] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((fields: unknown, index) =>
    isRecord(fields) ? [{ path: `${path === "" ? "" : `${path}.`}${field}[${index}]`, fields }] : [],
  );
}

function uniqueById(items: Item[], problems: Problems): Map<string, Item> {
  const byId = new Map<string, Item>();
  for (const item of items) {
    const id = item.fields["id"];
    if (typeof id !== "string") continue;
    const first = byId.get(id);
    if (first === undefined) byId.set(id, item);
    else problems.add(`${item.path}.id`, `${quoted(id)} stands at ${first.path} already`);
  }
  return byId;
}

function refer(item: Item, field: string, known: Map<string, Item>, section: string, problems: Problems) {
  return present(item.fields[field], `${item.path}.${field}`, known, section, problems);
}

function present(
  id: unknown,
  path: string,
  known: Map<string, Item>,
  section: string,
  problems: Problems,
): Item | undefined {
  if (typeof id !== "string") return undefined;
  const target = known.get(id);
  if (target === undefined)
    problems.add(path, `${quoted(id)} is not among ${section}; add it there or mend the id`);
  return target;
}

function sameVpc(item: Item, field: string, target: Item | undefined, problems: Problems): void {
  const [own, other] = [item.fields["vpcId"], target?.fields["vpcId"]];
  if (typeof own === "string" && typeof other === "string" && own !== other) {
    problems.add(
      `${item.path}.${field}`,
      `${quoted(item.fields[field])} is in ${other}, but this object is in ${own}`,
    );
  }
}
