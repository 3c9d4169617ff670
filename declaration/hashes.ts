import { createHash } from "node:crypto";
import { addressSet } from "../panos/entries";
import { escapeXml } from "../panos/xml";

// What two objects must have in common to say the same to PAN-OS is in kinds/. Hashes of it are what the state keeps
// and what declared, staged and running are compared by.

/** A hash of what is registered: addresses by tag. A tag without addresses says nothing. */
export function registrationsHash(registrations: Record<string, readonly string[]>): string {
  const sorted = Object.entries(registrations)
    .filter(([, addresses]) => addresses.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return hash(sorted.map(([tag, addresses]) => [tag, addressSet(addresses)]));
}

/** 72 bits of SHA-256: short enough to be kept once for every rule, long enough not to collide. */
export function hash(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 12);
}

/** What a text becomes on its way through XML and the device: no control characters, single spaces. */
export function spaced(text: string): string {
  return escapeXml(text).replace(/\s+/g, " ").trim();
}
