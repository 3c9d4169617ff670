import type * as Sdk from "@aws-sdk/client-secrets-manager";
import { SecretError } from "./error";
import { keyIn, withKey } from "./value";

/** Where a secret is. Credentials are found as AWS's own tools find them. */
export interface SecretAddress {
  /** Its name or ARN. */
  id: string;
  /** Without one the ARN's counts, or else AWS's own settings. */
  region?: string;
  profile?: string;
}

/**
 * Reads an API key.
 * @throws SecretError
 */
export function readKey(address: SecretAddress): Promise<string> {
  return withClient(address, "read", async (client, { GetSecretValueCommand }) => {
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: address.id }));
    return keyIn(SecretString, address.id);
  });
}

/**
 * Reads a secret's text as it is.
 * @throws SecretError
 */
export function readSecret(address: SecretAddress): Promise<string> {
  return withClient(address, "read", async (client, { GetSecretValueCommand }) => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: address.id }));
    if (SecretString) return SecretString;
    throw new SecretError("NOT_FOUND", `the secret ${address.id} has no text`);
  });
}

/**
 * Makes sure that a key can be stored, before there is one: the device may end the old key with the new one.
 * @throws SecretError where there is no such secret, or it holds something else
 */
export async function requireKeyPlace(address: SecretAddress): Promise<void> {
  withKey(await currentValue(address), "", address.id);
}

/**
 * Stores an API key as a new version of a secret that exists.
 * @throws SecretError
 */
export async function writeKey(address: SecretAddress, key: string): Promise<void> {
  const SecretString = withKey(await currentValue(address), key, address.id);
  await withClient(address, "write", async (client, { PutSecretValueCommand }) => {
    await client.send(new PutSecretValueCommand({ SecretId: address.id, SecretString }));
  });
}

/** A secret's value; undefined where it has none yet. */
function currentValue(address: SecretAddress): Promise<string | undefined> {
  return withClient(address, "read", async (client, { DescribeSecretCommand, GetSecretValueCommand }) => {
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: address.id }));
    if (Object.keys(VersionIdsToStages ?? {}).length === 0) return undefined;
    return (await client.send(new GetSecretValueCommand({ SecretId: address.id }))).SecretString ?? "";
  });
}

const CONNECTION_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

async function withClient<T>(
  { id, region = regionOf(id), profile }: SecretAddress,
  verb: "read" | "write",
  work: (client: Sdk.SecretsManagerClient, sdk: typeof Sdk) => Promise<T>,
): Promise<T> {
  // Only who keeps a key there waits for the SDK to load.
  const sdk = await import("@aws-sdk/client-secrets-manager");
  const client = new sdk.SecretsManagerClient({
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  try {
    return await work(client, sdk);
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw failure(id, verb, error as Error);
  } finally {
    client.destroy();
  }
}

/** The region in a secret's ARN (`arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`). */
function regionOf(id: string): string | undefined {
  return /^arn:[^:]*:secretsmanager:([^:]+):/.exec(id)?.[1];
}

const NO_CREDENTIALS = /Credentials|ExpiredToken|UnrecognizedClient|InvalidClientToken|InvalidSignature|SSO/i;

/** Says what AWS refused, without its error as the cause: nothing of a request or an answer goes along. */
function failure(id: string, verb: "read" | "write", { name, message }: Error): SecretError {
  const because = `the secret ${id} can't be ${verb === "read" ? "read" : "written"}: `;
  if (/region is missing/i.test(message)) {
    return new SecretError(
      "NO_REGION",
      `${because}nothing says in which region it is. Set aws:region or AWS_REGION`,
    );
  }
  if (name === "ResourceNotFoundException") {
    return new SecretError(
      "NOT_FOUND",
      `${because}${message} Check its name and aws:region; if there is none yet, make one ` +
        "(aws secretsmanager create-secret --name NAME) and put the key in with npm run keygen -- --secret NAME",
    );
  }
  if (/AccessDenied|NotAuthorized/i.test(name)) {
    const needed =
      verb === "read"
        ? "secretsmanager:GetSecretValue (and, for keygen, DescribeSecret)"
        : "secretsmanager:PutSecretValue";
    return new SecretError("DENIED", `${because}${message} The AWS role needs ${needed} for it`);
  }
  if (NO_CREDENTIALS.test(name)) {
    return new SecretError(
      "NO_CREDENTIALS",
      `${because}${message} (${name}). Check the AWS credentials: environment, aws:profile or role`,
    );
  }
  return new SecretError("FAILED", `${because}${message} (${name})`);
}
