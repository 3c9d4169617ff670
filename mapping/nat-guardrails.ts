/** Guardrails on the ports that a rule's packets have on the other side of a firewall's translation. */
import { parseBlock } from "../lib/net/cidr";
import { overlaps, type IntervalSet } from "../lib/net/intervals";
import type { Guardrails } from "./guardrails";
import { lineOf } from "./traffic";
import type { MappedRule } from "./types";

/**
 * Why guardrails forbid a rule that lets packets over IPv4 in to these ports, or in by them; undefined: they don't.
 * References that are exempt are so by the port of their own permission alone.
 */
export function forbiddenAt(
  ports: IntervalSet,
  { rule, prefixLists = [] }: MappedRule,
  { neverOpen, widestSource }: Pick<Guardrails, "neverOpen" | "widestSource">,
): string | undefined {
  const never = neverOpen.find(({ traffic }) => overlaps(lineOf(traffic), ports));
  if (never !== undefined) return `guardrails.neverOpen has ${never.text}`;
  const texts = [...rule.source, ...prefixLists.flatMap(({ entries }) => entries)];
  const sources = texts.flatMap((text) => parseBlock(text) ?? []).filter(({ family }) => family === "IPv4");
  for (const limit of widestSource) {
    if (!overlaps(lineOf(limit.traffic), ports)) continue;
    const wide = sources.find(({ prefixLength }) => prefixLength < limit.IPv4);
    if (wide !== undefined) {
      return `its source ${wide.text} is wider than the /${limit.IPv4} that guardrails.widestSource has for ${limit.text}`;
    }
  }
  return undefined;
}
