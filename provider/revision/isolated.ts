import { addressText, isInside, parseBlock, type Cidr } from "../../lib/net/cidr";
import type { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { endSession, sessionKey, sessionsWhere, type Session as Established } from "../../panos/sessions";
import { inParallel } from "../../lib/parallel";
import { tell } from "../session/tell";
import { counted } from "../../lib/text";

/** Whom a tag isolates. */
export interface Isolated {
  /** Addresses and prefixes of marked instances. */
  addresses: string[];
  /** CIDR blocks from which they are reached nevertheless. */
  responders: string[];
}

/** The device filters by single addresses: a block of more is looked for in its whole table. */
const MOST_ADDRESSES = 256n;

/**
 * Ends the sessions to and from isolated instances, but for those that responders opened, whatever
 * `sessions` says and whichever rule allowed them. They are out of policy by now, so a failure is a warning.
 */
export async function endIsolated(
  { client, name: firewall }: { client: PanosClient; name: string },
  { addresses, responders }: Isolated,
): Promise<void> {
  if (addresses.length === 0) return;
  const isolated = blocksOf(addresses);
  const admitted = blocksOf(responders);
  let ended = 0;
  try {
    const found = new Map<string, Established>();
    for (const each of await sessionsWith(client, isolated)) found.set(sessionKey(each), each);
    const over = [...found.values()].filter(({ packet: { source, destination } }) => {
      const isTheirs = isIn(source, isolated) || isIn(destination, isolated);
      // A responder that is isolated itself gets nowhere.
      const isResponders = isIn(source, admitted) && !isIn(source, isolated) && isIn(destination, isolated);
      return isTheirs && !isResponders;
    });
    await inParallel(over, async (each) => {
      await endSession(client, each);
      ended++;
    });
    if (ended === 0) return;
    tell(
      "info",
      `${firewall}: ${counted(ended, "session")} of isolated instances ${ended === 1 ? "was" : "were"} ended (${addresses.join(", ")})`,
    );
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    tell(
      "warn",
      `instances are isolated on ${firewall}, but their sessions may go on; ${ended} were ended: ${error.message} ` +
        `(${addresses.join(", ")})`,
    );
  }
}

async function sessionsWith(client: PanosClient, isolated: readonly Cidr[]): Promise<Established[]> {
  if (isolated.some(({ first, last }) => last - first >= MOST_ADDRESSES)) return sessionsWhere(client, {});
  const single = isolated.flatMap(({ family, first, last }) =>
    Array.from({ length: Number(last - first) + 1 }, (_, at) => addressText(family, first + BigInt(at))),
  );
  const filters = single.flatMap((address) => [{ source: address }, { destination: address }]);
  return (await inParallel(filters, (filter) => sessionsWhere(client, filter))).flat();
}

function blocksOf(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parseBlock(text) ?? []);
}

function isIn(text: string, blocks: readonly Cidr[]): boolean {
  const address = parseBlock(text);
  return blocks.some((block) => block.family === address?.family && isInside(address, block));
}
