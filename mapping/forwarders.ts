/** Interfaces that send on what they take in. */
import { kindOf } from "../aws/interface-kinds";
import type { Inventory, NetworkInterface } from "../inventory/types";
import { grouped } from "../lib/grouped";
import { ofNoInstance } from "./marks";
import type { MappingOptions } from "./types";

/**
 * Whether it sends on what it takes in, possibly with the clients' addresses: a network load balancer does, by the
 * attributes of its target groups (Network Load Balancers guide, client IP preservation), which EC2 doesn't tell.
 */
export function forwards(networkInterface: NetworkInterface): boolean {
  return networkInterface.instanceId === undefined && kindOf(networkInterface) === "network_load_balancer";
}

/** Ids of those that forward and that rules lead to, by the groups that they carry. */
export function forwardersByGroup(inventory: Inventory, options: MappingOptions): Map<string, string[]> {
  return grouped(
    ofNoInstance(inventory, options)
      .filter(forwards)
      .flatMap(({ id, securityGroupIds }) => securityGroupIds.map((group) => [group, id] as const)),
  );
}
