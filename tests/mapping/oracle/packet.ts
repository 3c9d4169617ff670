/** The first packet of a connection, as both sides see it. */
export interface Packet {
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
