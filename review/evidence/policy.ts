/** The policies of a firewall as they are judged: what is in force, and what will be after the next update. */
import { cleanupPosition } from "../../declaration/cleanup-rule";
import { objectsOf } from "../../mapping/own-traffic";
import type { GuardedPolicy } from "../../mapping/guardrails";
import { isOfRulebase, rulesBehind } from "../../panos/evaluated";
import type { RulebaseRule } from "../../panos/policy";
import { asFound, policiesOf } from "../change/changes";
import type { FirewallFacts } from "../change/facts";
import type { Standing } from "../change/standing";
import type { JudgedPolicy } from "./judge";

/**
 * @param untranslated our rules without the firewall's NAT: they name the instances' own addresses, as flow logs do
 */
export function judgedPolicies(
  facts: FirewallFacts,
  untranslated: GuardedPolicy,
): { before: JudgedPolicy; after: JudgedPolicy } {
  const { before, after } = policiesOf(facts);
  const isTranslated = facts.options.destinationAddress === "nat";
  const judged = (standing: Standing): JudgedPolicy => {
    if (!isTranslated) return judgedPolicy(standing, facts);
    const ours = asMapped(standing, untranslated);
    const objects = withOwn(standing.objects, untranslated);
    return { ...judgedPolicy({ ...standing, ours, objects }, facts), isTranslated };
  };
  return { before: judged(before), after: judged(after) };
}

/** A policy with what stands at the cleanup rule and below it: that may be about a part of the traffic only. */
export function judgedPolicy(
  standing: Standing,
  { cleanupRule, running }: Pick<FirewallFacts, "cleanupRule" | "running">,
): JudgedPolicy {
  const names = new Set(standing.ours.map(({ name }) => name));
  const { pushed, interzoneDefault } = running;
  const below = [
    ...running.rules
      .slice(cleanupPosition(running.rules, cleanupRule))
      .filter(({ name }) => !names.has(name)),
    ...rulesBehind(running),
  ];
  return {
    rules: [...inOrder(standing), ...below],
    ours: names,
    objects: standing.objects,
    isTranslated: false,
    isUnread: pushed?.unread !== undefined,
    ...(interzoneDefault !== undefined && { interzoneDefault }),
  };
}

/** Ours among the others: where they stand on the firewall, and those that don't yet below. */
function inOrder({ ours, others, order }: Pick<Standing, "ours" | "others" | "order">): RulebaseRule[] {
  const placeOf = ({ name }: RulebaseRule) => order.get(name) ?? Number.MAX_SAFE_INTEGER;
  const waiting = [...ours].sort((a, b) => placeOf(a) - placeOf(b));
  const rules: RulebaseRule[] = [];
  for (const other of others) {
    // What Panorama puts above stands above all that is local, whatever it is called.
    const place = isOfRulebase(other) ? (order.get(other.name) ?? -1) : -1;
    while (waiting.length > 0 && placeOf(waiting[0]!) < place) rules.push(waiting.shift()!);
    rules.push(other);
  }
  return [...rules, ...waiting];
}

function asMapped({ ours }: Standing, { rules }: GuardedPolicy): RulebaseRule[] {
  const mapped = new Map(rules.map(({ rule }) => [rule.name, rule]));
  return ours.map((rule) => {
    const own = mapped.get(rule.name);
    return own === undefined ? rule : asFound(own);
  });
}

function withOwn(objects: JudgedPolicy["objects"], policy: GuardedPolicy): JudgedPolicy["objects"] {
  const own = objectsOf(policy.rules, policy, "members");
  return {
    addresses: new Map([...objects.addresses, ...own.addresses]),
    services: new Map([...objects.services, ...own.services]),
    applications: objects.applications,
  };
}
