import { SecretError } from "./error";

/** What an API key consists of: no blanks or line ends, which an HTTP header could not carry either. */
const API_KEY = /^[\x21-\x7e]+$/;

/**
 * The API key in a secret's value: the whole text, or `apiKey` of a JSON object, as Secrets Manager's console
 * makes them. Blanks and line ends around it don't count.
 * @param secret its name, for errors
 * @throws SecretError `NOT_A_KEY`
 */
export function keyIn(value: string, secret: string): string {
  const object = objectIn(value);
  const key = (
    object === undefined ? value : typeof object["apiKey"] === "string" ? object["apiKey"] : ""
  ).trim();
  if (!API_KEY.test(key)) {
    throw new SecretError(
      "NOT_A_KEY",
      `the secret ${secret} holds no API key: it takes the key alone, or a JSON object with the key as "apiKey". ` +
        `Put one there: npm run keygen -- --secret ${secret}`,
    );
  }
  return key;
}

/**
 * A secret's value with another key in it, in the form that it has.
 * @throws SecretError `NOT_A_KEY` where it holds something else than a key, which stays
 */
export function withKey(value: string | undefined, key: string, secret: string): string {
  const object = value === undefined ? undefined : objectIn(value);
  if (object === undefined) return key;
  if (!("apiKey" in object)) {
    throw new SecretError(
      "NOT_A_KEY",
      `the secret ${secret} holds something else, a JSON object without "apiKey", and was left as it is. ` +
        "Is it the right secret?",
    );
  }
  return JSON.stringify({ ...object, apiKey: key });
}

function objectIn(value: string): Record<string, unknown> | undefined {
  if (!value.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(value) as Record<string, unknown>;
  } catch {
    // No key begins like this. The parser's own words could quote the value.
    return {};
  }
}
