/** What of a plan is declared, and what of it the stack's outputs show. */
import { adoptedContent } from "../declaration/adoptions";
import { coveredBy } from "../mapping/coverage";
import { permissionLabel } from "../mapping/describe";
import { ofThePassing } from "../mapping/order";
import { isolatedMessages } from "../mapping/quarantine";
import type { FirewallPolicyArgs } from "../provider/policy";
import { groupNamesIn } from "./accounts/group-names";
import type { Plan, RefusedPlan } from "./types";

/** What a firewall's policy is declared with. */
export function declaredOf(plan: Plan | RefusedPlan): Omit<FirewallPolicyArgs, "listed"> {
  const { firewall, content, registrations, suspicion, excused, policy } = plan;
  const { declared, mapping } = firewall;
  const { isolation } = policy;
  const before = mapping.quarantine?.before;
  const adopted = "refusal" in plan ? [] : plan.adopted;
  return {
    ...declared,
    ...content,
    registrations,
    suspicion,
    excused,
    groupNames: groupNamesIn(content.rules),
    adopt: Object.fromEntries(
      adopted.map(({ name, by, found }) => [name, { by, content: adoptedContent(found) }]),
    ),
    ...(isolation && {
      isolation: {
        addresses: isolation.addresses,
        responders: isolation.responders,
        ...(before !== undefined && { before }),
      },
    }),
    ...("refusal" in plan
      ? { refusal: plan.refusal }
      : { outOfForce: plan.outOfForce, unmarked: plan.unmarked }),
  };
}

/** Of longer lists, the rest is counted: outputs are for people, and kept in the state. */
const MOST_LISTED = 50;

/** What becomes of the account's permissions on a firewall, as outputs of the stack. */
export function outcomeOf(plan: Plan | RefusedPlan): object {
  const { content, policy } = plan;
  const { covered } = "refusal" in plan ? { covered: [] } : plan.coverage;
  const withheld = ofThePassing(policy.withheld).map(({ reason }) => reason);
  return {
    rules: content.rules.length,
    alreadyAllowed: covered.length,
    alreadyAllowedBy: some(
      covered.map((each) => `${permissionLabel(each.rule.permission)} is allowed by ${coveredBy(each)}`),
    ),
    withheld: some(withheld),
    withheldCount: withheld.length,
    onHold: some("refusal" in plan ? [] : plan.onHold),
    ...(policy.isolation && { isolated: isolatedMessages(policy.isolation) }),
  };
}

function some(texts: readonly string[]): string[] {
  const more = texts.length - MOST_LISTED;
  return [...texts.slice(0, MOST_LISTED), ...(more > 0 ? [`and ${more} more`] : [])];
}
