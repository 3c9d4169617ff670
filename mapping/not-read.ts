/** What of AWS was not read, as far as it decides what is behind the firewall. */
import type { Inventory } from "../inventory/types";
import { waysOf } from "./routing";
import type { MappingOptions } from "./types";
import { leadsOn } from "./ways/steps";

/** Whether anything is unknown that a rule may depend on. */
export function isReadInPart(inventory: Inventory, { ways }: Pick<MappingOptions, "ways">): boolean {
  const { unread = [], denied = [] } = inventory;
  return unread.length + denied.length > 0 || (ways !== "told" && leadsOn(inventory));
}

/** What is unknown, in a person's words, the most certain causes first. */
export function notRead(inventory: Inventory, options: Pick<MappingOptions, "firewall" | "ways">): string[] {
  const { unread = [], denied = [] } = inventory;
  return [
    ...unread.map(({ accountId, region }) => `account ${accountId} in ${region}`),
    ...denied.map(({ accountId, region, action }) => `ec2:${action} of account ${accountId} in ${region}`),
    ...(waysOf(inventory, options)?.unknown() ?? []),
  ];
}
