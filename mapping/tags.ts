/** Tags as settings name them: "key=value", or a key alone. */
import type { Tags } from "../inventory/types";

/**
 * Whether tags have "key=value", or a key alone whatever its value. Keys may have a "=" themselves (EC2 user guide, tag
 * restrictions), so any of these may end the key.
 */
export function hasTag(tags: Tags | undefined, tag: string): boolean {
  if (tags === undefined) return false;
  return Object.entries(tags).some(([key, value]) => key === tag || `${key}=${value}` === tag);
}

/** "key=value" in its parts; a key alone stands for every value. */
export function tagParts(tag: string): { key: string; value?: string } {
  const split = tag.indexOf("=");
  return split < 0 ? { key: tag } : { key: tag.slice(0, split), value: tag.slice(split + 1) };
}
