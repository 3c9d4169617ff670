import type { Inventory, NetworkInterface, Route, SecurityGroupRule } from "../../inventory/types";
import { FAMILIES, parseBlock, parseCidr, type Family } from "../../lib/net/cidr";
import type { Coverage } from "../../mapping/coverage";
import { plainText } from "../../lib/text";
import { mapWithin, type GuardedPolicy, type Guardrails } from "../../mapping/guardrails";
import { endText } from "../../mapping/expiry";
import { kindOf } from "../../aws/interface-kinds";
import { kindLeftOut, whyLeftOut } from "../../mapping/left-out";
import { ownedByRead } from "../../mapping/owners";
import { bearerOf, marksIn } from "../../mapping/marks";
import { addressTexts, protectedInterfaces } from "../../mapping/routing";
import { firewallTargets, leadsTo } from "../../mapping/targets";
import type { MappingOptions } from "../../mapping/types";
import type { Reason } from "./reason";
import { usualWays } from "./way";

/** Everything that an explanation looks at. */
export interface View {
  inventory: Inventory;
  options: MappingOptions;
  guardrails: Guardrails;
  policy: GuardedPolicy;
  /** The same without the firewall's NAT, where that is known: its rules name the instances' own addresses. */
  untranslated?: GuardedPolicy;
  /** What the firewall's own rules say to it; undefined where the firewall wasn't asked. */
  coverage: Coverage | undefined;
  /** Interfaces behind the firewall, by id. */
  behind: ReadonlySet<string>;
}

/** What says whether an interface is behind the firewall. */
export type Behind = Pick<View, "inventory" | "options" | "behind">;

/** Maps an inventory, to explain what comes of it. */
export function viewOf(inventory: Inventory, options: MappingOptions, guardrails: Guardrails): View {
  const policy = mapWithin(inventory, options, guardrails);
  const { interfaces } = protectedInterfaces(inventory, options);
  const behind = new Set(interfaces.map(({ networkInterface }) => networkInterface.id));
  return { inventory, options, guardrails, policy, coverage: undefined, behind };
}

/** The interfaces that carry a security group. */
export function carriers({ inventory }: View, groupId: string): NetworkInterface[] {
  return inventory.networkInterfaces.filter(({ securityGroupIds }) => securityGroupIds.includes(groupId));
}

/**
 * Why an interface is behind the firewall, or why it isn't.
 * @param family whose addresses and routes count; both unless given
 */
export function whyBehind(view: Behind, networkInterface: NetworkInterface, family?: Family): Reason {
  const { inventory, behind } = view;
  const { id, instanceId, subnetId } = networkInterface;
  const instance = inventory.instances.find((each) => each.id === instanceId);
  const isBehind = behind.has(id);
  const where = addressTexts(networkInterface)
    .filter((text) => isOf(text, family))
    .join(", ");
  const bearer = bearerOf(networkInterface);
  const marked = marksIn(inventory, view.options).get(bearer);
  const isolated = marked === undefined ? [] : [{ id: bearer, text: `it is isolated: ${marked.reason}` }];
  const isRead = ownedByRead(inventory);
  const left = kindLeftOut(networkInterface, {
    ...view.options,
    isThere: () => instance !== undefined,
    isRead,
  });
  if (instanceId === undefined || bearer === id) {
    const kind = labelOf(networkInterface);
    if (left !== undefined) {
      const text = `${where}: ${id} belongs to no instance (${kind}), so it is left out: ${whyLeftOut(left)}`;
      return { id, text };
    }
    return {
      id,
      text: `${where}: ${id} (${kind}) is ${isBehind ? "" : "not "}behind the firewall`,
      because: [...isolated, wayOut(view, subnetId, isBehind, family)],
    };
  }
  if (instance === undefined && isRead(networkInterface)) {
    const stay =
      view.options.destinations === "dynamic"
        ? "; rules stay, on an address group that it joins when it runs"
        : "";
    return { id, text: `${where}: ${id} is left out, because instance ${instanceId} doesn't run${stay}` };
  }
  if (instance === undefined || left !== undefined) {
    return { id, text: `${where}: ${id} of instance ${instanceId} is left out: ${whyLeftOut(left ?? "")}` };
  }
  const name = instance.name === undefined ? instanceId : `${instanceId} (${plainText(instance.name)})`;
  return {
    id,
    text: `${where}: ${id} of instance ${name}, ${instance.state}, is ${isBehind ? "" : "not "}behind the firewall`,
    because: [...isolated, wayOut(view, subnetId, isBehind, family)],
  };
}

