import { accountId, region } from "./grammar";
import { checkReferences } from "./references";
import { filters } from "./shapes-filters";
import { Problems, anyText, boolean, exactly, list, object } from "./shape";
import { instance, networkInterface, routeTable, stoppedInstance } from "./shapes-network";
import { subnet, vpc, vpcPeeringConnection } from "./shapes-network";
import { prefixList, securityGroup } from "./shapes-permissions";
import { TRANSIT, transit } from "./shapes-transit";
import type { AccountRegion, DeniedAction, Inventory, UnreadAccount } from "./types";

/** The version of the shape that this program writes and reads. */
export const FORMAT = 1;

const inventory = object<Inventory>(
  {
    format: exactly(FORMAT),
    region,
    accountId,
    accounts: list(object<AccountRegion>({ accountId, region })),
    unread: list(object<UnreadAccount>({ accountId, region, reason: anyText })),
    denied: list(object<DeniedAction>({ accountId, region, action: anyText })),
    complete: boolean,
    withoutInstance: exactly(true),
    vpcs: list(vpc),
    subnets: list(subnet),
    routeTables: list(routeTable),
    instances: list(instance),
    stopped: list(stoppedInstance),
    networkInterfaces: list(networkInterface),
    unrouted: list(networkInterface),
    securityGroups: list(securityGroup),
    prefixLists: list(prefixList),
    vpcPeeringConnections: list(vpcPeeringConnection),
    ...transit,
    filters,
  },
  [
    "region",
    "accountId",
    "accounts",
    "unread",
    "denied",
    "unrouted",
    "complete",
    "withoutInstance",
    "stopped",
    "vpcPeeringConnections",
    ...TRANSIT,
    "filters",
  ],
);

/** The same inventory in one fixed order, as its shapes have it. */
export function sorted(whole: Inventory): Inventory {
  return inventory.sorted!(whole);
}

/**
 * Reads a parsed JSON document as an inventory: shapes, grammars, references and duplicates.
 * @returns the inventory, or every problem as "path: what is wrong"
 */
export function checkInventory(document: unknown): { inventory: Inventory } | { problems: string[] } {
  const problems = new Problems();
  const checked = inventory(document, "", problems);
  checkReferences(document, problems);
  return checked === null || problems.found.length > 0
    ? { problems: problems.found }
    : { inventory: checked };
}
