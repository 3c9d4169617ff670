import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { BadRequest } from "./refusal";
import { requireRight } from "./roles";
import type { XmlElement } from "./xml/element";

export interface User {
  name: string;
  password: string;
}

interface ApiKey {
  admin: string;
  /** In milliseconds since 1970. */
  issued: number;
  /** The administrator's password, hashed, as it was then: another one ends the key. */
  password: string;
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
   * @param users administrators and their passwords, beside those of the configuration; they have all rights,
   *   unless the configuration gives them a role
   * @param running the configuration, as it is now: more administrators, their roles, the life of keys
   */
  constructor(
    private readonly users: readonly User[],
    private readonly running: () => XmlElement,
    private readonly keys: ApiKeys = new Map<string, ApiKey>(),
  ) {}

  /** All names, those of the start first. */
  names(): string[] {
    const configured = this.configured().map((entry) => entry.name ?? "");
    return [...new Set([...this.users.map((user) => user.name), ...configured])];
  }

  /**
   * A new key. Where keys have a lifetime, it ends the administrator's older ones; without one they stay
   * good (PAN-OS documentation, pango).
   * @throws BadRequest 403
   */
  keygen(name: string, password: string): string {
    if (!this.isPassword(name, password)) throw new BadRequest(403, "Invalid Credential");
    if (this.lifetimeSeconds() > 0) {
      for (const [key, { admin }] of this.keys) if (admin === name) this.keys.delete(key);
    }
    // Letters and digits only: clients put keys into URLs without escaping them.
    const secret = randomBytes(66).toString("base64").replace(/[+/=]/g, "A");
    const key = `LUFRPT1${secret}==`;
    this.keys.set(key, { admin: name, issued: Date.now(), password: this.passwordHash(name) });
    return key;
  }

  /** Makes every key that there is invalid: too old ("Key Expired"), or unknown ("Invalid Credential"). */
  invalidateKeys(why: "expired" | "revoked"): void {
    for (const key of this.keys.keys()) if (this.refused.get(key) !== "revoked") this.refused.set(key, why);
  }

  /** Makes every key that there is older, as if so much time had passed. */
  ageKeys(seconds: number): void {
    for (const key of this.keys.values()) key.issued -= seconds * 1000;
  }

  /** Who sends a request. @throws BadRequest 403, or 400 for an expired key */
  authenticate({ key, basic }: Credentials): string {
    if (key !== undefined && key !== "") {
      const known = this.keys.get(key);
      const refused = this.refused.get(key);
      if (!known || refused === "revoked" || this.passwordHash(known.admin) !== known.password)
        throw new BadRequest(403, "Invalid Credential");
      const lifetime = this.lifetimeSeconds();
      const age = (Date.now() - known.issued) / 1000;
      if (refused === "expired" || (lifetime > 0 && age > lifetime)) throw new BadRequest(400, "Key Expired");
      return known.admin;
    }
    if (basic) {
      if (!this.isPassword(basic.name, basic.password)) throw new BadRequest(403, "Invalid Credential");
      return basic.name;
    }
    throw new BadRequest(403, "Not Authenticated");
  }

  /**
   * The role that the configuration gives an administrator counts, also that of one who was there at the start.
   * @throws BadRequest 403 when it doesn't allow a type of request
   */
  requireRole(admin: string, type: string, writes: boolean): void {
    const entry = this.configured().find((user) => user.name === admin);
    const role = entry?.at("permissions", "role-based");
    if (role === undefined && this.users.some((user) => user.name === admin)) return;
    requireRight(this.running(), role, type, writes);
  }

  /** How long a key is good for; 0: for ever. The setting is in minutes. */
  private lifetimeSeconds(): number {
    const device = this.running().child("devices")?.entries()[0];
    const key = device?.at("deviceconfig", "setting", "management", "api", "key");
    return Number(key?.value("lifetime") ?? 0) * 60;
  }

  private configured(): XmlElement[] {
    return this.running().at("mgt-config", "users")?.entries() ?? [];
  }

  private isPassword(name: string, password: string): boolean {
    const expected = this.passwordHash(name);
    return expected !== "" && sameText(expected, hashed(password, expected.split(":")[2]));
  }

  /** "" when there is no such administrator, or no password. */
  private passwordHash(name: string): string {
    const given = this.users.find((user) => user.name === name);
    if (given) return hashed(given.password);
    return (
      this.configured()
        .find((entry) => entry.name === name)
        ?.value("phash") ?? ""
    );
  }
}

/** What the simulator keeps of a password, as `request password-hash` makes it: with salt, where there is one. */
export function hashed(password: string, salt?: string): string {
  const hash = createHash("sha256")
    .update(salt ?? "")
    .update(password);
  return `sha256:${hash.digest("hex")}${salt === undefined ? "" : `:${salt}`}`;
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
