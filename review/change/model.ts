/** Builds a review from facts. Pure: the same facts give the same review. */
import type { Reason } from "../explain/reason";
import { describeTraffic } from "../../lib/net/protocols";
import { addressTexts } from "../../mapping/routing";
import type { Permission, Withheld } from "../../mapping/types";
import { ruleXml } from "../../panos/entries";
import type { RulebaseRule, SecurityRule } from "../../panos/policy";
import { Account } from "./account";
import { policiesOf, type Pair } from "./changes";
import { costOf } from "./cost";
import { reasonsBetween } from "./events";
import { withheldKey, type Facts, type FirewallFacts } from "./facts";
import { marksOfOpening } from "./marks";
import { permissionNamed } from "./permission";
import { Reachability } from "./reachability";
import { reasonsNow } from "./reasons";
import { summaryOf } from "./summary";
import type {
  AddressOwner,
  AllowedRule,
  Counts,
  Finding,
  FirewallReview,
  Mark,
  Review,
  RuleChange,
  Seen,
  WithheldPermission,
} from "./types";

/**
 * What a change does, for people.
 * @param seen hashes of what the facts rest on
 */
export function reviewOf(facts: Facts, seen?: Seen): Review {
  const firewalls = facts.firewalls.map((firewall) => reviewOfFirewall(firewall, facts));
  const against = findings(facts);
  const counts = countsOf(firewalls);
  const review: Omit<Review, "summary"> = {
    format: 1,
    stack: facts.stack,
    source: facts.source,
    against,
    counts,
    firewalls,
    addresses: ownersOf(firewalls, facts),
    notes: [...new Set([...facts.notes, ...facts.firewalls.flatMap(({ notes }) => notes)])],
    ...(seen && { seen }),
  };
  const { format, stack, source, ...others } = review;
  return { format, stack, source, summary: summaryOf(review), ...others };
}

function reviewOfFirewall(facts: FirewallFacts, { inventory, before }: Facts): FirewallReview {
  const { firewall, refusal } = facts;
  const common = {
    firewall,
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
  const changes = policies.pairs.map((pair): RuleChange => {
    const permission = permissionNamed(pair.name);
    const doesWork = works.has(pair.name);
    const opens = pair.after ? now.beyond(pair.after, old) : [];
    const closes = pair.before && doesWork ? old.beyond(pair.before, now) : [];
    const subject = { pair, permission, account, facts };
    const reasons: Reason[] = earlier ? reasonsBetween(subject, earlier) : reasonsNow(subject);
    const name = (account.groups.get(permission.groupId) ?? earlier?.groups.get(permission.groupId))?.name;
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
      ],
      xml: {
        ...xmlOf("before", pair.before),
        ...xmlOf("after", pair.after),
      },
    };
  });
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

/** A rule's entry, but for what no rule of ours has: that is among its fields. */
function xmlOf(when: "before" | "after", rule: RulebaseRule | undefined): RuleChange["xml"] {
  return rule?.found === undefined ? {} : { [when]: ruleXml(rule.found as SecurityRule) };
}

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

/** What there is to say against it; of what was withheld before already, nothing. */
function findings({ firewalls, limits }: Facts): Finding[] {
  const guarded = firewalls.flatMap(({ guarded: found, withheldBefore = [] }) =>
    found.filter((each) => !withheldBefore.includes(withheldKey(each))).map(({ reason }) => reason),
  );
  return [
    ...limits.map((limit) => ({ kind: "limit" as const, ...limit })),
    ...[...new Set(guarded)].map((text) => ({ kind: "guardrail" as const, text })),
  ];
}

function countsOf(firewalls: readonly FirewallReview[]): Counts {
  const names = (of: (change: RuleChange) => boolean) =>
    new Set(firewalls.flatMap(({ changes }) => changes.filter(of).map(({ rule }) => rule))).size;
  const all = <T>(of: (firewall: FirewallReview) => T[]) => new Set(firewalls.flatMap(of)).size;
  return {
    opening: names(({ opens }) => opens.length > 0),
    closing: names(({ closes }) => closes.length > 0),
    added: names(({ kind }) => kind === "added"),
    changed: names(({ kind }) => kind === "changed"),
    removed: names(({ kind }) => kind === "removed"),
    withheld: all(({ withheld }) => withheld.map(({ text }) => text)),
    alreadyAllowed: all(({ alreadyAllowed }) => alreadyAllowed.map(({ rule }) => rule)),
  };
}

/** Whose the addresses are that flows and allowed rules name. */
function ownersOf(firewalls: readonly FirewallReview[], { inventory, before }: Facts): Review["addresses"] {
  const named = new Set(
    firewalls.flatMap(({ changes, alreadyAllowed }) => [
      ...changes.flatMap(({ opens, closes }) =>
        [...opens, ...closes].flatMap(({ source, destination }) => [...source, ...destination]),
      ),
      ...alreadyAllowed.flatMap(({ source, destination }) => [...source, ...destination]),
    ]),
  );
  const owners = new Map<string, AddressOwner>();
  // Today's last: of what has moved, they count.
  for (const { instances, networkInterfaces } of [...(before ? [before] : []), inventory]) {
    const names = new Map(instances.map(({ id, name }) => [id, name]));
    for (const networkInterface of networkInterfaces) {
      const { id: interfaceId, instanceId } = networkInterface;
      for (const address of addressTexts(networkInterface)) {
        if (!named.has(address)) continue;
        const known = owners.get(address);
        // An instance that stopped has lost its name along with its record.
        const name =
          names.get(instanceId ?? "") ?? (known?.instanceId === instanceId ? known?.name : undefined);
        owners.set(address, {
          ...{ interfaceId, ...(instanceId !== undefined && { instanceId }) },
          ...(name !== undefined && { name }),
        });
      }
    }
  }
  return Object.fromEntries([...owners].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
