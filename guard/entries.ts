import { createHash } from "node:crypto";
import { parseCidr } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";

/** Equal for the same blocks of a prefix list, whatever their order and spelling: what an approval of it is bound to. */
export function entriesHash(entries: readonly string[]): string {
  const blocks = [...new Set(entries.map((text) => parseCidr(text)?.text ?? text))].sort(compareTexts);
  return createHash("sha256").update(blocks.join("\n")).digest("hex");
}
