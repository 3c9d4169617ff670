import { escapeAttribute, escapeText } from "../xml/print";
import type { XmlElement } from "../xml/element";
import type { AddressRange } from "../policy/addresses";
import { isInside, registeredKey } from "./entries";

/** What is documented differently, or not at all, and so can be chosen. */
export interface RegistrationOptions {
  /** How many entries there can be: PAN-OS documentation has 200,000 for a VM-300. */
  max?: number;
  /** A tag that an address has already: "refused" (default, as recorded) or "taken" as if it were new. */
  duplicates?: "refused" | "taken";
  /** New tags in an entry that also has a refused one: "taken" (default) or "lost". */
  besideRefused?: "taken" | "lost";
}

const MAX_ENTRIES = 200_000;
/** PAN-OS documentation: 32 tags for each address. */
const MAX_TAGS = 32;

interface Registered {
  range: AddressRange;
  persistent: boolean;
  /** Tag to the moment it expires; undefined: never. */
  tags: Map<string, number | undefined>;
}

/** What clients register at run time on one vsys, without a commit: tags and users of addresses. */
export class RegisteredIps {
  private readonly users = new Map<string, string>();
  private readonly table = new Map<string, Registered>();

  constructor(private readonly options: RegistrationOptions = {}) {}

  /**
   * Applies a `<uid-message>`'s payload.
   * @returns the entries that were refused, as `<register>`/`<unregister>` blocks; "" when all were taken
   */
  apply(payload: XmlElement): string {
    this.expire();
    let refused = "";
    for (const block of payload.children) {
      const entries = block.entries();
      if (block.tag === "login") for (const entry of entries) this.login(entry);
      else if (block.tag === "logout")
        for (const entry of entries) this.users.delete(entry.attributes["ip"] ?? "");
      else if (block.tag === "clear" && block.at("registered-ip", "all")) this.table.clear();
      else if (block.tag === "register")
        refused += wrap(
          "register",
          entries.flatMap((entry) => this.register(entry)),
        );
      else if (block.tag === "unregister") {
        refused += wrap(
          "unregister",
          entries.flatMap((entry) => this.unregister(entry)),
        );
      }
    }
    return refused;
  }

  /** The operational command leaves what was registered for good (as measured on a PA-410). */
  clear(): void {
    this.forgetUnless(({ persistent }) => persistent);
  }

  /** A restart keeps only what was registered as persistent, or nothing. */
  restart(keepsPersistent: boolean): void {
    this.forgetUnless(({ persistent }) => persistent && keepsPersistent);
    this.users.clear();
  }

  /** Addresses whose tags fit: their own, and those of registered ranges around them. */
  matching(fits: (tags: ReadonlySet<string>) => boolean): string[] {
    this.expire();
    const wide = [...this.table.values()].filter(({ range }) => range.low !== range.high);
    return [...this.table]
      .filter(([, { range, tags }]) => {
        const around = wide.filter((outer) => isInside(range, outer.range));
        return fits(new Set([...tags.keys(), ...around.flatMap((outer) => [...outer.tags.keys()])]));
      })
      .map(([ip]) => ip);
  }

  /** The answer to `show object registered-ip`. */
  show(ip: string | undefined, tag: string | undefined, start = 1, limit = Infinity): string {
    this.expire();
    const all = [...this.table].filter(
      ([address, { tags }]) => (!ip || (registeredKey(ip)?.ip ?? ip) === address) && (!tag || tags.has(tag)),
    );
    const page = all.slice(start - 1, start - 1 + limit);
    const entries = page.map(([address, { persistent, tags }]) => {
      const members = [...tags.keys()].map((name) => `<member>${escapeText(name)}</member>`).join("");
      const flag = persistent ? 1 : 0;
      return `<entry ip="${escapeAttribute(address)}" from_agent="0" persistent="${flag}"><tag>${members}</tag></entry>`;
    });
    return `${entries.join("")}<count>${page.length}</count>`;
  }

