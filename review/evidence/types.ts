/** What flow logs showed, and what it means for the policy. */

/** From the instances' side: ingress comes to them, egress leaves them; "unknown": it can't be told who is the server. */
export type SeenDirection = "ingress" | "egress" | "unknown";

/** Accepted flows of one interface with one peer, on one port of the server. */
export interface SeenFlow {
  interfaceId: string;
  /** An address, or a CIDR block where there were too many to keep apart. */
  peer: string;
  /** IP protocol number. */
  protocol: number;
  direction: SeenDirection;
  /** The server's port: the interface's, or of egress the peer's. 0: the protocol has none. Absent: not kept. */
  port?: number;
  /** Where the direction isn't known: the peer's port; `port` is the interface's then. */
  peerPort?: number;
  /**
   * Where nothing but the ports made it likely who is the server: those of the other end, which may be the server as
   * well, as ranges that may have some in them that were not seen.
   */
  otherPorts?: [number, number][];
  /** How many records, of the side that has more of them. */
  count: number;
  /** In seconds since 1970. */
  first: number;
  last: number;
}

/** How an interface was watched. */
export interface WatchedInterface {
  /** The addresses that packets to and from it have: its own, prefixes delegated to it, public ones. */
  addresses: string[];
  /** In seconds since 1970; absent: the logs have nothing of it. */
  first?: number;
  last?: number;
  /** Records of times in which something could not be recorded. */
  skipped: number;
  /** Hours between the first and the last of which the logs have nothing. */
  missingHours: number;
  /** Records of which it can't be told which end is the interface. */
  unplaced: number;
}

/** How many records there were of what; together with the malformed ones, all lines. */
export interface RecordCounts {
  /** Accepted ones of interfaces in question, which `flows` are made of. */
  accepted: number;
  rejected: number;
  noData: number;
  skipped: number;
  /** Of interfaces that aren't in question. */
  elsewhere: number;
  /** Of interfaces that the inventory doesn't have, and that may have been in question. */
  unknown: number;
  /** Accepted ones of which it can't be told which end is the interface. */
  unplaced: number;
  malformed: number;
}

/** What flow logs showed, as `seen.json` has it. */
export interface Observed {
  /** Version of this shape. The first one had no `otherPorts`: what ports made likely was taken for sure. */
  format: 2;
  /** Of all interfaces, in seconds since 1970; absent: the logs have nothing. */
  first?: number;
  last?: number;
  records: RecordCounts;
  /** Why not all that happened is in it, one sentence each; none: the logs are complete as far as they say. */
  gaps: string[];
  /** Set where there were too many peers to keep apart: the prefix lengths to which they were widened. */
  widened?: { IPv4: number; IPv6: number };
  interfaces: Record<string, WatchedInterface>;
  flows: SeenFlow[];
}
