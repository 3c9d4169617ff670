import type { PanosClient } from "./client";
import { child, element, textAt, type XmlElement } from "./xml";

/** A packet, as `test security-policy-match` takes it. */
export interface Packet {
  from: string;
  to: string;
  source: string;
  destination: string;
  /** IP protocol number. */
  protocol: number;
  /** Destination port, where the protocol has ports. */
  port?: number;
  /** Left out: whatever application. */
  application?: string;
}

/** The rule that takes a packet, of the running configuration. */
export interface PolicyMatch {
  rule: string;
  /** allow, deny, drop, …; "" where the device doesn't say. */
  action: string;
}

/**
 * Asks the firewall which security rule takes a packet: the first that matches.
 * @returns undefined where none does
 */
export async function policyMatch(client: PanosClient, packet: Packet): Promise<PolicyMatch | undefined> {
  const { from, to, source, destination, protocol, port, application } = packet;
  const command =
    element("from", from) +
    element("to", to) +
    element("source", source) +
    element("destination", destination) +
    element("protocol", String(protocol)) +
    (port === undefined ? "" : element("destination-port", String(port))) +
    (application === undefined ? "" : element("application", application));
  const { result } = await client.op(
    `<test><security-policy-match>${command}</security-policy-match></test>`,
    true,
    client.connection.vsys,
  );
  const entry = child(child(result, "rules"), "entry");
  return entry && matchFrom(entry);
}

/** PAN-OS 9.0 and later name the rule in an attribute, older ones in a text: `deny all; index: 3`. */
function matchFrom(entry: XmlElement): PolicyMatch {
  const name = entry.attributes["name"] ?? entry.text.replace(/;\s*index:.*$/s, "").trim();
  return { rule: name, action: textAt(entry, "action") };
}

/** A packet for people: "203.0.113.1 to 10.0.0.1, protocol 6 port 443, ssl". */
export function describePacket({ source, destination, protocol, port, application }: Packet): string {
  return (
    `${source} to ${destination}, protocol ${protocol}${port === undefined ? "" : ` port ${port}`}` +
    (application === undefined ? "" : `, ${application}`)
  );
}
