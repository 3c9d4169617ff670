/** What an account may not read, in words. */
import { InventoryError } from "../errors";
import type { AccountRegion, DeniedAction } from "../types";

/** The refusal that an answer is, if it is one. */
export function denied(answer: object | undefined): InventoryError[] {
  return answer instanceof InventoryError ? [answer] : [];
}

/** Each action that is denied, once. */
export function deniedActions(denials: readonly InventoryError[], place: AccountRegion): DeniedAction[] {
  const actions = new Set(denials.map(({ details }) => String(details["action"])));
  return [...actions].sort().map((action) => ({ ...place, action }));
}

/**
 * One sentence for all that is denied: whoever mends it wants every right at once.
 * @param what is not known without it, as a sentence without its full stop
 */
export function unknown([first, ...others]: readonly InventoryError[], what: string): string[] {
  if (first === undefined) return [];
  const more = [...new Set(others.map(({ details }) => String(details["permission"])))].filter(
    (permission) => permission !== first.details["permission"],
  );
  return [`${what}. ${first.message}${more.length === 0 ? "" : ` Denied, too: ${more.sort().join(", ")}.`}`];
}
