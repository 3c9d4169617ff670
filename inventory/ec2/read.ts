import { paginateDescribeInstances, paginateDescribeNetworkInterfaces } from "@aws-sdk/client-ec2";
import { checkedInventory } from "../checked";
import { InventoryError } from "../errors";
import { systemClock } from "../../lib/pace";
import type { Clock } from "../../lib/pace";
import { accountRefused } from "../refusal";
import type { Tell } from "../tell";
import type { Inventory } from "../types";
import type { AwsAccess } from "../../aws/access";
import { deniedActions } from "./denied";
import { filtersOf } from "./filters";
import type { RegionAnswers } from "./merge";
import { instanceAnswers, networkInterfaceAnswer } from "./interfaces";
import { readNetwork } from "./read-network";
import { readPermissions, readPrefixLists } from "./read-permissions";
import { PAGE, Ec2Reader } from "./reader";

/** What EC2 answered in one region of one account. */
export interface Ec2Answers {
  answers: RegionAnswers;
  /** What could not be seen, one sentence each. */
  warnings: string[];
  /** The same of prefix lists, by their ids: another account may see them. */
  unreadableLists: ReadonlyMap<string, string>;
  /** How often each API action was called. */
  calls: ReadonlyMap<string, number>;
}

/** What is read of one region. */
export interface Ec2Source extends Wanted {
  access: AwsAccess;
}

/** How much of AWS is read. */
export interface Wanted {
  /** What AWS itself stops, too: no rule depends on it. */
  withFilters?: true;
  /** Not where transit gateways and endpoints lead: nothing depends on it. */
  withoutWays?: true;
  /** Instances too that don't run: with dynamic destinations their tags decide. */
  withStopped?: true;
}

/**
 * Reads the inventory of one region with EC2's own API, in a few dozen requests. Everything of the region is
 * in it, and what the data sources hide.
 * @param requireAccount throws before anything is read where it is the wrong account
 * @throws InventoryError
 */
export async function readEc2(
  source: Ec2Source,
  tell: Tell,
  clock?: Clock,
  requireAccount?: (accountId: string) => void,
): Promise<Inventory> {
  const { answers, warnings, unreadableLists } = await collectEc2(source, clock, requireAccount);
  for (const warning of [...warnings, ...unreadableLists.values()]) tell.warn(warning);
  return checkedInventory(answers, "ec2", tell);
}

/** Asks EC2 for everything that an inventory is made of. */
export async function collectEc2(
  { access, withFilters, withoutWays, withStopped }: Ec2Source,
  clock: Clock = systemClock,
  requireAccount: (accountId: string) => void = () => undefined,
): Promise<Ec2Answers> {
  const reader = await Ec2Reader.of(access, clock);
  try {
    const region = await reader.region();
    const { accountId } = await reader.identity();
    requireAllowed(accountId, access);
    requireAccount(accountId);
    const [network, compute, permissions, filters] = await Promise.all([
      readNetwork(reader, withoutWays),
      computeOf(reader, withStopped),
      readPermissions(reader, accountId),
      withFilters && filtersOf(reader, { accountId, region }),
    ]);
    const { warnings, ...groups } = permissions;
    const { networkWarnings, denials, ...places } = network;
    const { prefixLists, unreadable } = await readPrefixLists(reader, groups, network);
    return {
      answers: {
        region,
        accountId,
        complete: true,
        ...places,
        ...compute,
        ...groups,
        prefixLists,
        ...(denials.length > 0 && { denied: deniedActions(denials, { accountId, region }) }),
        ...(filters && { filters }),
      },
      warnings: [...networkWarnings, ...warnings],
      unreadableLists: unreadable,
      calls: reader.calls,
    };
  } finally {
    reader.close();
  }
}

/** The AWS provider's own guard against reading with the wrong credentials. */
function requireAllowed(accountId: string, { allowedAccountIds, forbiddenAccountIds = [] }: AwsAccess): void {
  if (allowedAccountIds?.includes(accountId) !== false && !forbiddenAccountIds.includes(accountId)) return;
  throw new InventoryError("ACCOUNT_REFUSED", `AWS inventory: ${accountRefused(accountId)}`);
}

async function computeOf(reader: Ec2Reader, withStopped?: true) {
  const states = ["pending", "running", ...(withStopped ? ["stopping", "stopped"] : [])];
  const [reservations, interfaces] = await Promise.all([
    reader.list({ what: "instances", action: "DescribeInstances" }, paginateDescribeInstances, {
      input: { Filters: [{ Name: "instance-state-name", Values: states }] },
      pageSize: PAGE,
      items: (page) => page.Reservations,
    }),
    reader.list(
      { what: "network interfaces", action: "DescribeNetworkInterfaces" },
      paginateDescribeNetworkInterfaces,
      { input: {}, pageSize: PAGE, items: (page) => page.NetworkInterfaces },
    ),
  ]);
  return {
    ...instanceAnswers(reservations, withStopped),
    networkInterfaces: interfaces.map(networkInterfaceAnswer),
  };
}
