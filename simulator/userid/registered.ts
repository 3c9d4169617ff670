import { escapeAttribute, escapeText } from "../xml/print";
import type { XmlElement } from "../xml/element";

interface Registered {
  persistent: boolean;
  /** Tag to the moment it expires; undefined: never. */
  tags: Map<string, number | undefined>;
}

/** What clients register at run time, without a commit: tags and users of addresses. */
export class RegisteredIps {
  private readonly users = new Map<string, string>();
  private readonly table = new Map<string, Registered>();

  /**
   * Applies a `<uid-message>`'s payload.
   * @returns the entries that were refused, as `<register>`/`<unregister>` blocks; "" when all were taken
   */
  apply(payload: XmlElement): string {
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

  clear(): void {
    this.table.clear();
  }

  /** A restart keeps only what was registered as persistent. */
  restart(): void {
    for (const [ip, { persistent }] of this.table) if (!persistent) this.table.delete(ip);
    this.users.clear();
  }

  /** Addresses whose tags fit. */
  matching(fits: (tags: ReadonlySet<string>) => boolean): string[] {
    this.expire();
    return [...this.table].filter(([, { tags }]) => fits(new Set(tags.keys()))).map(([ip]) => ip);
  }

  /** The answer to `show object registered-ip`. */
  show(ip: string | undefined, tag: string | undefined, start = 1, limit = Infinity): string {
    this.expire();
    const all = [...this.table].filter(
      ([address, { tags }]) => (!ip || ip === address) && (!tag || tags.has(tag)),
    );
    const page = all.slice(start - 1, start - 1 + limit);
    const entries = page.map(([address, { persistent, tags }]) => {
      const members = [...tags.keys()].map((name) => `<member>${escapeText(name)}</member>`).join("");
      const flag = persistent ? 1 : 0;
      return `<entry ip="${escapeAttribute(address)}" from_agent="0" persistent="${flag}"><tag>${members}</tag></entry>`;
    });
    return `${entries.join("")}<count>${page.length}</count>`;
  }

  /** The answer to `show user ip-user-mapping-mp`. */
  showUsers(wanted: string | undefined): string {
    return [...this.users]
      .filter(([ip]) => wanted === undefined || ip === wanted)
      .map(
        ([ip, user]) =>
          `<entry><ip>${escapeText(ip)}</ip><vsys>vsys1</vsys><type>XMLAPI</type><user>${escapeText(user)}</user></entry>`,
      )
      .join("");
  }

  private login(entry: XmlElement): void {
    this.users.set(entry.attributes["ip"] ?? "", entry.name ?? "");
  }

  private register(entry: XmlElement): string[] {
    const ip = entry.attributes["ip"] ?? "";
    const known = this.table.get(ip) ?? { persistent: true, tags: new Map<string, number | undefined>() };
    known.persistent = entry.attributes["persistent"] !== "0";
    const refused: string[] = [];
    for (const member of entry.child("tag")?.children ?? []) {
      if (known.tags.has(member.text)) refused.push(refusal(ip, `tag ${member.text} already exists, ignore`));
      const seconds = Number(member.attributes["timeout"] ?? "0");
      known.tags.set(member.text, seconds > 0 ? Date.now() + seconds * 1000 : undefined);
    }
    this.table.set(ip, known);
    return refused;
  }

  private unregister(entry: XmlElement): string[] {
    const ip = entry.attributes["ip"] ?? "";
    const known = this.table.get(ip);
    if (!known) return [refusal(ip, `ip ${ip} does not exist, ignore unreg`)];
    const tags = entry.members("tag");
    const refused = tags
      .filter((tag) => !known.tags.delete(tag))
      .map((tag) => refusal(ip, `tag ${tag} does not exist, ignore unreg`));
    if (tags.length === 0 || known.tags.size === 0) this.table.delete(ip);
    return refused;
  }

  private expire(): void {
    const now = Date.now();
    for (const [ip, { tags }] of this.table) {
      for (const [tag, until] of tags) if (until !== undefined && until <= now) tags.delete(tag);
      if (tags.size === 0) this.table.delete(ip);
    }
  }
}

function refusal(ip: string, text: string): string {
  return `<entry ip="${escapeAttribute(ip)}" message="${escapeAttribute(text)}"/>`;
}

function wrap(tag: string, entries: string[]): string {
  return entries.length > 0 ? `<${tag}>${entries.join("")}</${tag}>` : "";
}
