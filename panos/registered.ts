import type { PanosClient } from "./client";
import { canonicalAddress } from "./entries";
import { PanosError } from "./error";
import { child, element, escapeXml, members, memberList } from "./xml";

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
  const found: Registration[] = [];
  for (let start = 1; ; start += PAGE) {
    const command =
      `<show><object><registered-ip><all/>${element("limit", String(PAGE))}` +
      `${element("start-point", String(start))}</registered-ip></object></show>`;
    const { result } = await client.op(command, true, client.connection.vsys);
    const page = (result?.children ?? []).filter(({ name }) => name === "entry");
    for (const entry of page) {
      const address = entry.attributes["ip"] ?? "";
      for (const tag of members(child(entry, "tag")).filter(counts)) found.push({ address, tag });
    }
    if (page.length < PAGE) return found;
  }
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
    if (!(error instanceof PanosError) || error.code !== "refused" || error.lines.length === 0) throw error;
    return error.lines.filter((line) => !NEEDLESS.test(line));
  }
}
