/** What a change does on one firewall. */
import { describeTraffic } from "../../lib/net/protocols";
import type { Permission, Withheld } from "../../mapping/types";
import type { Observed } from "../evidence/types";
import { Stops } from "../stopped/stops";
import { Account } from "./account";
import { policiesOf } from "./changes";
import { costOf } from "./cost";
import type { Facts, FirewallFacts } from "./facts";
import { Reachability } from "./reachability";
import { ruleChange } from "./rule-change";
import { seenIn } from "./seen";
import type { AllowedRule, FirewallReview, WithheldPermission } from "./types";

/** @param observed what flow logs showed */
export function reviewOfFirewall(
  facts: FirewallFacts,
  { inventory, before }: Facts,
  observed?: Observed,
): FirewallReview {
  const { firewall, reaches, refusal, leaves } = facts;
  const common = {
    firewall,
    ...(reaches && { reaches }),
    ...(leaves && { leaves }),
    withheld: facts.withheld.map((each) => withheldPermission(each, facts)),
    alreadyAllowed: facts.alreadyAllowed.map(allowedRule),
  };
  if (refusal !== undefined) {
    return { ...common, refusal, changes: [], unchanged: 0, adopted: [], held: [] };
  }
  const policies = policiesOf(facts);
  const [old, now] = [new Reachability(policies.before), new Reachability(policies.after)];
  const works = new Set(policies.before.ours.map(({ name }) => name));
  const account = new Account(inventory, facts.options);
  const earlier = before && new Account(before, facts.options);
  const seen = observed && seenIn(observed, policies.after, facts);
  const both = { facts, account, earlier, old, now, works, seen, stops: new Stops(inventory, facts.options) };
  const changes = policies.pairs.map((pair) => ruleChange(pair, both));
  const cost = costOf(facts, policies.held);
  return {
    ...common,
    changes,
    unchanged: policies.unchanged,
    adopted: facts.adopted.map(({ name, by, lost }) => ({ name, by, lost })),
    held: policies.held,
    ...(cost && { cost }),
  };
}

function withheldPermission(
  { permission, reason }: Withheld,
  { guarded }: FirewallFacts,
): WithheldPermission {
  return {
    group: groupOf(permission),
    traffic: describeTraffic(permission),
    text: reason,
    guardrail: guarded.some((each) => each.reason === reason),
  };
}

function allowedRule({
  rule: { rule, permission },
  by,
  deniedBy,
}: FirewallFacts["alreadyAllowed"][number]): AllowedRule {
  return {
    rule: rule.name,
    group: groupOf(permission),
    traffic: describeTraffic(permission),
    source: rule.source,
    destination: rule.destination,
    by,
    ...(deniedBy.length > 0 && { deniedBy }),
  };
}

function groupOf({ securityGroupId, securityGroupName }: Permission): { id: string; name: string } {
  return { id: securityGroupId, name: securityGroupName };
}
