/** Prefix lists of which each may be refused by itself: a policy can name the lists whose entries may be read. */
import type { PrefixListAnswer } from "./answers";
import { InventoryError } from "./errors";

/** A list that was read; the denial of one that may not be; undefined: it has gone since it was named. */
export type ReadList = PrefixListAnswer | InventoryError | undefined;

/**
 * The lists that can be seen, and by its id a sentence for each that may not be read. That is left out like one that
 * has gone: what names it is withheld by name.
 * @throws InventoryError where none may be read: then it is the right that lacks, and everything that names a list
 * would be withheld
 */
export function readableLists(read: readonly (readonly [id: string, list: ReadList])[]): {
  prefixLists: PrefixListAnswer[];
  unreadable: ReadonlyMap<string, string>;
} {
  const prefixLists: PrefixListAnswer[] = [];
  const denials = new Map<string, InventoryError>();
  for (const [id, list] of read) {
    if (list instanceof InventoryError) denials.set(id, list);
    else if (list !== undefined) prefixLists.push(list);
  }
  const [denial] = denials.values();
  if (denial !== undefined && prefixLists.length === 0) throw denial;
  return {
    prefixLists,
    unreadable: new Map(
      [...denials].map(([id, { message }]) => [
        id,
        `Prefix list ${id} can't be seen: permissions that name it are withheld, and a route that names it counts as unseen. ${message}`,
      ]),
    ),
  };
}
