import { randomBytes } from "node:crypto";
import { keyOfSalt, passphraseKey, seal, unseal, VERIFICATION_TEXT } from "../../aws/secrets/passphrase";
import { EngineError } from "./errors";

/** What encrypts the secrets of a stack: in its configuration file and in its state. */
export interface Crypter {
  /** `v1:<salt>:v1:<nonce>:<ciphertext of "pulumi">`, as in a stack file's `encryptionsalt`. */
  readonly salt: string;
  encrypt(plaintext: string): string;
  decrypt(ciphertext: string): string;
}

/** Pulumi's passphrase secrets, with a salt of their own. */
export function newCrypter(passphrase: string): Crypter {
  const salt = randomBytes(8);
  const key = passphraseKey(passphrase, salt);
  return crypter(() => key, `v1:${salt.toString("base64")}:${seal(key, VERIFICATION_TEXT)}`);
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
    const key = keyOfSalt(passphrase, state);
    if (key === undefined) throw new EngineError("passphrase", "incorrect passphrase");
    return key;
  };
  let known: Buffer | undefined;
  return crypter(() => (known ??= verified()), state);
}

function crypter(key: () => Buffer, salt: string): Crypter {
  return {
    salt,
    encrypt: (plaintext) => seal(key(), plaintext),
    decrypt: (ciphertext) => {
      const plaintext = unseal(key(), ciphertext);
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
