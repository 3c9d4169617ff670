import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { EngineError } from "./errors";

/** What encrypts the secrets of a stack: in its configuration file and in its state. */
export interface Crypter {
  /** `v1:<salt>:v1:<nonce>:<ciphertext of "pulumi">`, as in a stack file's `encryptionsalt`. */
  readonly salt: string;
  encrypt(plaintext: string): string;
  decrypt(ciphertext: string): string;
}

const verificationText = "pulumi";

/** Pulumi's passphrase secrets (`sdk/go/common/resource/config/crypt.go`): PBKDF2-SHA256 and AES-256-GCM. */
export function newCrypter(passphrase: string): Crypter {
  const salt = randomBytes(8);
  const key = keyFrom(passphrase, salt);
  return crypter(() => key, `v1:${salt.toString("base64")}:${encryptWith(key, verificationText)}`);
}

/**
 * The crypter of an existing stack. It throws `passphrase` when the passphrase is not the one the salt was made with,
 * as the CLI does, but only once there is a secret: a stack without any needs no key.
 */
export function crypterFrom(passphrase: string, state: string): Crypter {
  const [version, salt, ...rest] = state.split(":");
  if (version !== "v1" || salt === undefined || rest.length === 0) {
    throw new EngineError(
      "bad-project",
      "the stack's encryptionsalt is malformed: expected v1:<salt>:<text>",
    );
  }
  const verified = () => {
    const key = keyFrom(passphrase, Buffer.from(salt, "base64"));
    const text = tryDecrypt(key, rest.join(":"));
    if (text !== verificationText) throw new EngineError("passphrase", "incorrect passphrase");
    return key;
  };
  let known: Buffer | undefined;
  return crypter(() => (known ??= verified()), state);
}

/** Deriving a key takes a third of a second by design; one process needs each of them once. */
const keys = new Map<string, Buffer>();

function keyFrom(passphrase: string, salt: Buffer): Buffer {
  const name = `${salt.toString("base64")}:${passphrase}`;
  let key = keys.get(name);
  if (!key) {
    key = pbkdf2Sync(passphrase, salt, 1_000_000, 32, "sha256");
    keys.set(name, key);
  }
  return key;
}

function crypter(key: () => Buffer, salt: string): Crypter {
  return {
    salt,
    encrypt: (plaintext) => encryptWith(key(), plaintext),
    decrypt: (ciphertext) => {
      const plaintext = tryDecrypt(key(), ciphertext);
      if (plaintext === undefined) {
        throw new EngineError(
          "passphrase",
          "cannot decrypt a secret of this stack: it was encrypted with another passphrase",
        );
      }
      return plaintext;
    },
  };
}

function encryptWith(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

function tryDecrypt(key: Buffer, ciphertext: string): string | undefined {
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
