import type { MappedRule, Withheld } from "../../mapping/types";
import { coveredBy } from "../../mapping/coverage";
import { ofThePassing } from "../../mapping/order";
import { explainIsolationRule } from "./isolation";
import type { Explanation, Reason } from "./reason";
import { listed, plainText } from "../../lib/text";
import { carriers, describeRule, whyBehind, type View } from "./view";

/** Why there is a rule of this name, or why there is none. */
export function explainRule(view: View, name: string): Explanation {
  const mapped = view.policy.rules.find(({ rule }) => rule.name === name);
  if (mapped !== undefined) return explainMapped(view, mapped);

  const isolation = explainIsolationRule(view, name);
  if (isolation !== undefined) return isolation;

  const groupId = /^aws-(sg-[0-9a-z]+)-/.exec(name)?.[1];
  const group = view.inventory.securityGroups.find(({ id }) => id === groupId);
  if (groupId === undefined || group === undefined) {
    const known = view.policy.rules.map(({ rule }) => rule.name);
    return {
      verdict: "not asked for",
      text: `There is no rule ${name}, and no security group that it could be of`,
      because: [
        {
          text: `the rules are: ${known.slice(0, 20).join(", ") || "none"}${known.length > 20 ? ", …" : ""}`,
        },
      ],
    };
  }
  const withheld = ofGroup(view.policy.withheld, groupId);
  const interfaces = carriers(view, groupId);
  const rules = view.policy.rules.filter(({ permission }) => permission.securityGroupId === groupId);
  return {
    verdict: ofThePassing(withheld).length > 0 ? "withheld" : "not asked for",
    text: `There is no rule ${name}`,
    because: [
      ...withheld.map(({ reason }) => ({ text: reason })),
      {
        id: groupId,
        text: `security group ${plainText(group.name)} (${groupId}) has`,
        because: [...group.ingress, ...(group.egress ?? [])].map((rule) => {
          const { text, ...about } = describeRule(rule);
          return { ...about, text: `${rule.ipProtocol} ${rule.fromPort}-${rule.toPort}: ${text}` };
        }),
      },
      interfaces.length === 0
        ? { text: `no interface in the inventory carries ${groupId}` }
        : { text: `it is carried by`, because: interfaces.map((each) => whyBehind(view, each)) },
      ...(rules.length > 0 ? [{ text: `its rules: ${rules.map(({ rule }) => rule.name).join(", ")}` }] : []),
    ],
  };
}

function explainMapped(view: View, { rule, permission, prefixLists = [] }: MappedRule): Explanation {
  const { securityGroupId, securityGroupName, ruleIds } = permission;
  const group = view.inventory.securityGroups.find(({ id }) => id === securityGroupId);
  const groupRules = [...(group?.ingress ?? []), ...(group?.egress ?? [])].filter(({ id }) =>
    ruleIds.includes(id),
  );
  const covered = view.coverage?.covered.find((each) => each.rule.rule.name === rule.name);
  const shadowed = view.coverage?.shadowed.find((each) => each.rule.rule.name === rule.name);
  return {
    verdict: covered === undefined ? "allowed" : "already allowed",
    text: `${rule.name}: ${rule.source.join(", ")} → ${rule.destination.join(", ")}, ${what(rule)}`,
    because: [
      ...(covered === undefined
        ? []
        : [{ text: `it is left out: the firewall's rule ${coveredBy(covered)} allows it already` }]),
      ...(shadowed === undefined
        ? []
        : [{ text: `the firewall's rule ${shadowed.by} stands above and may deny part of it` }]),
      {
        id: securityGroupId,
        text: `security group ${plainText(securityGroupName)} (${securityGroupId}) has`,
        because: groupRules.map(describeRule),
      },
      ...prefixLists.map(({ name, prefixListId, entries }) => ({
        id: prefixListId,
        text: `${name} is the address group of prefix list ${prefixListId}, with ${entries.length} entries: ${listed(entries)}`,
      })),
      {
        text: "it is carried by",
        because: carriers(view, securityGroupId).map((each) => whyBehind(view, each)),
      },
      ...withheldBeside(view, permission.securityGroupId),
    ],
  };
}

function what({ application, service }: MappedRule["rule"]): string {
  return `application ${application.join(", ")}, service ${service.join(", ")}`;
}

/** What else of the same group is withheld: a rule may be narrower than its permission because of it. */
function withheldBeside(view: View, groupId: string): Reason[] {
  const withheld = ofThePassing(ofGroup(view.policy.withheld, groupId));
  if (withheld.length === 0) return [];
  return [{ text: "of this group is withheld", because: withheld.map(({ reason }) => ({ text: reason })) }];
}

function ofGroup(withheld: readonly Withheld[], groupId: string): Withheld[] {
  return withheld.filter(({ permission }) => permission.securityGroupId === groupId);
}
