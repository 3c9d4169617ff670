import type { Change } from "../events/change";
import { sizeOf, type Basket } from "./document";

/** It goes into a commit's description and, with `auditComment`, on rules: one line, and not all of it. */
const MAX_CAUSE = 200;
const MAX_WHO = 120;

/**
 * Who did what, in a line of harmless characters:
 * "alice (AuthorizeSecurityGroupIngress sg-…), role/deploy (StopInstances i-…) and 12 more; events …, …".
 */
export function causeOf(basket: Basket): string {
  const { changes } = basket;
  const size = sizeOf(basket);
  if (size === 0) return "";
  const deeds = [...new Set(changes.map(deed))];
  const who = fitting(deeds, MAX_WHO, ", ");
  const named = new Set(who);
  const unsaid = size - changes.filter((change) => named.has(deed(change))).length;
  const said = `${who.join(", ")}${unsaid > 0 ? ` and ${unsaid} more` : ""}`;
  const label = size === 1 ? "; event " : "; events ";
  const ids = fitting(
    changes.map(({ id }) => harmless(id)),
    MAX_CAUSE - said.length - label.length,
    ", ",
  );
  return ids.length === 0 ? said : `${said}${label}${ids.join(", ")}`;
}

function deed({ principal, what, subjects }: Change): string {
  const act = [what, ...subjects.slice(0, 1)].join(" ");
  return harmless(principal === undefined ? act : `${principal} (${act})`).slice(0, MAX_WHO);
}

/** As many of the first as fit. */
function fitting(list: readonly string[], length: number, separator: string): string[] {
  const fits: string[] = [];
  let left = length + separator.length;
  for (const text of list) {
    left -= text.length + separator.length;
    if (left < 0) break;
    fits.push(text);
  }
  return fits;
}

/** Nothing that a shell, XML, YAML or a person's eye could take for something else. */
function harmless(text: string): string {
  return text.replace(/[^A-Za-z0-9 .,:/@_()+=-]/g, "_");
}
