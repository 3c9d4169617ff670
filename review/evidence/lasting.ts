import type { PortRanges } from "./port-ranges";
import type { SeenDirection, SeenFlow } from "./types";

/** A flow as it is counted. */
export type Kept = Omit<SeenFlow, "count" | "first" | "last" | "otherPorts"> & {
  /** Whether flags told who is the server; otherwise ports made it likely, or nothing does. */
  isTold: boolean;
  /** The ports of the end that isn't the server, or may be; absent where the direction isn't known, or not kept. */
  others?: PortRanges;
  requests: number;
  replies: number;
  first: number;
  last: number;
};

/**
 * Flows with those of unknown direction put to a connection between the same two ports whose direction flags told: of
 * one that lasts, only the first record tells who began it. Another connection of the same peers proves nothing: who
 * has a server may be a client as well, from whichever port it likes.
 */
export function withKnownServers(flows: readonly Kept[]): Kept[] {
  const keyOf = ({ interfaceId, peer, protocol }: Kept, direction: SeenDirection, port?: number) =>
    `${interfaceId} ${peer} ${protocol} ${direction} ${port}`;
  const told = new Map<string, Kept>();
  for (const flow of flows) {
    if (flow.isTold) told.set(keyOf(flow, flow.direction, flow.port), { ...flow });
  }
  const left: Kept[] = [];
  for (const flow of flows) {
    if (flow.isTold) continue;
    const { direction, port, peerPort } = flow;
    const isKept = direction === "unknown" && port !== undefined && peerPort !== undefined && port > 0;
    const ingress = isKept ? told.get(keyOf(flow, "ingress", port)) : undefined;
    const egress = isKept ? told.get(keyOf(flow, "egress", peerPort)) : undefined;
    const isIngress = ingress?.others?.has(peerPort!) === true;
    const isEgress = egress?.others?.has(port!) === true;
    const one = isIngress === isEgress ? undefined : isIngress ? ingress : egress;
    if (one === undefined) {
      left.push(flow);
      continue;
    }
    // What comes to the interface was counted as a request.
    one.requests += one === ingress ? flow.requests : flow.replies;
    one.replies += one === ingress ? flow.replies : flow.requests;
    one.first = Math.min(one.first, flow.first);
    one.last = Math.max(one.last, flow.last);
  }
  return [...told.values(), ...left];
}
