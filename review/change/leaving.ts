/** A review's facts of a firewall that leaves the stack: everything that is ours on it goes. Pure. */
import { foundDeclaration } from "../../declaration/declaration";
import { eachPart } from "../../declaration/kinds/index";
import { placesOf } from "../../declaration/placement";
import type { PlanLine, ReviewedFirewall } from "../../plan/plan-file";
import { isHeld, ownsRule } from "../../declaration/ownership";
import type { FirewallFacts } from "./facts";
import { nothingOf, registeredMembers } from "./from-plan";

type Leaving = Extract<PlanLine, { line: "leaving" | "leaving-unread" }>;

export function leavingFacts(given: Leaving): FirewallFacts {
  const { firewall } = given;
  if (given.line === "leaving-unread") {
    return {
      ...factsOfNothing(firewall),
      refusal: `it leaves the stack, and what goes with it is unknown: ${given.reason}`,
    };
  }
  const { state } = given;
  const { declared, mapping, cleanupRule } = firewall;
  const excess = (state.registered ?? []).flatMap(({ found }) => found).length;
  return {
    ...factsOfNothing(firewall),
    ...(state.fleet && { reaches: state.fleet.firewalls.map(({ name }) => name) }),
    running: state.running.rulebase,
    members: registeredMembers({ firewall, state, policy: { addressGroups: [] } }),
    found: foundDeclaration(
      declared.ownerId,
      placesOf(cleanupRule, mapping.quarantine?.before),
      state.running.objects,
    ),
    declared: eachPart(() => ({})),
    // Such a one stays also then, whatever it was of.
    held: state.running.rulebase.rules
      .filter((rule) => ownsRule(declared.ownerId, rule) && isHeld(rule))
      .map(({ name }) => name),
    ...(excess > 0 && { registrations: { missing: 0, excess } }),
  };
}

function factsOfNothing({ declared, mapping, cleanupRule }: ReviewedFirewall): FirewallFacts {
  return {
    ...nothingOf({ declared, mapping, cleanupRule }),
    wanted: { rules: [], isolation: [], permissions: {}, services: [], members: {} },
    withheld: [],
    guarded: [],
    notes: [],
    leaves: true,
  };
}
