const MASK = "***";

/** Names of characters in XML and HTML. */
const NAMED: Record<string, string> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "(?:apos|#0*39)",
};

/**
 * A text without the secrets that were sent, however a server that repeats them spells them: plain, in a
 * URL or a form (in part or whole), with references of XML, with escapes of JSON, in base64.
 */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== "" && mayHold(text, secret))
    .reduce((shown, secret) => {
      const spellings = [[...secret].map(spelt).join(""), ...base64(secret).map(literal)];
      return shown.replace(new RegExp(spellings.join("|"), "gu"), MASK);
    }, text);
}

/** One of these begins every spelling of a character that is not the character itself. */
const SPELT = /[%&\\+]/;

/**
 * Whether a text can hold a secret: to make a pattern takes longer than all else about an answer, and each is asked
 * about. No spelling of a character is shorter than it, nor is base64.
 */
function mayHold(text: string, secret: string): boolean {
  const characters = [...secret];
  if (text.length < characters.length) return false;
  const isWritten = (each: string) => text.includes(each);
  return SPELT.test(text) || characters.every(isWritten) || base64(secret).some(isWritten);
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
