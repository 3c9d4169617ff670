import { given } from "../../lib/records";
import type { Transit } from "../transit";

/**
 * What several accounts know of transit gateways and endpoints, as one: who owns a transit gateway sees its tables, who
 * owns a VPC how that is attached. Absent where none of them has it.
 */
export function mergedTransit(parts: readonly Transit[]) {
  return given({
    transitGatewayAttachments: together(parts.map((part) => part.transitGatewayAttachments)),
    transitGatewayRouteTables: together(parts.map((part) => part.transitGatewayRouteTables)),
    gatewayLoadBalancerEndpoints: together(parts.map((part) => part.gatewayLoadBalancerEndpoints)),
    endpointServices: together(parts.map((part) => part.endpointServices)),
  });
}

/** Each object once, with what any of them knows of it. */
function together<T extends { id: string }>(lists: readonly (T[] | undefined)[]): T[] | undefined {
  const seen = lists.filter((list) => list !== undefined);
  if (seen.length === 0) return undefined;
  const byId = new Map<string, T>();
  for (const each of seen.flat()) byId.set(each.id, { ...each, ...byId.get(each.id) });
  return [...byId.values()];
}
