/** Whether what is of another account was read with it, or is only seen by others: of a shared VPC, say, not its tags. */
import type { Inventory } from "../inventory/types";
import { onceEach } from "../lib/once";

interface Owned {
  ownerId?: string;
  region?: string;
}

/**
 * Says of an object whether its owner's account was read in its region. In a shared VPC the VPC's owner sees others'
 * interfaces, but not their instances, and nobody sees another's tags. An inventory that says nothing of accounts is
 * believed.
 */
export const ownedByRead = onceEach(({ accountId, accounts, region: only }: Inventory) => {
  const own = accountId === undefined ? undefined : [{ accountId, region: only }];
  const read = accounts ?? own;
  return ({ ownerId, region = only }: Owned): boolean =>
    ownerId === undefined ||
    read === undefined ||
    read.some((each) => each.accountId === ownerId && (each.region ?? region) === (region ?? each.region));
});

/** Says of an object whether its owner is an account that could not be read. */
export function ownedByUnread({
  unread = [],
  region: only,
}: Inventory): (owned: Owned | undefined) => boolean {
  const places = new Set(unread.map(({ accountId, region }) => `${accountId} ${region}`));
  return (owned) =>
    owned?.ownerId !== undefined && places.has(`${owned.ownerId} ${owned.region ?? only ?? ""}`);
}
