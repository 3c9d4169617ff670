/**
 * Signs that can't be seen, or that make what follows look like another text: default-ignorable ones (zero-width spaces
 * and joiners, soft hyphens, variation selectors, tags), bidirectional controls, separators and the blank Braille
 * pattern. An emoji keeps those that it is made of. `review/page/text.js` has the same.
 */
const EMOJI = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?`;
const INVISIBLE = new RegExp(
  String.raw`(${EMOJI}(?:\u200D${EMOJI})*)|[\p{DI}\p{Bidi_Control}\u2028\u2029\u2800\uFFF9-\uFFFB]`,
  "gu",
);

/** A text with those shown as JavaScript and JSON write them: "web\u200B". */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (sign: string, emoji: string | undefined) => emoji ?? escaped(sign));
}

function escaped(sign: string): string {
  const code = sign.codePointAt(0)!.toString(16).toUpperCase();
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