/** What an interface of no instance is for, and what is written on it. */
export function labelOf(networkInterface: NetworkInterface): string {
  const { description, interfaceType = "interface" } = networkInterface;
  const kind = kindOf(networkInterface);
  const type =
    kind === "other" && interfaceType !== "interface" ? `, EC2 calls it ${plainText(interfaceType)}` : "";
  return `${kind}${type}${description === undefined ? "" : ` “${plainText(description)}”`}`;
}

/** Whether an address or a block is of a family; a name is of both. */
function isOf(text: string, family: Family | undefined): boolean {
  return family === undefined || (parseBlock(text)?.family ?? family) === family;
}

function wayOut(
  { inventory, options }: Behind,
  subnetId: string,
  isBehind: boolean,
  family: Family | undefined,
): Reason {
  const subnet = inventory.subnets.find(({ id }) => id === subnetId);
  const table = inventory.routeTables.find(({ id }) => id === subnet?.routeTableId);
  if (subnet === undefined || table === undefined) {
    return { id: subnetId, text: `the inventory has no route table for subnet ${subnetId}` };
  }
  const targets = firewallTargets(inventory, options);
  const named = new Set(options.firewall.vpcEndpointIds);
  const isOfFamily = (route: Route) => isOf(routeDestination(route), family);
  const leads = (route: Route) => isOfFamily(route) && leadsTo(targets, route);
  const ways = usualWays({ inventory, options }, table, family === undefined ? FAMILIES : [family]);
  const isUnnamed = ({ vpcEndpointId }: Route) => vpcEndpointId !== undefined && !named.has(vpcEndpointId);
  // The way to the internet, in one route or in halves, is what counts where none leads to the firewall.
  const shown = table.routes.filter(leads);
  const others = table.routes.filter((route) => isOfFamily(route) && isUsual(routeDestination(route)));
  return {
    id: table.id,
    text: `subnet ${subnetId} uses route table ${table.id}, which ${
      shown.length > 0
        ? "sends to the firewall"
        : `sends nothing to the firewall${ways.length > 0 ? " itself" : isBehind ? ": a gateway's table, or a setting, does" : ""}`
    }`,
    because: [
      ...(shown.length > 0 ? shown : others).map((route) => ({
        text: routeText(route, leads(route) && isUnnamed(route)),
      })),
      ...ways,
    ],
  };
}

/** Whether a destination is all addresses, or a half of them. */
function isUsual(destination: string): boolean {
  const cidr = parseCidr(destination);
  return cidr !== undefined && cidr.prefixLength <= 1;
}

/** @param isRead it leads to the firewall by what was read, and no setting names its endpoint */
function routeText(route: Route, isRead: boolean): string {
  const notes = [
    ...(isRead ? ["known as the firewall's by what was read"] : []),
    ...(route.state === "blackhole" ? ["a blackhole"] : []),
  ];
  return `${routeDestination(route)} → ${routeTargets(route).join(", ") || "nowhere"}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

function routeDestination(route: Route): string {
  const { destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId } = route;
  return destinationCidrBlock ?? destinationIpv6CidrBlock ?? destinationPrefixListId ?? "?";
}

/** The ids in a route that name its target. */
function routeTargets(route: Route): string[] {
  return Object.entries(route).flatMap(([key, value]) =>
    /(Id|Arn)$/.test(key) && key !== "destinationPrefixListId" && typeof value === "string" ? [value] : [],
  );
}

/** A security-group rule as people know it: its id, where it lets in from, and its description. */
export function describeRule(
  rule: SecurityGroupRule,
  { inventory, options }: Pick<View, "inventory" | "options">,
): Reason {
  const { id, cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId, description } = rule;
  const source = cidrIpv4 ?? cidrIpv6 ?? prefixListId ?? referencedSecurityGroupId ?? "nothing";
  const end = endText(inventory, rule, options.expiry);
  const ends = end === undefined ? "" : ` (${end})`;
  return { id, text: `${id} from ${source}${description ? ` “${plainText(description)}”` : ""}${ends}` };
}
