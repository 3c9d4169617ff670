import { readKey, readSecret } from "../../aws/secrets/secrets-manager";

/** Variables that hold something secret, whoever set them. */
const SECRET_VARIABLES = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "PANOS_API_KEY",
  "PANOS_PASSWORD",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];
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

/** Takes secrets out of texts: those that were read, and those that this process was started with. */
export function withoutSecrets(
  read: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): (text: string) => string {
  const values = [...Object.values(read), ...SECRET_VARIABLES.map((name) => environment[name] ?? "")]
    // Texts come line by line.
    .flatMap((value) => [value, ...value.split("\n")])
    .flatMap((value) => [value, value.trim()])
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((left, value) => left.replaceAll(value, "[secret]"), text);
}
