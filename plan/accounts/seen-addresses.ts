/** Which addresses are of accounts that could not be read, as far as those that were read see their interfaces. */
import { placeOf } from "../../declaration/descriptions";
import type { Inventory, NetworkInterface } from "../../inventory/types";
import { grouped } from "../../lib/grouped";
import { addressTexts } from "../../mapping/routing";
import { canonicalAddress } from "../../panos/entries";

export interface SeenAddresses {
  /**
   * Whether an address may be of an account that could not be read. Of an interface there that is seen, because its VPC
   * is another account's, whether its instance runs is not known.
   * @param groupId of those that are seen, only those that carry it count
   */
  mayBeUnread(address: string, groupId?: string): boolean;
  /** Whether an address may be of an interface that carries one of these groups. */
  mayCarry(address: string, groupIds: ReadonlySet<string>): boolean;
}

/** @param missing places that could not be read */
export function seenAddresses(inventory: Inventory, missing: ReadonlySet<string>): SeenAddresses {
  const byAddress = grouped(
    inventory.networkInterfaces.flatMap((each) =>
      addressTexts(each).map((text) => [canonicalAddress(text), each] as const),
    ),
  );
  const isMissing = ({ ownerId = inventory.accountId, region = inventory.region }: NetworkInterface) =>
    ownerId !== undefined && region !== undefined && missing.has(placeOf({ accountId: ownerId, region }));
  const at = (address: string) => byAddress.get(canonicalAddress(address)) ?? [];
  return {
    mayBeUnread(address, groupId) {
      const found = at(address);
      const counts = (each: NetworkInterface) =>
        isMissing(each) && (groupId === undefined || each.securityGroupIds.includes(groupId));
      return found.length === 0 || found.some(counts);
    },
    mayCarry(address, groupIds) {
      const found = at(address);
      return found.length === 0 || found.some((each) => each.securityGroupIds.some((id) => groupIds.has(id)));
    },
  };
}

/** Lists of addresses as one, each once, as it is written first. */
export function united(...lists: readonly (readonly string[])[]): string[] {
  const all = new Map<string, string>();
  for (const text of lists.flat()) {
    const address = canonicalAddress(text);
    if (!all.has(address)) all.set(address, text);
  }
  return [...all.values()];
}
