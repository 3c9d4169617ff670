import type { Answers } from "./answers";
import { assemble } from "./assemble";
import { InventoryError } from "./errors";
import { faultOf, type Shape } from "./shape";
import { vpcPeeringConnection } from "./shapes-network";
import { prefixList } from "./shapes-permissions";
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
  const { inventory, unreadable } = readablePart(assemble(answers));
  const checked = checkInventory(inventory);
  if ("inventory" in checked) {
    for (const warning of unreadable) tell.warn(warning);
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

/** An inventory without lists and peerings that can't be read: what names them opens nothing by them. */
function readablePart(whole: Inventory): { inventory: Inventory; unreadable: string[] } {
  const unreadable: string[] = [];
  const readable = <T extends { id: string }>(what: string, shape: Shape<T>, effect: string, all: T[]): T[] =>
    all.filter((each) => {
      const fault = faultOf(shape, each);
      if (fault !== undefined) unreadable.push(`${what} ${each.id} can't be read: ${effect}. ${fault}`);
      return fault === undefined;
    });
  const { prefixLists, vpcPeeringConnections: peerings } = whole;
  const inventory = {
    ...whole,
    prefixLists: readable(
      "Prefix list",
      prefixList,
      "permissions that name it are withheld, and a route that names it counts as unseen",
      prefixLists,
    ),
    ...(peerings && {
      vpcPeeringConnections: readable(
        "VPC peering",
        vpcPeeringConnection,
        "references across it let nobody in",
        peerings,
      ),
    }),
  };
  return { inventory, unreadable };
}
