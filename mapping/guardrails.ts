/**
 * Limits on what whoever may edit a security group can open through the firewall. They work on the inventory:
 * what they forbid is taken out before it is mapped, so that they hold whatever form a rule takes afterwards.
 */
import type { Inventory, PrefixList, SecurityGroup, SecurityGroupRule } from "../inventory/types";
import { approvalMissing, unboundText } from "./approval-tag";
import { exclusions, type ExcludedTags } from "./excluded";
import { endedReason, endingSoon } from "./expiry";
import { parseCidr, type Cidr, type Family } from "../lib/net/cidr";
import { permissionLabel } from "./describe";
import { Account, unmentioned } from "./account";
import { NOTHING_PROTECTED, policyOf } from "./index";
import { compareTexts } from "../lib/order";
import { compareWithheld, ofThePassing } from "./order";
import { permissionOf } from "./permissions";
import { meets, normalised, trafficOf, type Traffic } from "../lib/net/protocols";
import type { Direction, MappingOptions, Policy, Withheld } from "./types";
import { ownedByUnread } from "./owners";

/** Traffic as guardrails name it: "tcp/22", "tcp/1-1023", "icmp", "icmpv6", "protocol/47", "any". */
export interface GuardedTraffic {
  /** As it was written, for messages. */
  text: string;
  traffic: Traffic;
}

/** What the stack configuration forbids, whatever a security group says. */
export interface Guardrails {
  /** Never opened, be it from blocks or from the members of a referenced group. */
  neverOpen: GuardedTraffic[];
  /** Ids of groups whose members `neverOpen` lets in by reference. Names anybody may give to a group of theirs. */
  exemptReferences?: readonly string[];
  /** The widest source for traffic, as the shortest prefix lengths. */
  widestSource: (GuardedTraffic & Record<Family, number>)[];
  /** Left out by their tags: "key=value", or a key alone. */
  exclude: ExcludedTags;
  /** A security-group rule without this tag, bound to what the rule lets through, isn't opened. */
  approvalTag: string | undefined;
  /** Whether the tag counts as it is, too, without saying what it approves. */
  unboundApprovalTag?: boolean;
  /** What waits for an approval of the guard. */
  waits?: Withholding;
}

export const NO_GUARDRAILS: Guardrails = {
  neverOpen: [],
  widestSource: [],
  exclude: { securityGroups: [], vpcs: [], instances: [] },
  approvalTag: undefined,
};

/** Why a rule of a group is withheld, whatever guardrails say of it; undefined: it isn't. A whole sentence. */
export type Withholding = (
  group: SecurityGroup,
  rule: SecurityGroupRule,
  direction: Direction,
) => string | undefined;

/** A policy, and which of what it withholds is due to a guardrail. */
export interface GuardedPolicy extends Policy {
  guarded: Withheld[];
}

/** What an inventory asks of the firewall within guardrails; what they withhold is named with its reason. */
export function mapWithin(
  inventory: Inventory,
  options: MappingOptions,
  guardrails: Guardrails,
): GuardedPolicy {
  const { allowed, withheld, unbound } = withinGuardrails(inventory, guardrails, options);
  const account = new Account(inventory, options);
  const policy = policyOf(account, allowed);
  const said = [
    ...(unbound.length === 0 ? [] : [unboundText(unbound, guardrails.approvalTag)]),
    ...endingSoon(policy.rules, inventory.securityGroups, options.expiry),
  ];
  if (withheld.length === 0 && allowed.networkInterfaces === inventory.networkInterfaces) {
    return { ...policy, guarded: [], warnings: [...policy.warnings, ...said] };
  }
  const asked = account.mapped(inventory);
  // What would not have crossed the firewall anyway is nobody's concern.
  const relevant = new Set(
    [...asked.rules, ...ofThePassing(asked.withheld)].flatMap(({ permission }) => permission.ruleIds),
  );
  const found = withheld
    .filter(({ permission }) => permission.ruleIds.some((id) => relevant.has(id)))
    .sort(compareWithheld);
  const guarded = found.filter(({ isEnded }) => isEnded !== true);
  const all = [...policy.withheld, ...found];
  const { interfaces, leftOut } = asked.protection;
  return {
    ...policy,
    guarded,
    withheld: [...all, ...unmentioned(asked.withheld, policy.rules, all)].sort(compareWithheld),
    // That guardrails leave nobody behind the firewall is no mistake of anybody's.
    warnings: [
      ...policy.warnings.filter((warning) => warning !== NOTHING_PROTECTED || interfaces.length === 0),
      ...said,
    ],
    protectedInterfaces: interfaces.map(({ networkInterface }) => networkInterface.id),
    leftOut,
  };
}

/**
 * The inventory without what guardrails forbid, what that is, and the rules that an unbound tag approves. What they
 * leave as it is stays the same object.
 */
