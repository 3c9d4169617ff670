import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { BadRequest } from "./refusal";
import type { XmlElement } from "./xml/element";

export interface User {
  name: string;
  password: string;
}

interface ApiKey {
  admin: string;
  issued: number;
}

/** API keys by their text; the firewalls of an HA pair share them, for they share the master key. */
export type ApiKeys = Map<string, ApiKey>;

/** What a request shows to say who sends it. */
export interface Credentials {
  key?: string | undefined;
  basic?: User | undefined;
}

/** Administrators, their API keys, and what their roles allow. */
export class Accounts {
  /** Keys that this firewall takes no more, and whether they only became too old. */
  private readonly refused = new Map<string, "expired" | "revoked">();

  /**
   * @param running the configuration with administrators of its own, as it is now
   * @param keyLifetimeSeconds 0: keys never expire, and new ones leave old ones valid
   */
  constructor(
    private readonly users: readonly User[],
    private readonly running: () => XmlElement,
    private readonly keyLifetimeSeconds = 0,
    private readonly keys: ApiKeys = new Map<string, ApiKey>(),
  ) {}

  /** All names, those of the start first. */
  names(): string[] {
    const configured = this.configured().map((entry) => entry.name ?? "");
    return [...new Set([...this.users.map((user) => user.name), ...configured])];
  }

  /** @throws BadRequest 403 */
  keygen(name: string, password: string): string {
    if (!this.isPassword(name, password)) throw new BadRequest(403, "Invalid Credential");
    if (this.keyLifetimeSeconds > 0) {
      for (const [key, { admin }] of this.keys) if (admin === name) this.keys.delete(key);
    }
    // Letters and digits only: clients put keys into URLs without escaping them.
    const secret = randomBytes(66).toString("base64").replace(/[+/=]/g, "A");
    const key = `LUFRPT1${secret}==`;
    this.keys.set(key, { admin: name, issued: Date.now() });
    return key;
  }

  /** Makes every key that there is invalid: too old ("Key Expired"), or unknown ("Invalid Credential"). */
  invalidateKeys(why: "expired" | "revoked"): void {
    for (const key of this.keys.keys()) if (this.refused.get(key) !== "revoked") this.refused.set(key, why);
  }

  /** Who sends a request. @throws BadRequest 403, or 400 for an expired key */
  authenticate({ key, basic }: Credentials): string {
    if (key !== undefined && key !== "") {
      const known = this.keys.get(key);
      const refused = this.refused.get(key);
      if (!known || refused === "revoked" || !this.names().includes(known.admin))
        throw new BadRequest(403, "Invalid Credential");
      const age = (Date.now() - known.issued) / 1000;
      if (refused === "expired" || (this.keyLifetimeSeconds > 0 && age > this.keyLifetimeSeconds))
        throw new BadRequest(400, "Key Expired");
      return known.admin;
    }
    if (basic) {
      if (!this.isPassword(basic.name, basic.password)) throw new BadRequest(403, "Invalid Credential");
      return basic.name;
    }
    throw new BadRequest(403, "Not Authenticated");
  }

  /** @throws BadRequest 403 when the administrator's role doesn't allow a type of request */
  requireRole(admin: string, type: string, writes: boolean): void {
    const entry = this.configured().find((user) => user.name === admin);
    if (!entry || this.users.some((user) => user.name === admin)) return;
    const roles = entry.at("permissions", "role-based");
    const custom = roles?.at("custom")?.value("profile");
    if (custom !== undefined) {
      const role = this.running().at("shared", "admin-role", `entry:${custom}`, "role");
      const xmlapi = role?.at("device", "xmlapi") ?? role?.at("vsys", "xmlapi");
      if (xmlapi?.value(type) !== "enable") this.deny(type);
    } else if (roles?.value("superuser") !== "yes" && (writes || type === "commit")) this.deny(type);
  }

  private deny(type: string): never {
    throw new BadRequest(403, `Type [${type}] not authorized for user role.`);
  }

  private configured(): XmlElement[] {
    return this.running().at("mgt-config", "users")?.entries() ?? [];
  }

  private isPassword(name: string, password: string): boolean {
    const given = this.users.find((user) => user.name === name);
    if (given) return sameText(given.password, password);
    const phash = this.configured()
      .find((entry) => entry.name === name)
      ?.value("phash");
    if (!phash) return false;
    const sha256 = createHash("sha256").update(password).digest("hex");
    return sameText(phash, `sha256:${sha256}`);
  }
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
