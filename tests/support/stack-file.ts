import { stringify } from "yaml";
import { newCrypter } from "../../packages/pulumi/secrets";

/** The passphrase of the stacks' secrets. */
export const PASSPHRASE = "p4ss-phr4se";

/** Deriving its key takes long by design, so one serves the stacks of all labs. */
const crypter = newCrypter(PASSPHRASE);

/** A stack file, its secret settings encrypted with the passphrase. */
export function stackFile(config: Record<string, unknown>, secrets: Record<string, string> = {}): string {
  const encrypted = Object.entries(secrets).map(([key, value]) => [key, { secure: crypter.encrypt(value) }]);
  return stringify({
    encryptionsalt: crypter.salt,
    config: { ...config, ...(Object.fromEntries(encrypted) as Record<string, unknown>) },
  });
}