export function withinGuardrails(
  inventory: Inventory,
  guardrails: Guardrails,
  options: Pick<MappingOptions, "interfaces" | "expiry" | "destinations" | "unknownCrosses">,
): { allowed: Inventory; withheld: Withheld[]; unbound: string[] } {
  const { exclude } = guardrails;
  const unbound: string[] = [];
  const withheld: Withheld[] = [];
  const lists = new Map(inventory.prefixLists.map((list) => [list.id, list]));
  const { interfaceReason, groupReason } = exclusions(inventory, exclude, options);
  const isUnread = options.unknownCrosses ? ownedByUnread(inventory) : () => false;
  const kept = inventory.networkInterfaces.filter((each) => interfaceReason(each) === undefined);
  const isEverybody = kept.length === inventory.networkInterfaces.length;
  const networkInterfaces = isEverybody ? inventory.networkInterfaces : kept;
  const reasonsOfGroups = new Map<string, Set<string>>();
  for (const each of inventory.networkInterfaces) {
    const reason = interfaceReason(each);
    if (reason === undefined) continue;
    for (const id of each.securityGroupIds) {
      reasonsOfGroups.set(id, (reasonsOfGroups.get(id) ?? new Set()).add(reason));
    }
  }

  const securityGroups = inventory.securityGroups.map((group): SecurityGroup => {
    const left = groupReason(group);
    const withhold = (
      rule: SecurityGroupRule,
      direction: Direction,
      reason: string,
      isEnded = false,
    ): void => {
      const permission = permissionOf(group, rule, direction);
      const text = `${permissionLabel(permission)} is withheld: ${reason}`;
      withheld.push({ permission, reason: text, ...(isEnded && { isEnded }) });
    };
    const gone = [...(reasonsOfGroups.get(group.id) ?? [])].sort(compareTexts);
    if (gone.length > 0) {
      const [first, more] = [
        gone.slice(0, 5).join("; "),
        gone.length > 5 ? `; and ${gone.length - 5} more` : "",
      ];
      for (const rule of group.ingress) withhold(rule, "ingress", `of its destinations, ${first}${more}.`);
      for (const rule of group.egress ?? []) withhold(rule, "egress", `of its sources, ${first}${more}.`);
    }
    const reasonAgainst = (rule: SecurityGroupRule, direction: Direction): string | undefined => {
      if (left !== undefined) return `${left}.`;
      const unapproved = isUnread(group)
        ? undefined
        : approvalMissing({ ...rule, direction }, guardrails, lists, unbound);
      const isIngress = direction === "ingress";
      const never = unapproved ?? (isIngress ? forbidden(rule, guardrails, lists) : undefined);
      return never ?? guardrails.waits?.(group, rule, direction);
    };
    let isWhole = true;
    const kept = (rules: SecurityGroupRule[], direction: Direction) =>
      rules.filter((rule) => {
        const past = endedReason(inventory, group, rule, options);
        const reason = past ?? reasonAgainst(rule, direction);
        if (reason === undefined) return true;
        withhold(rule, direction, reason, past !== undefined);
        return (isWhole = false);
      });
    const [ingress, egress] = [kept(group.ingress, "ingress"), group.egress && kept(group.egress, "egress")];
    return isWhole ? group : { ...group, ingress, ...(egress && { egress }) };
  });
  return { allowed: { ...inventory, networkInterfaces, securityGroups }, withheld, unbound };
}

/** Why a guardrail forbids to open an ingress rule; undefined: none does. */
function forbidden(
  rule: SecurityGroupRule,
  { neverOpen, widestSource, exemptReferences = [] }: Guardrails,
  lists: Map<string, PrefixList>,
): string | undefined {
  const traffic = trafficOf(normalised(rule));
  // What is no traffic at all is no rule either.
  if (traffic === undefined) return undefined;
  const referenced = rule.referencedSecurityGroupId?.split("/").at(-1);
  const isExempt = referenced !== undefined && exemptReferences.includes(referenced);
  const never = isExempt ? undefined : neverOpen.find((guarded) => meets(guarded.traffic, traffic));
  if (never) return `guardrails.neverOpen has ${never.text}.`;
  const limited = widestSource.filter((guarded) => meets(guarded.traffic, traffic));
  const sources = limited.length === 0 ? [] : sourcesOf(rule, lists);
  for (const guarded of limited) {
    const wide = sources.find(({ family, prefixLength }) => prefixLength < guarded[family]);
    if (wide) {
      const list = rule.prefixListId === undefined ? "" : ` of prefix list ${rule.prefixListId}`;
      return `its source ${wide.text}${list} is wider than the /${guarded[wide.family]} that guardrails.widestSource has for ${guarded.text}.`;
    }
  }
  return undefined;
}

function sourcesOf(rule: SecurityGroupRule, lists: Map<string, PrefixList>): Cidr[] {
  const entries = rule.prefixListId === undefined ? [] : (lists.get(rule.prefixListId)?.entries ?? []);
  return [rule.cidrIpv4, rule.cidrIpv6, ...entries.map(({ cidr }) => cidr)].flatMap(
    (text) => (text === undefined ? undefined : parseCidr(text)) ?? [],
  );
}
