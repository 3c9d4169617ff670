import { readKey, readSecret } from "../../aws/secrets/secrets-manager";
import { masking } from "../../panos/masking";

/** Variables that hold something secret, whoever set them. */
const SECRET_VARIABLES = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "PANOS_API_KEY",
  "PANOS_PASSWORD",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];
/** A proxy's address may have its password. */
const PROXY_VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/** A shorter one stands in too many words that mean nothing. */
const SHORTEST = 4;

/**
 * Reads secrets from AWS Secrets Manager, for the environment of one run: a rotated one works at once.
 * @param arns by variable. PANOS_API_KEY is read as `npm run keygen` keeps it, any other as it is
 * @throws SecretError that names the secret
 */
export async function readSecrets(arns: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const values = await Promise.all(
    Object.entries(arns).map(async ([variable, id]): Promise<[string, string]> => {
      const read = variable === "PANOS_API_KEY" ? readKey : readSecret;
      return [variable, await read({ id })];
    }),
  );
  return Object.fromEntries(values);
}

/** Takes secrets out of texts, however they are spelt: those that were read, and those that this process was started with. */
export function withoutSecrets(
  read: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): (text: string) => string {
  const given = SECRET_VARIABLES.map((name) => environment[name] ?? "");
  const values = [...Object.values(read), ...given, ...proxyPasswords(environment)]
    // Texts come line by line.
    .flatMap((value) => [value, ...value.split("\n")])
    .flatMap((value) => [value, value.trim()])
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return masking([...new Set(values)], "[secret]");
}

function proxyPasswords(environment: NodeJS.ProcessEnv): string[] {
  return PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]).flatMap((name) => {
    const address = environment[name] ?? "";
    const password = URL.canParse(address) ? new URL(address).password : "";
    // As it is written there, and as it is sent.
    return [password, ...(password === "" ? [] : [decoded(password)])];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
