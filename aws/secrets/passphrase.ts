import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

/** What a stack's salt holds encrypted, to tell a wrong passphrase. */
export const VERIFICATION_TEXT = "pulumi";

/** Deriving a key takes a third of a second by design; one process needs each of them once. */
const keys = new Map<string, Buffer>();

/** The key of Pulumi's passphrase secrets (`sdk/go/common/resource/config/crypt.go`): PBKDF2-SHA256. */
export function passphraseKey(passphrase: string, salt: Buffer): Buffer {
  const name = `${salt.toString("base64")}:${passphrase}`;
  let key = keys.get(name);
  if (!key) {
    key = pbkdf2Sync(passphrase, salt, 1_000_000, 32, "sha256");
    keys.set(name, key);
  }
  return key;
}

/** Encrypts with such a key: AES-256-GCM, as `v1:<nonce>:<ciphertext>`. */
export function seal(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

/** What was encrypted so; undefined where it was with another key. */
export function unseal(key: Buffer, ciphertext: string): string | undefined {
  const [version, nonce, text] = ciphertext.split(":");
  if (version !== "v1" || nonce === undefined || text === undefined) return undefined;
  const sealed = Buffer.from(text, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(sealed.subarray(sealed.length - 16));
    const opened = decipher.update(sealed.subarray(0, sealed.length - 16));
    return Buffer.concat([opened, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/**
 * The key that a stack's `encryptionsalt` (`v1:<salt>:<encrypted text>`) makes of a passphrase; undefined where
 * the salt was made with another one.
 */
export function keyOfSalt(passphrase: string, salt: string): Buffer | undefined {
  const [, bytes = "", ...rest] = salt.split(":");
  const key = passphraseKey(passphrase, Buffer.from(bytes, "base64"));
  return unseal(key, rest.join(":")) === VERIFICATION_TEXT ? key : undefined;
}
