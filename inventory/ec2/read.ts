import {
  paginateDescribeInstances,
  paginateDescribeManagedPrefixLists,
  paginateDescribeNetworkInterfaces,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSecurityGroupVpcAssociations,
  paginateDescribeSubnets,
  paginateDescribeVpcPeeringConnections,
  paginateDescribeVpcs,
  paginateGetManagedPrefixListEntries,
} from "@aws-sdk/client-ec2";
import type { Answers } from "../answers";
import { assemble } from "../assemble";
import { InventoryError } from "../errors";
import { Slots, systemClock } from "../../lib/pace";
import type { Clock } from "../../lib/pace";
import { readableLists } from "../readable-lists";
import type { ReadList } from "../readable-lists";
import { accountRefused } from "../refusal";
import type { Tell } from "../tell";
import type { Inventory } from "../types";
import { checkInventory } from "../validate";
import type { AwsAccess } from "../../aws/access";
import type { RegionAnswers } from "./merge";
import { instanceAnswers, networkInterfaceAnswer } from "./interfaces";
import { peeringAnswer, routeTableAnswer, subnetAnswer, vpcAnswer } from "./network";
import {
  associatedVpcs,
  prefixListAnswer,
  securityGroupAnswer,
  securityGroupRuleAnswer,
} from "./permissions";
import { Ec2Reader } from "./reader";

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

/** What EC2's API gives at once (EC2 API reference, MaxResults of each action). */
const PAGE = 1000;
const SMALL_PAGE = 100;

/** Prefix lists whose entries are read at the same time. */
const LISTS_AT_ONCE = 5;

/**
 * Reads the inventory of one region with EC2's own API, in a few dozen requests. Everything of the region is
 * in it, and what the data sources hide.
 * @param requireAccount throws before anything is read where it is the wrong account
 * @throws InventoryError
 */
export async function readEc2(
  access: AwsAccess,
  tell: Tell,
  clock?: Clock,
  requireAccount?: (accountId: string) => void,
): Promise<Inventory> {
  const { answers, warnings, unreadableLists } = await collectEc2(access, clock, requireAccount);
  for (const warning of [...warnings, ...unreadableLists.values()]) tell.warn(warning);
  return checkedInventory(answers);
}

/** One valid inventory of what EC2 answered. */
export function checkedInventory(answers: Answers): Inventory {
  const checked = checkInventory(assemble(answers));
  if ("inventory" in checked) return checked.inventory;
  throw new InventoryError(
    "LOOKUP_FAILED",
    "AWS inventory: EC2's answers don't fit together. Run again; if it stays, report it with these lines:\n" +
      checked.problems.map((problem) => `  ${problem}`).join("\n"),
    { problems: checked.problems },
  );
}

