/** What a change does to one rule: what it opens and closes, and why. */
import { marksOfOpening } from "../../mapping/marks-of-opening";
import { ruleXml } from "../../panos/entries";
import type { RulebaseRule, SecurityRule } from "../../panos/policy";
import type { Reason } from "../explain/reason";
import type { Stops } from "../stopped/stops";
import type { Account } from "./account";
import type { Pair } from "./changes";
import { reasonsBetween } from "./events";
import type { FirewallFacts } from "./facts";
import { permissionNamed } from "./permission";
import type { Reachability } from "./reachability";
import { reasonsNow } from "./reasons";
import type { SeenIn } from "./seen";
import { stoppedMarks, stoppedOf } from "./stopped";
import type { Mark, RuleChange } from "./types";

/** A firewall and the account behind it, before and after. */
export interface Sides {
  facts: FirewallFacts;
  account: Account;
  /** Where the account before is known. */
  earlier: Account | undefined;
  /** What can be reached through our rules. */
  old: Reachability;
  now: Reachability;
  /** Our rules that did something before. */
  works: ReadonlySet<string>;
  /** What of closed traffic was seen, where flow logs are given. */
  seen: SeenIn | undefined;
  /** What AWS itself stops today. */
  stops: Stops;
}

export function ruleChange(pair: Pair, sides: Sides): RuleChange {
  const { facts, account, earlier, old, now, works, seen, stops } = sides;
  const permission = permissionNamed(pair.name);
  const doesWork = works.has(pair.name);
  const opens = pair.after ? now.beyond(pair.after, old) : [];
  const closes = pair.before && doesWork ? old.beyond(pair.before, now, seen?.(permission.direction)) : [];
  const subject = { pair, permission, account, facts };
  const reasons: Reason[] = facts.leaves
    ? LEAVES
    : earlier
      ? reasonsBetween(subject, earlier)
      : reasonsNow(subject);
  const name = (account.groups.get(permission.groupId) ?? earlier?.groups.get(permission.groupId))?.name;
  const stopped = stoppedOf(opens, permission, account, stops);
  return {
    rule: pair.name,
    kind: pair.before === undefined ? "added" : pair.after === undefined ? "removed" : "changed",
    group: { id: permission.groupId, ...(name !== undefined && { name }) },
    direction: permission.direction,
    traffic: permission.traffic,
    opens,
    closes,
    fields: pair.fields,
    reasons,
    marks: [
      ...marksOfOpening(opens, permission),
      ...(pair.before && pair.after && opens.length > 0 ? [WIDER] : []),
      ...(pair.before && !doesWork ? [disabled(pair.before)] : []),
      ...shadows(facts, pair),
      ...stoppedMarks(stopped),
    ],
    ...(stopped && { stopped }),
    xml: {
      ...xmlOf("before", pair.before),
      ...xmlOf("after", pair.after),
    },
  };
}

/** A rule's entry, but for what no rule of ours has: that is among its fields. */
function xmlOf(when: "before" | "after", rule: RulebaseRule | undefined): RuleChange["xml"] {
  return rule?.found === undefined ? {} : { [when]: ruleXml(rule.found as SecurityRule) };
}

const LEAVES: Reason[] = [{ text: "the firewall leaves the stack (remove: true)" }];

const WIDER: Mark = { kind: "wider", text: "wider than before" };

function disabled({ disabled: isDisabled, action }: RulebaseRule): Mark {
  const how = isDisabled
    ? "disabled"
    : action !== "allow"
      ? `set to ${action || "no action"}`
      : "without effect";
  return { kind: "disabled", text: `it is ${how} on the firewall now` };
}

function shadows({ shadowed }: FirewallFacts, { name, after }: Pair): Mark[] {
  if (after === undefined) return [];
  const by = shadowed.filter(({ rule }) => rule === name).map((each) => each.by);
  return by.length === 0
    ? []
    : [{ kind: "shadowed", text: `${by.join(", ")} stands above and may deny part of it` }];
}
