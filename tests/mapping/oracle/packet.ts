/** The first packet of a connection, as the firewall sees it. */
export interface Packet {
  /** Ingress goes to an instance, egress comes from one. */
  direction: "ingress" | "egress";
  source: string;
  destination: string;
  /** IP protocol number. */
  protocol: number;
  /** TCP and UDP: the destination port. */
  port: number;
  /** ICMP and ICMPv6. */
  type: number;
  code: number;
  /** What App-ID takes the connection for, where no application of ours identifies it. */
  application: string;
}

export const isIpv6 = (address: string): boolean => address.includes(":");

/** The instance's end of a packet, and the other one. */
export function endsOf({ direction, source, destination }: Packet): { near: string; far: string } {
  return direction === "ingress" ? { near: destination, far: source } : { near: source, far: destination };
}
