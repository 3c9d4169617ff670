/**
 * Elements with texts in them. What is shown of AWS and the firewall passes here, and never becomes markup.
 *
 * @import { Reason } from "../explain/reason"
 */

// What `lib/visible.ts` has.
const INVISIBLE =
  /(\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)*)|[\p{DI}\p{Bidi_Control}\u2028\u2029\u2800\uFFF9-\uFFFB]/gu;

/** @param {string} sign */
function escaped(sign) {
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}

/**
 * A text on one line, as it is shown: signs that can't be seen, or that would turn the direction of others, are
 * written out.
 * @param {string} text
 * @param {number} [length] characters before it is cut
 */
export function visible(text, length = 400) {
  const shown = text
    .replace(/\p{Cc}/gu, "\uFFFD")
    .replace(INVISIBLE, (sign, /** @type {string | undefined} */ emoji) => emoji ?? escaped(sign));
  return shown.length <= length ? shown : `${shown.slice(0, length - 1)}…`;
}

/**
 * An element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content.map((each) => (typeof each === "string" ? visible(each) : each)));
  return made;
}

/**
 * "1 rule", "2 rules".
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/**
 * The most of a list, and how many more there are.
 * @param {readonly string[]} texts
 * @param {number} most
 */
export function some(texts, most) {
  const more = texts.length - most;
  return texts.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/**
 * A security group as pages name it.
 * @param {{ id: string, name?: string }} group
 */
export function groupLabel({ id, name }) {
  return name === undefined || name === "" ? id : visible(name, 80);
}

/**
 * The words of a search, in small letters.
 * @param {string} text
 */
export function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * What can be found of a reason.
 * @param {Reason} reason
 * @returns {string[]}
 */
export function reasonTexts({ text, id = "", because = [] }) {
  return [text, id, ...because.flatMap(reasonTexts)];
}
