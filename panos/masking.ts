import { once } from "../lib/once";

const MASK = "***";

/** Names of characters in XML and HTML. */
const NAMED: Record<string, string> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "(?:apos|#0*39)",
};

/** A pattern takes longer to make than to use, and a process has few secrets, which each answer is searched for. */
const patternOf = once(patternFor);

/**
 * A text without the secrets that were sent, however a server that repeats them spells them: plain, in a
 * URL or a form (in part or whole), with references of XML, with escapes of JSON, in base64.
 */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== "" && mayHold(text, secret))
    .reduce((shown, secret) => shown.replace(patternOf(secret), MASK), text);
}

function patternFor(secret: string): RegExp {
  const spellings = [[...secret].map(spelt).join(""), ...base64(secret).map(literal)];
  return new RegExp(spellings.join("|"), "gu");
}

/** No spelling of a character is shorter than it, nor is base64: what is shorter than a secret needs no pattern. */
function mayHold(text: string, secret: string): boolean {
  return text.length >= [...secret].length;
}

/** One character in each of its spellings, as a pattern. */
function spelt(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const percent = [...new TextEncoder().encode(character)].map(
    (byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`,
  );
  const units = Array.from(
    { length: character.length },
    (_, at) => `\\\\u${anyCase(character.charCodeAt(at).toString(16).padStart(4, "0"))}`,
  );
  const name = NAMED[character];
  const spellings = [
    literal(character),
    percent.join(""),
    `&#0*${code};`,
    `&#[xX]0*${anyCase(hex)};`,
    units.join(""),
    ...(name === undefined ? [] : [`&${name};`]),
    ...(character === " " ? ["\\+"] : []),
    ...('"\\/'.includes(character) ? [`\\\\${literal(character)}`] : []),
  ];
  return `(?:${spellings.join("|")})`;
}

function base64(secret: string): string[] {
  const whole = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  return [...new Set([whole, whole.replaceAll("+", "-").replaceAll("/", "_")])];
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
