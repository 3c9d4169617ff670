import { counted } from "../../lib/text";
import type { Refused } from "./read";

const SHOWN = 10;

/** What is said of approvals that are none. */
export function refusedText(refused: readonly Refused[], store: string): string {
  const each = refused.slice(0, SHOWN).map(({ by, id, problem }) => `${by}/${id}: ${problem}`);
  const more = refused.length > SHOWN ? `; and ${refused.length - SHOWN} more` : "";
  return `${counted(refused.length, "approval")} in ${store} ${refused.length === 1 ? "doesn't" : "don't"} count: ${each.join("; ")}${more}. Whoever wrote them may give them again`;
}
