import { setTimeout as delay } from "node:timers/promises";
import type { PanosClient } from "./client";
import { canonicalAddress } from "./entries";
import { isAmbiguous, PanosError } from "./error";
import { retryDelay } from "./retry";
import { child, element, escapeXml, members, memberList, type XmlElement } from "./xml";

/** One tag of one address, registered through User-ID: it is in force at once, with no commit. */
export interface Registration {
  /** As the device or the caller spells it. */
  address: string;
  tag: string;
}

/** Entries in one answer; pan-os-python and Terraform's provider ask for as many. */
const PAGE = 500;

/**
 * Reads what is registered with tags that `counts` takes, whoever registered it. The device can be asked for
 * one tag or for everything, and only the latter finds tags that nobody remembers: it is read page by page.
 */
export async function readRegistrations(
  client: PanosClient,
  counts: (tag: string) => boolean,
): Promise<Registration[]> {
  for (const [index, way] of WAYS.entries()) {
    try {
      const entries = await readEntries(client, way);
      return entries.flatMap((entry) => {
        const address = entry.attributes["ip"] ?? "";
        return members(child(entry, "tag"))
          .filter(counts)
          .map((tag) => ({ address, tag }));
      });
    } catch (error) {
      if (!isRefused(error) || index === WAYS.length - 1) throw error;
    }
  }
  return [];
}

/** Pages of everything; whether `<all/>` may stand beside a limit is not documented, and one page may be all. */
const WAYS: ((page: string) => string)[] = [
  (page: string) => `<all/>${page}`,
  (page: string) => page,
  () => "<all/>",
];

/** How often a table is read again that has changed from page to page, later each time. */
const READ_AGAIN = 4;

/**
 * Everything, as it is at one time as far as pages tell.
 * @throws PanosError `busy` where the table changes on and on, `refused` also where the device doesn't turn the page
 */
async function readEntries(client: PanosClient, way: (page: string) => string): Promise<XmlElement[]> {
  for (let again = 0; ; again++) {
    const found = await readPages(client, way);
    if (found !== undefined) return found;
    const busy = new PanosError(
      "BUSY",
      "the firewall's registered addresses change faster than they can be read, so that one may be missed: run again",
    );
    // Many come in one moment, as when a fleet starts.
    const wait = again < READ_AGAIN ? retryDelay(busy, again, true) : undefined;
    if (wait === undefined) throw busy;
    await delay(wait);
  }
}

/**
 * Each page begins with the entry that the one before it ended with: otherwise something came or went in between, and
 * what then moved from one page to another was seen twice, or never.
 * @returns undefined: that is so
 */
async function readPages(
  client: PanosClient,
  way: (page: string) => string,
): Promise<XmlElement[] | undefined> {
  const found: XmlElement[] = [];
  const isPaged = way("page").includes("page");
  for (let start = 1; ; start += PAGE - 1) {
    const range = way(element("limit", String(PAGE)) + element("start-point", String(start)));
    const command = `<show><object><registered-ip>${range}</registered-ip></object></show>`;
    const { result } = await client.op(command, true, client.connection.vsys);
    const page = (result?.children ?? []).filter(({ name }) => name === "entry");
    const { length } = page;
    if (start > 1 && page.length > 0 && page[0]!.attributes["ip"] === found[0]?.attributes["ip"]) {
      throw new PanosError(
        "REFUSED",
        "the firewall answers every page of its registered addresses with the first",
      );
    }
    const repeated = start > 1 ? page.shift() : undefined;
    if (start > 1 && repeated?.attributes["ip"] !== found.at(-1)?.attributes["ip"]) return undefined;
    found.push(...page);
    // More than a page: it takes no notice of the limit, and this is all.
    if (!isPaged || length !== PAGE) return found;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof PanosError && error.code === "REFUSED";
}

/** What distinguishes two registrations: IPv6 has several spellings, and `/32` says nothing. */
export function registrationKey({ address, tag }: Registration): string {
  return `${canonicalAddress(address)} ${tag}`;
}

/** How the device answers what is so already: it changes nothing and harms nothing. */
const NEEDLESS = /, ignore( unreg)?$/;

/**
 * Registers, or unregisters, in one message. Registered persistently, so that they outlast a restart where
 * the device keeps such ones.
 * @returns what the device didn't take, in its own words, but for what was so already; whether it takes the
 *   rest of such a message is not documented, so the caller reads again
 * @throws PanosError for every other failure
 */
export async function sendRegistrations(
  client: PanosClient,
  action: "register" | "unregister",
  registrations: readonly Registration[],
): Promise<string[]> {
  const tags = new Map<string, string[]>();
  for (const { address, tag } of registrations) tags.set(address, [...(tags.get(address) ?? []), tag]);
  const entries = [...tags].map(
    ([address, list]) =>
      `<entry ip="${escapeXml(address)}"${action === "register" ? ' persistent="1"' : ""}>` +
      `${memberList("tag", list)}</entry>`,
  );
  try {
    await client.userId(`<${action}>${entries.join("")}</${action}>`);
    return [];
  } catch (error) {
    if (!(error instanceof PanosError) || error.code !== "REFUSED" || error.lines.length === 0) throw error;
    return error.lines.filter((line) => !NEEDLESS.test(line));
  }
}

/** Registrations in one message: far below the 5 MB that the device takes; no other limit is documented. */
const MAX_ENTRIES = 1_000;

/**
 * The same in as many messages as it takes. Where an answer was lost, what became of the message has to be read
 * before anything is sent again.
 * @returns what the device didn't take, in its own words, and what is said of an answer that was lost
 */
export async function sendAllRegistrations(
  client: PanosClient,
  action: "register" | "unregister",
  registrations: readonly Registration[],
): Promise<string[]> {
  const refusals: string[] = [];
  for (let start = 0; start < registrations.length; start += MAX_ENTRIES) {
    try {
      const batch = registrations.slice(start, start + MAX_ENTRIES);
      refusals.push(...(await sendRegistrations(client, action, batch)));
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      refusals.push(error.message);
    }
  }
  return refusals;
}
