/** How far the guard reaches: the regions of the account that it runs in, and of member accounts. */
import { placeOf } from "../declaration/descriptions";

/** One region of one account. */
export interface Site {
  account: string;
  region: string;
}

/** What the deployment says of it. */
export interface Reach {
  regions: string[];
  /** Accounts, beside its own. */
  members: string[];
  /** The ARN of the role that it takes on in each member, with `*` for the account. */
  memberRole: string;
  externalId?: string;
}

/** Every region of every account. @param account the guard's own */
export function sitesOf({ regions, members }: Reach, account: string): Site[] {
  return [account, ...members].flatMap((each) => regions.map((region) => ({ account: each, region })));
}

/** The role in a member. */
export function roleIn(account: string, { memberRole }: Pick<Reach, "memberRole">): string {
  return memberRole.replace("::*:", `::${account}:`);
}

/** "123456789012/eu-central-1" */
export function siteText({ account, region }: Site): string {
  return placeOf({ accountId: account, region });
}

/** How messages name a site; undefined where it is the one that the guard runs in. */
export function siteName({ account, region }: Site, home: Site): string | undefined {
  if (account !== home.account) return `account ${account} in ${region}`;
  return region === home.region ? undefined : region;
}
