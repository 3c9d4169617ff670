/** Rules of ours that nothing has used for long: what could be revoked in AWS. Pure. */
import type { HitCount } from "../../panos/hit-counts";
import type { Account } from "../change/account";
import { permissionNamed } from "../change/permission";
import type { DriftFacts } from "./facts";
import type { Unused, UnusedRule } from "./types";

const DAY = 86_400;

/** One firewall's rules that are to be judged. */
export interface Counted {
  drift: DriftFacts;
  account: Account;
}

/**
 * By firewall, in order.
 * @param now milliseconds since 1970
 */
export function unusedOf(firewalls: readonly Counted[], days: number, now: number): Unused[] {
  const limit = now / 1000 - days * DAY;
  const judged = firewalls.map((each) => judgedRules(each.drift, limit));
  // A permission that one rule still serves, on whichever firewall, isn't to be revoked.
  const needed = new Set(
    judged.flatMap((rules) => rules.filter(({ state }) => state !== "unused").map(({ key }) => key)),
  );
  return firewalls.map(({ drift, account }, index): Unused => {
    const rules = judged[index]!;
    return {
      days,
      rules: rules
        .filter(({ state }) => state === "unused")
        .map(({ rule, key, hits }) => unusedRule(rule, account, needed.has(key), hits)),
      ...("unknown" in drift.hits && { unknown: drift.hits.unknown }),
      notJudged: rules.filter(({ state }) => state === "unknown").length,
    };
  });
}

interface Judged {
  rule: string;
  /** What it mirrors. */
  key: string;
  state: "used" | "unused" | "unknown";
  hits?: HitCount;
}

/** @param limit seconds since 1970: what was not hit since then is unused */
function judgedRules({ running, hits }: DriftFacts, limit: number): Judged[] {
  const placed = new Set(running.placed);
  const strays = new Set(running.strays.map(({ name }) => name));
  const counts = new Map("counts" in hits ? hits.counts.map((each) => [each.rule, each]) : []);
  return running.rules
    .filter((rule) => !strays.has(rule.name) && rule.action === "allow")
    .flatMap((rule): Judged[] => {
      const permission = permissionNamed(rule.name);
      if (permission.groupId === "") return [];
      const { groupId, direction, traffic } = permission;
      const common = { rule: rule.name, key: [groupId, direction, traffic].join(" ") };
      const found = counts.get(rule.name);
      // One that does nothing now can't have hits; nor is it known whether it would.
      const isOff = rule.extras.includes("disabled: yes") || !placed.has(rule.name);
      if (found === undefined || isOff) return [{ ...common, state: "unknown" }];
      if (found.lastHit !== undefined && found.lastHit >= limit) return [{ ...common, state: "used" }];
      // Hits without a moment were some time, and counting that began when nobody knows may have begun today.
      const isKnown = found.count > 0 ? found.lastHit !== undefined : (found.since ?? Infinity) < limit;
      return [{ ...common, state: isKnown ? "unused" : "unknown", hits: found }];
    });
}

function unusedRule(rule: string, account: Account, isNeeded: boolean, hits?: HitCount): UnusedRule {
  const permission = permissionNamed(rule);
  const name = account.groups.get(permission.groupId)?.name;
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  return {
    rule,
    group: { id: permission.groupId, ...(name !== undefined && { name }) },
    traffic: permission.traffic,
    ...(hits?.lastHit !== undefined && { lastHit: time(hits.lastHit) }),
    ...(hits?.since !== undefined && { countedSince: time(hits.since) }),
    revoke: isNeeded
      ? []
      : account.rulesOf(permission).map(({ id, description }) => ({
          id,
          ...(description !== undefined && { description }),
        })),
  };
}