  /** Addresses by tag. */
  byTag(): Record<string, string[]> {
    this.expire();
    const found: Record<string, string[]> = {};
    for (const [ip, { tags }] of this.table) for (const tag of tags.keys()) (found[tag] ??= []).push(ip);
    return found;
  }

  /** The answer to `show user ip-user-mapping-mp`. */
  showUsers(wanted: string | undefined, vsys: string): string {
    return [...this.users]
      .filter(([ip]) => wanted === undefined || ip === wanted)
      .map(
        ([ip, user]) =>
          `<entry><ip>${escapeText(ip)}</ip><vsys>${escapeText(vsys)}</vsys><type>XMLAPI</type><user>${escapeText(user)}</user></entry>`,
      )
      .join("");
  }

  private login(entry: XmlElement): void {
    this.users.set(entry.attributes["ip"] ?? "", entry.name ?? "");
  }

  private register(entry: XmlElement): string[] {
    const text = entry.attributes["ip"] ?? "";
    const key = registeredKey(text);
    if (!key) return [refusal(text, `ip ${text} is invalid`)];
    const { ip, range } = key;
    const { max = MAX_ENTRIES, duplicates = "refused", besideRefused = "taken" } = this.options;
    const known = this.table.get(ip) ?? { range, persistent: true, tags: new Map<string, undefined>() };
    if (!this.table.has(ip) && this.table.size >= max)
      return [refusal(text, `max registered-ip for the platform reached (${max})`)];

    const members = entry.child("tag")?.children ?? [];
    const refused: string[] = [];
    const taken = members.filter(({ text: tag }) => {
      if (known.tags.has(tag)) {
        if (duplicates === "taken") return true;
        refused.push(refusal(text, `tag ${tag} already exists, ignore`));
      } else if (!hasRoom(known, members)) {
        refused.push(refusal(text, `tag ${tag} exceeds the ${MAX_TAGS} tags of an ip`));
      } else return true;
      return false;
    });
    if (taken.length === 0 || (refused.length > 0 && besideRefused === "lost")) return refused;
    known.persistent = entry.attributes["persistent"] !== "0";
    for (const member of taken) {
      const seconds = Number(member.attributes["timeout"] ?? "0");
      known.tags.set(member.text, seconds > 0 ? Date.now() + seconds * 1000 : undefined);
    }
    this.table.set(ip, known);
    return refused;
  }

  private unregister(entry: XmlElement): string[] {
    const text = entry.attributes["ip"] ?? "";
    const ip = registeredKey(text)?.ip ?? text;
    const known = this.table.get(ip);
    if (!known) return [refusal(text, `ip ${text} does not exist, ignore unreg`)];
    const tags = entry.members("tag");
    const refused = tags
      .filter((tag) => !known.tags.delete(tag))
      .map((tag) => refusal(text, `tag ${tag} does not exist, ignore unreg`));
    if (tags.length === 0 || known.tags.size === 0) this.table.delete(ip);
    return refused;
  }

  private forgetUnless(stays: (entry: Registered) => boolean): void {
    for (const [ip, entry] of this.table) if (!stays(entry)) this.table.delete(ip);
  }

  private expire(): void {
    const now = Date.now();
    for (const [ip, { tags }] of this.table) {
      for (const [tag, until] of tags) if (until !== undefined && until <= now) tags.delete(tag);
      if (tags.size === 0) this.table.delete(ip);
    }
  }
}

function hasRoom({ tags }: Registered, members: readonly XmlElement[]): boolean {
  return new Set([...tags.keys(), ...members.map(({ text }) => text)]).size <= MAX_TAGS;
}

function refusal(ip: string, text: string): string {
  return `<entry ip="${escapeAttribute(ip)}" message="${escapeAttribute(text)}"/>`;
}

function wrap(tag: string, entries: string[]): string {
  return entries.length > 0 ? `<${tag}>${entries.join("")}</${tag}>` : "";
}
