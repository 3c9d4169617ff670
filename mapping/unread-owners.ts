/** What accounts that could not be read own, though others see it: of a shared VPC, say, not its tags nor all of its tables. */
import type { Inventory } from "../inventory/types";

interface Owned {
  ownerId?: string;
  region?: string;
}

/** Says of an object whether its owner is an account that could not be read. */
export function ownedByUnread({
  unread = [],
  region: only,
}: Inventory): (owned: Owned | undefined) => boolean {
  const places = new Set(unread.map(({ accountId, region }) => `${accountId} ${region}`));
  return (owned) =>
    owned?.ownerId !== undefined && places.has(`${owned.ownerId} ${owned.region ?? only ?? ""}`);
}