/** Asks EC2 for everything that an inventory is made of. */
export async function collectEc2(
  access: AwsAccess,
  clock: Clock = systemClock,
  requireAccount: (accountId: string) => void = () => undefined,
): Promise<Ec2Answers> {
  const reader = await Ec2Reader.of(access, clock);
  try {
    const region = await reader.region();
    const { accountId } = await reader.identity();
    requireAllowed(accountId, access);
    requireAccount(accountId);
    const [network, compute, permissions] = await Promise.all([
      networkOf(reader),
      computeOf(reader),
      permissionsOf(reader, accountId),
    ]);
    const { warnings, ...groups } = permissions;
    const { networkWarnings, ...places } = network;
    const named = new Set(
      [
        ...groups.securityGroupRules.map(({ prefixListId }) => prefixListId),
        ...network.routeTables.flatMap(({ routes = [] }) =>
          routes.map(({ destinationPrefixListId }) => destinationPrefixListId),
        ),
      ].filter((id) => id !== undefined),
    );
    const { prefixLists, unreadable } = readableLists(await prefixListsOf(reader, named));
    return {
      answers: { region, accountId, complete: true, ...places, ...compute, ...groups, prefixLists },
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

async function networkOf(reader: Ec2Reader) {
  const [vpcs, subnets, routeTables, peerings] = await Promise.all([
    reader.list({ what: "VPCs", action: "DescribeVpcs" }, paginateDescribeVpcs, {
      input: {},
      pageSize: PAGE,
      items: (page) => page.Vpcs,
    }),
    reader.list({ what: "subnets", action: "DescribeSubnets" }, paginateDescribeSubnets, {
      input: {},
      pageSize: PAGE,
      items: (page) => page.Subnets,
    }),
    reader.list({ what: "route tables", action: "DescribeRouteTables" }, paginateDescribeRouteTables, {
      input: {},
      pageSize: SMALL_PAGE,
      items: (page) => page.RouteTables,
    }),
    // Only expanded references need them, and older policies for readers don't allow it. Anything but a denial
    // passes: then references that were expanded yesterday must not go.
    reader.optionalList(
      { what: "VPC peerings", action: "DescribeVpcPeeringConnections" },
      paginateDescribeVpcPeeringConnections,
      { input: {}, pageSize: PAGE, items: (page) => page.VpcPeeringConnections },
    ),
  ]);
  if (peerings instanceof InventoryError && peerings.code !== "ACCESS_DENIED") throw peerings;
  const subnetIds = new Map(vpcs.map(({ VpcId = "" }) => [VpcId, [] as string[]]));
  for (const { VpcId = "", SubnetId = "" } of subnets) subnetIds.get(VpcId)?.push(SubnetId);
  return {
    vpcs: vpcs.map(vpcAnswer),
    subnetIds,
    subnets: subnets.map(subnetAnswer),
    routeTables: routeTables.map(routeTableAnswer),
    ...(!(peerings instanceof Error) && { vpcPeeringConnections: peerings.flatMap(peeringAnswer) }),
    networkWarnings:
      peerings instanceof Error ? [`Which VPCs are peered is not known. ${peerings.message}`] : [],
  };
}

async function computeOf(reader: Ec2Reader) {
  const [reservations, interfaces] = await Promise.all([
    reader.list({ what: "instances", action: "DescribeInstances" }, paginateDescribeInstances, {
      input: { Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] },
      pageSize: PAGE,
      items: (page) => page.Reservations,
    }),
    reader.list(
      { what: "network interfaces", action: "DescribeNetworkInterfaces" },
      paginateDescribeNetworkInterfaces,
      { input: {}, pageSize: PAGE, items: (page) => page.NetworkInterfaces },
    ),
  ]);
  return { ...instanceAnswers(reservations), networkInterfaces: interfaces.map(networkInterfaceAnswer) };
}

async function permissionsOf(reader: Ec2Reader, accountId: string) {
  const [groups, rules, associations] = await Promise.all([
    reader.list(
      { what: "security groups", action: "DescribeSecurityGroups" },
      paginateDescribeSecurityGroups,
      {
        input: {},
        pageSize: PAGE,
        items: (page) => page.SecurityGroups,
      },
    ),
    reader.list(
      { what: "security-group rules", action: "DescribeSecurityGroupRules" },
      paginateDescribeSecurityGroupRules,
      { input: {}, pageSize: PAGE, items: (page) => page.SecurityGroupRules },
    ),
    // Which interfaces carry a group is seen without it, and older policies for readers don't allow it.
    reader.optionalList(
      { what: "security groups' associations with VPCs", action: "DescribeSecurityGroupVpcAssociations" },
      paginateDescribeSecurityGroupVpcAssociations,
      { input: {}, pageSize: PAGE, items: (page) => page.SecurityGroupVpcAssociations },
    ),
  ]);
  const associated = associations instanceof Error ? undefined : associatedVpcs(associations);
  return {
    securityGroups: groups.map((group) => securityGroupAnswer(group, associated)),
    securityGroupRules: rules.map((rule) => securityGroupRuleAnswer(rule, accountId)),
    warnings:
      associations instanceof Error
        ? [`Which VPCs security groups are associated with is not known. ${associations.message}`]
        : [],
  };
}

/** The prefix lists that something names, with their entries. */
async function prefixListsOf(reader: Ec2Reader, named: Set<string>): Promise<[string, ReadList][]> {
  if (named.size === 0) return [];
  const lists = await reader.list(
    { what: "prefix lists", action: "DescribeManagedPrefixLists" },
    paginateDescribeManagedPrefixLists,
    { input: {}, pageSize: SMALL_PAGE, items: (page) => page.PrefixLists },
  );
  const slots = new Slots(LISTS_AT_ONCE);
  const read = lists
    .filter(({ PrefixListId = "" }) => named.has(PrefixListId))
    .map((list) =>
      slots.use(async (): Promise<[string, ReadList]> => {
        const { PrefixListId = "" } = list;
        const entries = await reader.find(
          { what: `the entries of prefix list ${PrefixListId}`, action: "GetManagedPrefixListEntries" },
          paginateGetManagedPrefixListEntries,
          { input: { PrefixListId }, pageSize: SMALL_PAGE, items: (page) => page.Entries },
          "InvalidPrefixListID.NotFound",
        );
        return [PrefixListId, Array.isArray(entries) ? prefixListAnswer(list, entries) : entries];
      }),
    );
  return Promise.all(read);
}
