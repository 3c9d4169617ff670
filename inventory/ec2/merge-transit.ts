import { given } from "../../lib/records";
import { attachmentKey, type Transit } from "../transit";

/**
 * What several accounts know of transit gateways and endpoints, as one: who owns a transit gateway sees its tables, who
 * owns a VPC how that is attached. Absent where none of them has it.
 */
export function mergedTransit(parts: readonly Transit[]) {
  return given({
    transitGatewayAttachments: together(
      parts.map((part) => part.transitGatewayAttachments),
      ({ transitGatewayId, id }) => attachmentKey(transitGatewayId, id),
    ),
    transitGatewayRouteTables: together(parts.map((part) => part.transitGatewayRouteTables)),
    gatewayLoadBalancerEndpoints: together(parts.map((part) => part.gatewayLoadBalancerEndpoints)),
    endpointServices: together(parts.map((part) => part.endpointServices)),
  });
}

/** Each object once, with what any of them knows of it. */
function together<T extends { id: string }>(
  lists: readonly (T[] | undefined)[],
  keyOf: (each: T) => string = ({ id }) => id,
): T[] | undefined {
  const seen = lists.filter((list) => list !== undefined);
  if (seen.length === 0) return undefined;
  const byKey = new Map<string, T>();
  for (const each of seen.flat()) byKey.set(keyOf(each), { ...each, ...byKey.get(keyOf(each)) });
  return [...byKey.values()];
}
