import type { AwsAccess } from "../aws/access";
import type { AccountAccess } from "../inventory/ec2/accounts";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import { SETTINGS } from "./table";
import { REGION, ROLE_ARN } from "./table/forms";
import { ACCOUNT_KEYS } from "./table/structures";
import type { Report } from "./problems";

const EXAMPLE = SETTINGS.accounts.example;

/**
 * `accounts`: a role and regions each. Without a role, the account of the credentials themselves; without
 * regions, the stack's.
 * @param base what all of them start from: the stack's own credentials, and the roles it takes on with them
 */
export function accountsFrom(value: unknown, base: AwsAccess, report: Report): AccountAccess[] {
  const key = `${PROJECT}:accounts`;
  if (!Array.isArray(value) || value.length === 0) {
    report(key, "is not a list of accounts, or an empty one", EXAMPLE);
    return [];
  }
  const accounts = value.flatMap((entry: unknown, index) =>
    accountFrom(entry, `${key}[${index}]`, base, report),
  );
  const places = accounts.map(({ accountId = "its own", region }) => `${accountId} in ${region}`);
  for (const place of new Set(places.filter((each, index) => places.indexOf(each) < index))) {
    report(key, `names account ${place} twice`, EXAMPLE);
  }
  return accounts;
}

function accountFrom(entry: unknown, key: string, base: AwsAccess, report: Report): AccountAccess[] {
  if (!isRecord(entry)) {
    report(key, "is not an object with a role and regions", EXAMPLE);
    return [];
  }
  for (const name of Object.keys(entry)) reportUnlessKnown(name, `${key}.${name}`, ACCOUNT_KEYS, report);
  const { role, externalId, regions = base.region === undefined ? [] : [base.region] } = entry;
  if (role !== undefined && (typeof role !== "string" || !ROLE_ARN.test(role))) {
    report(`${key}.role`, `${JSON.stringify(role)} is not the ARN of a role`, EXAMPLE);
    return [];
  }
  if (externalId !== undefined && typeof externalId !== "string") {
    report(`${key}.externalId`, "is not a text", '"x-1234"');
    return [];
  }
  const isRegion = (region: unknown): region is string => typeof region === "string" && REGION.test(region);
  if (!Array.isArray(regions) || regions.length === 0 || !regions.every(isRegion)) {
    report(`${key}.regions`, "is not a list of regions, or an empty one", '["eu-central-1"]');
    return [];
  }
  const home = base.homeRegion ?? base.region;
  return regions.map((region) => ({
    ...(typeof role === "string" && { accountId: role.split(":")[4] ?? "" }),
    region,
    access: {
      ...base,
      region,
      ...(home !== undefined && { homeRegion: home }),
      ...(typeof role === "string" && {
        assumeRoles: [
          ...(base.assumeRoles ?? []),
          { roleArn: role, ...(typeof externalId === "string" && { externalId }) },
        ],
      }),
    },
  }));
}
