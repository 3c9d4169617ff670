/** Security groups with their rules, and the prefix lists that anything names. */
import {
  paginateDescribeManagedPrefixLists,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSecurityGroupVpcAssociations,
  paginateGetManagedPrefixListEntries,
} from "@aws-sdk/client-ec2";
import { Slots } from "../../lib/pace";
import type { Answers } from "../answers";
import { readableLists } from "../readable-lists";
import type { ReadList } from "../readable-lists";
import { denied, unknown } from "./denied";
import {
  associatedVpcs,
  prefixListAnswer,
  securityGroupAnswer,
  securityGroupRuleAnswer,
} from "./permissions";
import { PAGE, SMALL_PAGE, type Ec2Reader } from "./reader";

/** Prefix lists whose entries are read at the same time. */
const LISTS_AT_ONCE = 5;

export async function readPermissions(reader: Ec2Reader, accountId: string) {
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
    warnings: unknown(denied(associations), "Which VPCs security groups are associated with is not known"),
  };
}

/** The prefix lists that rules or routes name. */
export async function readPrefixLists(
  reader: Ec2Reader,
  { securityGroupRules }: Pick<Answers, "securityGroupRules">,
  { routeTables }: Pick<Answers, "routeTables">,
) {
  const routes = routeTables.flatMap((table) => table.routes ?? []);
  const named = [
    ...securityGroupRules.map(({ prefixListId }) => prefixListId),
    ...routes.map(({ destinationPrefixListId }) => destinationPrefixListId),
  ];
  return readableLists(await prefixListsOf(reader, new Set(named.filter((id) => id !== undefined))));
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
