import { EC2 } from "@aws-sdk/client-ec2";
import { RequestPace } from "../inventory/ec2/request-pace";
import { systemClock } from "../lib/pace";
import { Ec2SecurityGroups } from "./groups";
import type { Guard } from "./guard";
import type { Isolation } from "./isolate";
import { memberCredentials, noCredentials } from "./members";
import { siteName, siteText, sitesOf, type Reach, type Site } from "./reach";

/** What works in one region of one account. */
export interface Guarding {
  guard: Guard;
  /** Undefined: nothing is isolated in AWS. */
  isolation: Isolation | undefined;
}

/** What is the same everywhere. */
export interface Shared {
  guard: Omit<Guard, "groups" | "place">;
  isolation: Omit<Isolation, "ec2" | "site" | "place"> | undefined;
}

/** One that hangs must not keep the invocation's other sites waiting. */
const REQUESTS = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/**
 * What works in a site, made when it is first asked for. Of one that isn't guarded, it fails with `REACH`.
 * @param clock of the pace at which EC2 is asked
 */
export function guardingIn(
  home: Site,
  reach: Reach,
  shared: Shared,
  clock = systemClock,
): (site: Site) => Guarding {
  const guarded = new Set(sitesOf(reach, home.account).map(siteText));
  // One for all regions of an account.
  const members = new Map(
    reach.members.map((account) => [account, memberCredentials(account, reach, home.region)]),
  );
  const made = new Map<string, Guarding>();
  return (site) => {
    const known = made.get(siteText(site));
    if (known !== undefined) return known;
    const credentials = guarded.has(siteText(site))
      ? members.get(site.account)
      : noCredentials(siteText(site));
    const place = siteName(site, home);
    const ec2 = new EC2({
      region: site.region,
      maxAttempts: 5,
      requestHandler: REQUESTS,
      ...(credentials && { credentials }),
    });
    // EC2 counts by account and region, whoever asks.
    new RequestPace(clock).keep(ec2);
    const guarding: Guarding = {
      guard: { ...shared.guard, groups: new Ec2SecurityGroups(ec2), place },
      isolation: shared.isolation && { ...shared.isolation, ec2, site, place },
    };
    made.set(siteText(site), guarding);
    return guarding;
  };
}
