/** What of addresses is among others. */
import { cidrsOf, FAMILIES, parseBlock, type Family } from "../../lib/net/cidr";
import { intersection, setOf, size, type IntervalSet } from "../../lib/net/intervals";

/** What of a block is in others; a name that is among them. */
export function within(member: string, others: readonly string[]): string[] {
  const block = parseBlock(member);
  if (block === undefined) return others.includes(member) ? [member] : [];
  const common = intersection([block], blocksOf(others)[block.family]);
  if (size(common) === size([block])) return [member];
  return common.flatMap((interval) => cidrsOf(block.family, interval)).map(({ text }) => text);
}

function blocksOf(texts: readonly string[]): Record<Family, IntervalSet> {
  const blocks = texts.flatMap((text) => parseBlock(text) ?? []);
  return Object.fromEntries(
    FAMILIES.map((family) => [family, setOf(blocks.filter((block) => block.family === family))]),
  ) as Record<Family, IntervalSet>;
}
