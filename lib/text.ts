/** Texts for people, on one line. */
import { visible } from "./visible";

/** A list for a message: the first ones, and how many more. @param and what stands before that number */
export function listed(items: readonly string[], most = 20, and = ", and"): string {
  const more = items.length - most;
  return items.slice(0, most).join(", ") + (more > 0 ? `${and} ${more} more` : "");
}

/** A number of things: "1 rule", "2 rules", "1 address", "3 policies". @param many where English is irregular */
export function counted(count: number, one: string, many = plural(one)): string {
  return `${count} ${count === 1 ? one : many}`;
}

function plural(one: string): string {
  if (/[^aeiou]y$/.test(one)) return `${one.slice(0, -1)}ies`;
  return /(s|sh|ch|x)$/.test(one) ? `${one}es` : `${one}s`;
}

/**
 * Text on one line that XML 1.0 can hold and gives back unchanged: control characters, line breaks and
 * runs of blanks become one space (a parser may turn a carriage return into a line feed, and the next run
 * would take that for drift), halves of surrogate pairs and non-characters a replacement character. What can't be seen,
 * or would make it look like another text, is written out.
 */
export function plainText(text: string): string {
  // Noncharacters U+FFFE and U+FFFF are outside XML 1.0's Char production.
  const kept = text.toWellFormed().replace(/[\uFFFE\uFFFF]/g, "\uFFFD");
  return visible(kept)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

/** At most `length` UTF-16 units of `text`, ending in an ellipsis if cut; never half a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  // A high surrogate at the end has lost its other half.
  return (/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept).trimEnd() + "…";
}

/** A value of a configuration as text. An object of anything's may have a `toString` of its own, which is no function. */
export function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
