import type { Connection } from "../../panos/connection";
import { PanosError } from "../../panos/error";
import { SecretError } from "./error";
import { readKey, type SecretAddress } from "./secrets-manager";

/**
 * A connection whose API key is read from AWS Secrets Manager, if that is where it is kept: when it is first
 * needed, and again when the firewall refuses it, so that a rotated one works at once. Nothing keeps it.
 * @param config gives a value of the stack configuration by its full key, for `aws:region` and `aws:profile`
 */
export function withKeyReader(
  connection: Connection,
  config: (key: string) => string | undefined,
): Connection {
  const { apiKeySecret } = connection;
  if (apiKeySecret === undefined) return connection;
  return { ...connection, readApiKey: () => readKeptKey(secretAddress(apiKeySecret, config)) };
}

/** Where a secret of a stack is. */
export function secretAddress(id: string, config: (key: string) => string | undefined): SecretAddress {
  const region = id.startsWith("arn:") ? undefined : config("aws:region");
  const profile = config("aws:profile");
  return { id, ...(region && { region }), ...(profile && { profile }) };
}

/** @throws PanosError `key-missing` */
async function readKeptKey(address: SecretAddress): Promise<string> {
  try {
    return await readKey(address);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    throw new PanosError("KEY_MISSING", `there is no API key for the firewall: ${error.message}`, {
      cause: error,
    });
  }
}
