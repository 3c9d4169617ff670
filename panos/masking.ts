const MASK = "***";

/** Names of characters in XML and HTML. */
const NAMED: Record<string, string> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "(?:apos|#0*39)",
};

/** Characters that JSON escapes by a letter. */
const LETTERS: Record<string, string> = { "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t" };

/**
 * A text without the secrets that were sent, however a server that repeats them spells them.
 * @see masking
 */
export function masked(text: string, secrets: readonly string[]): string {
  return masking(secrets)(text);
}

/**
 * Takes secrets out of texts, however they are spelt there: plain, in a URL or a form (in part or whole), with
 * references of XML, with escapes of JSON or a shell, each of them also more than once; in hexadecimal, and in
 * base64, also of more than the secret.
 * @param secrets where one is part of another, the longer one has to come first
 */
export function masking(secrets: readonly string[], mask = MASK): (text: string) => string {
  const each = secrets
    .filter((secret) => secret !== "")
    .map((secret) => {
      const characters = [...secret];
      const encoded = [...base64(secret), ...hexadecimal(secret)];
      let pattern: RegExp | undefined;
      return (text: string) => {
        if (!mayHold(text, characters, encoded)) return text;
        pattern ??= new RegExp([sequence(characters), ...encoded.map(sequence)].join("|"), "gu");
        return text.replace(pattern, mask);
      };
    });
  return (text) => each.reduce((shown, hide) => hide(shown), text);
}

/** One of these begins every spelling of a character that is not the character itself. */
const SPELT = /[%&\\+]/;

/**
 * Whether a text can hold a secret: to make a pattern takes longer than all else about an answer, and each is asked
 * about. No spelling of a character is shorter than it, nor is base64 of all of it.
 */
function mayHold(text: string, characters: readonly string[], encoded: readonly string[]): boolean {
  if (text.length < characters.length) return false;
  const isWritten = (each: string) => text.includes(each);
  return SPELT.test(text) || characters.every(isWritten) || encoded.some(isWritten);
}

function sequence(characters: Iterable<string>): string {
  return [...characters].map(spelt).join("");
}

/** One character in each of its spellings, as a pattern. What spells it may itself be spelt so, any number of times. */
function spelt(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const percent = [...new TextEncoder().encode(character)].map(
    (byte) => `%(?:25)*${anyCase(byte.toString(16).padStart(2, "0"))}`,
  );
  const units = Array.from(
    { length: character.length },
    (_, at) => `\\\\+u${anyCase(character.charCodeAt(at).toString(16).padStart(4, "0"))}`,
  );
  const [name, letter] = [NAMED[character], LETTERS[character]];
  const isWord = /[\p{L}\p{N}]/u.test(character);
  const spellings = [
    `${isWord ? "" : "\\\\*"}${literal(character)}`,
    percent.join(""),
    `&(?:amp;)*#0*${code};`,
    `&(?:amp;)*#[xX]0*${anyCase(hex)};`,
    units.join(""),
    ...(name === undefined ? [] : [`&(?:amp;)*${name};`]),
    ...(letter === undefined ? [] : [`\\\\+${letter}`]),
    ...(character === " " ? ["\\+"] : []),
  ];
  return `(?:${spellings.join("|")})`;
}

/**
 * What base64 has of a secret, wherever in a longer text it begins: without the characters that also tell of what
 * stands before and after it.
 */
function base64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inside = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const alone = bytes.toString("base64").replace(/=+$/, "");
  const all = [alone, ...inside.filter((each) => each.length >= SHORTEST)];
  return [...new Set([...all, ...all.map((each) => each.replaceAll("+", "-").replaceAll("/", "_"))])];
}

/** A shorter one stands in too much else. */
const SHORTEST = 4;

function hexadecimal(secret: string): string[] {
  const hex = Buffer.from(secret).toString("hex");
  return [hex, hex.toUpperCase()];
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
