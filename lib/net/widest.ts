/** Which of some addresses are the most: what is cut from a list for people must not be those. */
import { parseBlock } from "./cidr";

/** Blocks in another order: the widest first, by how much of its family each is. What is no block may be anything. */
export function widestFirst(blocks: readonly string[]): string[] {
  const ranked = blocks.map((block) => [parseBlock(block)?.prefixLength ?? -1, block] as const);
  return ranked.sort(([a], [b]) => a - b).map(([, block]) => block);
}
