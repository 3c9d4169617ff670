import { BeyondLookups } from "./beyond";
import type { AwsAccess } from "../aws/access";
import type * as ec2 from "./ec2/read";
import type { Wanted } from "./ec2/read";
import { InventoryError } from "./errors";
import { readLookups, type LookupOptions } from "./lookups";
import { REQUEST_RATE } from "./rate";
import { compareTexts } from "../lib/order";
import type { Clock } from "../lib/pace";
import { given } from "../lib/records";
import { listed } from "../lib/text";
import type { Tell } from "./tell";
import type { Inventory } from "./types";

/** What one action's calls may wait for their turn, in seconds: with their answers that makes some ten in all. */
const PATIENCE_SECONDS = 4;

/** Calls of one action that the lookups make within that time, at their own pace. */
export const MOST_LOOKUPS = REQUEST_RATE.burst + REQUEST_RATE.perSecond * PATIENCE_SECONDS;

/** How EC2's own API can be asked, or why it can't. */
export type Ec2Access = AwsAccess | { obstacle: string };

/** What is read through data sources, as long as these can tell what matters. */
export interface DataSourcesSource extends Omit<LookupOptions, "mostCalls" | "onHidden">, Wanted {
  /** `auto`: only where that is as quick to a person, too. */
  kind: "auto" | "lookups";
  /** For what data sources can't tell; absent: nothing else may be asked, and it is only said. */
  access?: Ec2Access;
  /** What the settings need and data sources don't tell. */
  unseen?: readonly string[];
}

/**
 * Asks through data sources, and EC2's own API where these hide something that matters, or with `auto` where
 * they would take longer than some ten seconds. Lists tell which: few requests are made twice.
 * @param tell hears which was taken, and why
 * @throws InventoryError, also where EC2's own API would be asked about another account than the data sources
 */
export async function readThroughDataSources(
  { kind, access, withFilters, withoutWays, unseen = [], ...options }: DataSourcesSource,
  tell: Tell,
  clock?: Clock,
): Promise<Inventory> {
  const canSwitch = access !== undefined && !("obstacle" in access);
  const warn = (reason: string) =>
    tell.warn(
      `${reason}. Rules may be wider or narrower there than AWS asks for. Set aws-panos-rules:inventory to ec2` +
        (access !== undefined && "obstacle" in access ? `, for which ${access.obstacle}` : ""),
    );
  const hiddenFrom = (reasons: string[], accountId: string | undefined) => {
    if (canSwitch) throw new BeyondLookups(reasons.join("; "), accountId);
    reasons.forEach(warn);
  };
  if (unseen.length > 0) warn(`data sources don't tell ${unseen.join(", ")}`);
  const most = kind === "auto" ? { mostCalls: MOST_LOOKUPS } : {};
  try {
    const inventory = await readLookups({ ...options, ...most, onHidden: hiddenFrom }, clock, tell);
    if (kind === "auto") {
      tell.info(
        `AWS was read through data sources: no API action took more than ${MOST_LOOKUPS} requests, some ten seconds ` +
          "(inventory: auto). Any prefixes delegated to network interfaces are not seen so",
      );
    }
    if (withoutWays !== true)
      for (const words of unseenWays(inventory, options.firewall?.vpcEndpointIds)) tell.warn(words);
    return inventory;
  } catch (error) {
    if (!(error instanceof BeyondLookups) || access === undefined) throw error;
    return readInBulk(error, { access, ...given({ withFilters, withoutWays }) }, tell, clock);
  }
}

/**
 * Transit gateways, Cloud WAN and other endpoints than the firewall's own decide what is behind it, too.
 * @param named the endpoints that settings name
 */
function unseenWays({ routeTables }: Inventory, named: readonly string[] = []): string[] {
  const routes = routeTables.flatMap((table) => table.routes);
  const targets = routes.flatMap(
    ({ transitGatewayId, coreNetworkArn, vpcEndpointId }) =>
      transitGatewayId ?? coreNetworkArn ?? vpcEndpointId ?? [],
  );
  const unseen = [...new Set(targets)].filter((id) => !named.includes(id)).sort(compareTexts);
  if (unseen.length === 0) return [];
  const advice = unseen.some((id) => id.startsWith("vpce-"))
    ? ", and firewall.vpcEndpointIds names endpoints that lead to the firewall"
    : "";
  return [
    `routes lead to ${listed(unseen, 5)}, and data sources don't tell where those ` +
      `lead: what the firewall inspects behind them is not seen. inventory: ec2 reads it${advice}`,
  ];
}

async function readInBulk(
  { why, accountId }: BeyondLookups,
  { access, ...rest }: { access: Ec2Access } & Wanted,
  tell: Tell,
  clock: Clock | undefined,
): Promise<Inventory> {
  if ("obstacle" in access) {
    throw new InventoryError(
      "CANNOT_SWITCH",
      `AWS inventory: ${why}, but EC2's own API can't be asked instead: ${access.obstacle}. ` +
        "Mend that, or set aws-panos-rules:inventory to lookups, which takes its time",
    );
  }
  tell.info(`reading AWS with EC2's own API: ${why}. inventory: ec2 asks it at once`);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() wants a file's extension here (TS2835)
  const { readEc2 } = require("./ec2/read") as typeof ec2;
  return readEc2(
    { access, ...rest },
    tell,
    clock,
    // Before anything is read: another account's permissions must not become this firewall's.
    (found) => {
      if (accountId === undefined || found === accountId) return;
      throw new InventoryError(
        "CANNOT_SWITCH",
        `AWS inventory: ${why}, but EC2's own API would be asked with credentials of account ${found}, the data ` +
          `sources with those of account ${accountId}. Check aws:profile, aws:assumeRoles and the environment`,
      );
    },
  );
}
