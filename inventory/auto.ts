import type { AwsAccess } from "./ec2/access";
import type * as ec2 from "./ec2/read";
import { InventoryError } from "./errors";
import { readLookups } from "./lookups";
import { TooManyLookups } from "./reader";
import { REQUEST_RATE } from "./rate";
import type { Clock } from "./pace";
import type { Tell } from "./tell";
import type { Inventory } from "./types";

/** What one action's calls may take, in seconds, before EC2's own API is asked instead. */
const PATIENCE_SECONDS = 60;

/** Calls of one action that the lookups make within that time, at their own pace. */
export const MOST_LOOKUPS = REQUEST_RATE.burst + REQUEST_RATE.perSecond * PATIENCE_SECONDS;

/** How EC2's own API can be asked, or why it can't. */
export type Ec2Access = AwsAccess | { obstacle: string };

/**
 * Asks through data sources where that takes no longer than a minute, otherwise EC2's own API. Lists tell
 * which: few requests are made twice.
 * @param options.withStopped interfaces of stopped instances too; EC2's own API always tells them
 * @throws InventoryError, also where EC2's own API would be asked about another account than the data sources
 */
export async function readAuto(
  access: Ec2Access,
  tell: Tell,
  { clock, withStopped = false }: { clock?: Clock; withStopped?: boolean } = {},
): Promise<Inventory> {
  try {
    return await readLookups({ mostCalls: MOST_LOOKUPS, withStopped }, clock);
  } catch (error) {
    if (!(error instanceof TooManyLookups)) throw error;
    return readInBulk(error, access, tell, clock);
  }
}

async function readInBulk(
  { action, calls, accountId }: TooManyLookups,
  access: Ec2Access,
  tell: Tell,
  clock: Clock | undefined,
): Promise<Inventory> {
  const why =
    `through data sources ${action} would take ${calls} requests, and ${MOST_LOOKUPS} fit into a minute ` +
    "within EC2's request rates";
  if ("obstacle" in access) {
    throw new InventoryError(
      "CANNOT_SWITCH",
      `AWS inventory: ${why}, but EC2's own API can't be asked instead: ${access.obstacle}. ` +
        "Mend that, or set aws-panos-rules:inventory to lookups, which takes its time",
    );
  }
  tell.info(
    `reading AWS with EC2's own API: ${why}. Set aws-panos-rules:inventory to ec2 or lookups to choose`,
  );
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx doesn't transpile what import() loads
  const { readEc2 } = require("./ec2/read") as typeof ec2;
  return readEc2(
    access,
    tell,
    clock,
    // Before anything is read: another account's permissions must not become this firewall's.
    (found) => {
      if (accountId === undefined || found === accountId) return;
      throw new InventoryError(
        "CANNOT_SWITCH",
        `AWS inventory: ${why}, but EC2's own API would be asked with credentials of account ${found}, the data ` +
          `sources with those of account ${accountId}. Check aws:profile, aws:assumeRoles and the environment, or ` +
          "set aws-panos-rules:inventory to lookups",
      );
    },
  );
}
