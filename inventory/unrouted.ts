/** What an inventory leaves out because no route table was seen that says where its packets go. */
import { grouped } from "../lib/grouped";
import { compareTexts } from "../lib/order";
import { listed } from "../lib/text";
import type { Answers } from "./answers";
import type { Inventory } from "./types";

/** More would make the sentence a list. */
const SOME = 5;

/** Who sees only a part of a shared VPC may not see which table a subnet has (VPC user guide, "Share your VPC subnets"). */
const ADVICE =
  "Of a VPC that another account shares, that one sees it: aws-panos-rules:accounts reads it, too.";

/**
 * The interfaces that answers have and the inventory made of them has not, one sentence for each subnet.
 * @param isAsked whether a subnet's interfaces were asked for though it has no route table; otherwise the subnet is named
 */
export function unrouted(
  { subnetIds, networkInterfaces }: Pick<Answers, "subnetIds" | "networkInterfaces">,
  inventory: Pick<Inventory, "subnets" | "networkInterfaces">,
  isAsked: boolean,
): string[] {
  const kept = new Set([...inventory.subnets, ...inventory.networkInterfaces].map(({ id }) => id));
  const lost = grouped(
    networkInterfaces.flatMap(({ id, subnetId }) => (kept.has(id) ? [] : [[subnetId, id] as const])),
  );
  const unknown = isAsked ? [] : [...subnetIds.values()].flat().filter((id) => !kept.has(id));
  return [
    ...[...lost]
      .sort(([a], [b]) => compareTexts(a, b))
      .map(([subnetId, ids]) =>
        ids.length === 1
          ? `Network interface ${ids[0]} is left out: the inventory has no route table for its subnet ${subnetId}. ${ADVICE}`
          : `Network interfaces ${listed(ids.toSorted(compareTexts), SOME)} are left out: the inventory has no route table for their subnet ${subnetId}. ${ADVICE}`,
      ),
    ...(unknown.length === 0
      ? []
      : [
          `Network interfaces in ${listed(unknown.sort(compareTexts), SOME)} are left out, if there are any: the inventory has no route table for these subnets. ${ADVICE}`,
        ]),
  ];
}
