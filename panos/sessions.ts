import type { PanosClient } from "./client";
import type { Packet } from "./match";
import { element, textAt, type XmlElement } from "./xml";

/** A connection in the firewall's session table. */
export interface Session {
  /** Its first packet, as the policy sees it. */
  packet: Packet & { port: number };
  sourcePort: number;
}

/** So many entries are in one answer at most. */
const PAGE = 1024;

/** The sessions that a rule allowed, whatever the policy is by now. */
export function sessionsOf(client: PanosClient, rule: string): Promise<Session[]> {
  return sessionsWhere(client, { rule });
}

/**
 * The sessions that fit, as they were opened: from the source, to the destination.
 * @param filter addresses are single ones: the device refuses networks here. Without any, all sessions
 */
export async function sessionsWhere(
  client: PanosClient,
  filter: { rule?: string; source?: string; destination?: string },
): Promise<Session[]> {
  const { vsys } = client.connection;
  const wanted = Object.entries(filter).map(([name, value]) => element(name, value));
  const chosen = wanted.length === 0 ? "" : `<filter>${wanted.join("")}</filter>`;
  const found: Session[] = [];
  for (let start = 1; ; start += PAGE) {
    const from = start === 1 ? "" : element("start-at", String(start));
    const command = `<show><session><all>${chosen}${from}</all></session></show>`;
    const { result } = await client.op(command, true, vsys);
    const entries = (result?.children ?? []).filter(({ name }) => name === "entry");
    const own = entries.filter((entry) => ["", vsys].includes(textAt(entry, "vsys")));
    found.push(...own.map(sessionFrom));
    if (entries.length < PAGE) return found;
  }
}

/** A text that two sessions share when they are between the same addresses and ports. */
export function sessionKey({ packet, sourcePort }: Session): string {
  const { source, destination, protocol, port } = packet;
  return JSON.stringify([source, sourcePort, destination, port, protocol]);
}

/**
 * Ends a session. By its addresses and ports and not by its id, which the device gives to another one as soon
 * as this one has ended.
 */
export async function endSession(client: PanosClient, { packet, sourcePort }: Session): Promise<void> {
  const filter =
    element("source", packet.source) +
    element("destination", packet.destination) +
    element("source-port", String(sourcePort)) +
    element("destination-port", String(packet.port)) +
    element("protocol", String(packet.protocol));
  await client.op(
    `<clear><session><all><filter>${filter}</filter></all></session></clear>`,
    true,
    client.connection.vsys,
  );
}

function sessionFrom(entry: XmlElement): Session {
  const application = textAt(entry, "application");
  // What App-ID has not recognised yet, or never will, can't be asked about.
  const isKnown = !/^(undecided|incomplete|insufficient-data|unknown-.*|not-applicable|)$/.test(application);
  return {
    packet: {
      from: textAt(entry, "from"),
      to: textAt(entry, "to"),
      source: textAt(entry, "source"),
      destination: textAt(entry, "dst"),
      protocol: Number(textAt(entry, "proto")),
      port: Number(textAt(entry, "dport")),
      ...(isKnown && { application }),
    },
    sourcePort: Number(textAt(entry, "sport")),
  };
}
