import type { MappedRule, Withheld } from "../../mapping/types";
import { nearestOf } from "../../lib/nearest";
import { securityGroupIn } from "../../declaration/names";
import { coveredBy } from "../../mapping/coverage";
import { theRule } from "../../panos/evaluated";
import { ofThePassing } from "../../mapping/order";
import { explainIsolationRule } from "./isolation";
import type { Explanation, Reason } from "./reason";
import { counted, listed, plainText } from "../../lib/text";
import { stoppedRule } from "./stopped";
import { carriers, describeRule, whyBehind, type View } from "./view";

/** Why there is a rule of this name, or why there is none. */
export function explainRule(view: View, name: string): Explanation {
  const mapped = view.policy.rules.find(({ rule }) => rule.name === name);
  if (mapped !== undefined) return explainMapped(view, mapped);

  const isolation = explainIsolationRule(view, name);
  if (isolation !== undefined) return isolation;

  const groupId = securityGroupIn(name);
  const group = view.inventory.securityGroups.find(({ id }) => id === groupId);
  if (groupId === undefined || group === undefined) {
    return unknownRule(view, name);
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
          const { text, ...about } = describeRule(rule, view);
          return { ...about, text: `${rule.ipProtocol} ${rule.fromPort}-${rule.toPort}: ${text}` };
        }),
      },
      interfaces.length === 0
        ? {
            text: `no interface in the inventory carries ${groupId}; what is none may use it, such as an association of VPC Lattice, whose traffic crosses no firewall`,
          }
        : { text: `it is carried by`, because: interfaces.map((each) => whyBehind(view, each)) },
      ...(rules.length > 0 ? [{ text: `its rules: ${rules.map(({ rule }) => rule.name).join(", ")}` }] : []),
    ],
  };
}

const MOST_NEAR = 10;

/** A name that no rule has or could have, and those that may have been meant. */
function unknownRule({ policy }: View, name: string): Explanation {
  const known = policy.rules.map(({ rule }) => rule.name);
  const near = nearestOf(name, known, MOST_NEAR);
  const text =
    near.length > 0
      ? `did you mean ${near.join(", or ")}?`
      : known.length > 0
        ? `the rules are: ${listed(known)}`
        : "the account has no permission that becomes a rule";
  return {
    verdict: "unknown",
    text: `There is no rule ${name}, and no security group that it could be of`,
    because: [{ text }],
  };
}

function explainMapped(view: View, mapped: MappedRule): Explanation {
  const { rule, permission, prefixLists = [] } = mapped;
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
        : [{ text: `it is left out: ${theRule(coveredBy(covered))} allows it already` }]),
      ...(shadowed === undefined
        ? []
        : [{ text: `${theRule(shadowed.by)} stands above and may deny part of it` }]),
      {
        id: securityGroupId,
        text: `security group ${plainText(securityGroupName)} (${securityGroupId}) has`,
        because: groupRules.map((each) => describeRule(each, view)),
      },
      ...prefixLists.map(({ name, prefixListId, entries }) => ({
        id: prefixListId,
        text: `${name} is the address group of prefix list ${prefixListId}, with ${counted(entries.length, "entry")}: ${listed(entries)}`,
      })),
      {
        text: "it is carried by",
        because: carriers(view, securityGroupId).map((each) => whyBehind(view, each)),
      },
      ...stoppedRule(view, mapped),
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
