/** Tags as settings name them: "key=value", or a key alone. */
import type { Tags } from "../inventory/types";

/** Whether tags have "key=value", or a key alone whatever its value, where that opens something: the first "=" ends the key. */
export function hasTag(tags: Tags | undefined, tag: string): boolean {
  if (tags === undefined) return false;
  const { key, value } = tagParts(tag);
  return Object.hasOwn(tags, key) && (value === undefined || tags[key] === value);
}

/**
 * The same where that closes something. Keys may have a "=" themselves (EC2 user guide, tag restrictions), so any of these
 * may end the key. Where it opens, that would be a key that nobody is kept from setting.
 */
export function mayHaveTag(tags: Tags | undefined, tag: string): boolean {
  if (tags === undefined) return false;
  return Object.entries(tags).some(([key, value]) => key === tag || `${key}=${value}` === tag);
}

/**
 * What a tag may be where that closes something, the first "=" first: for whoever asks for what has it, or keeps people
 * from setting it. A key alone that holds a "=" is not among them, or each tag would be asked for twice: such a key is
 * named with its value.
 */
export function readingsOf(tag: string): { key: string; value?: string }[] {
  const splits = [...tag.matchAll(/=/g)].map(({ index }) => ({
    key: tag.slice(0, index),
    value: tag.slice(index + 1),
  }));
  return (splits.length === 0 ? [{ key: tag }] : splits).filter(({ key }) => key.length <= LONGEST_KEY);
}

/** EC2 user guide, tag restrictions. */
const LONGEST_KEY = 128;

/** "key=value" in its parts; a key alone stands for every value. */
export function tagParts(tag: string): { key: string; value?: string } {
  const split = tag.indexOf("=");
  return split < 0 ? { key: tag } : { key: tag.slice(0, split), value: tag.slice(split + 1) };
}
