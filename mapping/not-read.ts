/** What of AWS was not read, as far as it decides what is behind the firewall. */
import type { Inventory } from "../inventory/types";
import { compareTexts } from "../lib/order";
import { waysOf } from "./routing";
import { firewallTargets, unknownEndpoints } from "./targets";
import type { MappingOptions } from "./types";
import { leadsOn } from "./ways/steps";

/** Whether anything is unknown that a rule may depend on. */
export function isReadInPart(
  inventory: Inventory,
  options: Pick<MappingOptions, "firewall" | "ways">,
): boolean {
  const { unread = [], denied = [] } = inventory;
  if (unread.length + denied.length + unseenParts(inventory).length > 0) return true;
  return options.ways !== "told" && (leadsOn(inventory) || endpointsBeside(inventory, options).length > 0);
}

/** What is unknown, in a person's words, the most certain causes first. */
export function notRead(inventory: Inventory, options: Pick<MappingOptions, "firewall" | "ways">): string[] {
  const { unread = [], denied = [] } = inventory;
  return [
    ...unread.map(({ accountId, region }) => `account ${accountId} in ${region}`),
    ...denied.map(({ accountId, region, action }) => `ec2:${action} of account ${accountId} in ${region}`),
    ...unseenParts(inventory),
    ...(waysOf(inventory, options)?.unknown() ?? []),
    ...endpointsBeside(inventory, options).map((id) => `which load balancer ${id} leads to`),
  ];
}

/** Endpoints that may be the firewall's, but for those that are. */
function endpointsBeside(inventory: Inventory, options: Pick<MappingOptions, "firewall" | "ways">): string[] {
  if (options.ways === "told") return [];
  const unknown = unknownEndpoints(inventory);
  if (unknown.length === 0) return [];
  const { vpcEndpointIds } = firewallTargets(inventory, options);
  return unknown.filter((id) => !vpcEndpointIds.has(id)).sort(compareTexts);
}

/** Lists and groups that something names and nobody could see, and tables of subnets. */
function unseenParts({
  securityGroups,
  prefixLists,
  networkInterfaces,
  routeTables,
  unrouted = [],
}: Inventory): string[] {
  const [lists, groups] = [prefixLists, securityGroups].map((all) => new Set(all.map(({ id }) => id)));
  const named = [
    ...securityGroups
      .flatMap(({ ingress, egress = [] }) => [...ingress, ...egress])
      .map((rule) => rule.prefixListId),
    ...routeTables.flatMap(({ routes }) => routes).map((route) => route.destinationPrefixListId),
  ];
  const carried = networkInterfaces.flatMap(({ securityGroupIds }) => securityGroupIds);
  const unseen = (ids: readonly (string | undefined)[], seen: ReadonlySet<string>) =>
    [...new Set(ids)].flatMap((id) => (id === undefined || seen.has(id) ? [] : id)).sort(compareTexts);
  return [
    ...unseen(named, lists!).map((id) => `prefix list ${id}`),
    ...unseen(carried, groups!).map((id) => `security group ${id}`),
    ...routeTables
      .filter(({ unreadableRoutes }) => unreadableRoutes !== undefined)
      .map(({ id }) => `a route of ${id}`)
      .sort(compareTexts),
    ...unseen(
      unrouted.map(({ subnetId }) => subnetId),
      new Set(),
    ).map((id) => `the route table of ${id}`),
  ];
}
