import type { Answers } from "./answers";
import { assemble } from "./assemble";
import { InventoryError } from "./errors";
import type { Tell } from "./tell";
import type { Inventory } from "./types";
import { unrouted } from "./unrouted";
import { checkInventory } from "./validate";

/**
 * One valid inventory of what AWS answered.
 * @param from whose answers they are: EC2's own have every interface, data sources are asked for those that may matter
 * @param tell hears what of the answers isn't in it
 * @throws InventoryError where they contradict each other
 */
export function checkedInventory(answers: Answers, from: "ec2" | "lookups", tell: Tell): Inventory {
  const checked = checkInventory(assemble(answers));
  if ("inventory" in checked) {
    for (const warning of unrouted(answers, checked.inventory, from === "ec2")) tell.warn(warning);
    return checked.inventory;
  }
  throw new InventoryError(
    "LOOKUP_FAILED",
    `AWS inventory: ${from === "ec2" ? "EC2's" : "the"} answers don't fit together. Run again; if it stays, report it with these lines:\n` +
      checked.problems.map((problem) => `  ${problem}`).join("\n"),
    { problems: checked.problems },
  );
}
