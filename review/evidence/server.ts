/** Who of two ends is the server, by what a record has of it. */
import type { FlowRecord } from "../../aws/flow-logs/record";
import type { SeenDirection } from "./types";

const TCP = 6;
const UDP = 17;

/**
 * AWS reports ACK only beside SYN, and ORs the flags of an interval: 2 and 3 are of who begins a connection, 18 and
 * 19 of who takes it (Amazon VPC user guide, "Flow log records", tcp-flags).
 */
const SYN = 2;
const SYN_ACK = 18;

/** From here on Linux, and Windows from 49152, take their clients' ports (ip_local_port_range, RFC 6335). */
const EPHEMERAL = 32_768;
/** Below, only servers; from here to 1023 the older clients of NFS and rsh have their ports, too (rresvport(3)). */
const RESERVED_CLIENTS = 512;
const WELL_KNOWN = 1024;

/**
 * The direction of the connection that a record is of.
 * @param isIncoming whether its packets came to the interface
 * @returns `isTold`: flags say it. By ports it is likely only: clients behind NAT have theirs from 1024 on, and who
 * looks for open ports may come from any
 */
export function directionOf(
  record: FlowRecord,
  isIncoming: boolean,
): { direction: SeenDirection; isTold: boolean } {
  const { protocol, flags = 0, sourcePort, destinationPort } = record;
  if (protocol !== TCP && protocol !== UDP) return { direction: "unknown", isTold: false };
  const told = protocol === TCP ? serverByFlags(flags) : undefined;
  const server = told ?? serverByPorts(sourcePort, destinationPort);
  if (server === undefined) return { direction: "unknown", isTold: false };
  const direction = (server === "destination") === isIncoming ? "ingress" : "egress";
  return { direction, isTold: told !== undefined };
}

type End = "source" | "destination";

function serverByFlags(flags: number): End | undefined {
  if ((flags & SYN_ACK) === SYN_ACK) return "source";
  return (flags & SYN) === SYN ? "destination" : undefined;
}

/** By its port, where one is hardly a client's and the other no server's that is usual. */
function serverByPorts(source: number, destination: number): End | undefined {
  const [low, high] = [Math.min(source, destination), Math.max(source, destination)];
  const isTold = low < EPHEMERAL && high >= EPHEMERAL;
  const isClear = low < RESERVED_CLIENTS && high >= WELL_KNOWN;
  if (!isTold && !isClear) return undefined;
  return low === source ? "source" : "destination";
}
