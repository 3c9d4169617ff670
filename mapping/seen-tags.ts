/** Which tags were seen: an object's owner alone sees those that it gave. */
import type { Inventory, Tags } from "../inventory/types";
import { onceEach } from "../lib/once";
import type { MappingOptions } from "./types";
import { ownedByRead, ownedByUnread } from "./owners";

/** What tags are asked of. */
interface Tagged {
  ownerId?: string;
  region?: string;
  tags?: Tags;
}

/**
 * An object's tags where all of them were seen; otherwise undefined, whatever some of them say. Of what another
 * account shares (a VPC, a group), and of what others have in a shared VPC, AWS shows no tags of the owner's:
 * `{}`, or those that the account that was asked gave itself (VPC user guide, share your VPC). An inventory that
 * says nothing of accounts is believed.
 */
export const allTags = onceEach((inventory: Inventory) => {
  const isRead = ownedByRead(inventory);
  return (object: Tagged): Tags | undefined => (isRead(object) ? object.tags : undefined);
});

/** The same; where unknown crosses, those that were seen count as all where their owner could not be read. */
export function judgedTags(
  inventory: Inventory,
  { unknownCrosses }: Pick<MappingOptions, "unknownCrosses">,
): (object: Tagged) => Tags | undefined {
  const all = allTags(inventory);
  if (!unknownCrosses) return all;
  const isUnread = ownedByUnread(inventory);
  return (object) => (isUnread(object) ? object.tags : all(object));
}

/** How tags that were not seen can be. */
export function howToSee({ ownerId, tags }: Tagged): string {
  return tags === undefined || ownerId === undefined
    ? "use inventory ec2"
    : `account ${ownerId} owns it, and others are not shown its owner's. Read that account as well`;
}
