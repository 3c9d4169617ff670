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
  hits?: Pick<HitCount, "lastHit" | "since">;
}

/** @param limit seconds since 1970: what was not hit since then is unused */
function judgedRules({ running, hits }: DriftFacts, limit: number): Judged[] {
  const placed = new Set(running.placed);
  const strays = new Set(running.strays.map(({ name }) => name));
  const places = "each" in hits ? hits.each : "counts" in hits ? [hits.counts] : [];
  const counts = places.map((place) => new Map(place.map((each) => [each.rule, each])));
  return running.rules
    .filter((rule) => !strays.has(rule.name) && rule.action === "allow")
    .flatMap((rule): Judged[] => {
      const permission = permissionNamed(rule.name);
      if (permission.groupId === "") return [];
      const { groupId, direction, traffic } = permission;
      const common = { rule: rule.name, key: [groupId, direction, traffic].join(" ") };
      const found = counts.map((each) => each.get(rule.name));
      // One that does nothing now can't have hits; nor is it known whether it would.
      const isOff = rule.extras.includes("disabled: yes") || !placed.has(rule.name);
      const states = new Set(found.map((each) => (isOff ? "unknown" : stateOf(each, limit))));
      if (states.has("used")) return [{ ...common, state: "used" }];
      // Every firewall that has it has to say so.
      if (states.size !== 1 || states.has("unknown")) return [{ ...common, state: "unknown" }];
      return [{ ...common, state: "unused", hits: latest(found.flatMap((each) => each ?? [])) }];
    });
}

/** Of one firewall's count. */
function stateOf(hits: HitCount | undefined, limit: number): Judged["state"] {
  if (hits === undefined) return "unknown";
  if (hits.lastHit !== undefined && hits.lastHit >= limit) return "used";
  // Hits without a moment were some time, and counting that began when nobody knows may have begun today.
  const isKnown = hits.count > 0 ? hits.lastHit !== undefined : (hits.since ?? Infinity) < limit;
  return isKnown ? "unused" : "unknown";
}

/** When any of them was hit last, and since when all of them are counted. */
function latest(all: readonly HitCount[]): Pick<HitCount, "lastHit" | "since"> {
  const last = (times: (number | undefined)[]) => {
    const known = times.flatMap((time) => time ?? []);
    return known.length > 0 ? Math.max(...known) : undefined;
  };
  return { lastHit: last(all.map(({ lastHit }) => lastHit)), since: last(all.map(({ since }) => since)) };
}

function unusedRule(rule: string, account: Account, isNeeded: boolean, hits: Judged["hits"]): UnusedRule {
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
