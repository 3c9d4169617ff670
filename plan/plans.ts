/** The plans of all firewalls of a stack. */
import type { Inventory } from "../inventory/types";
import { isReadInPart } from "../mapping/not-read";
import type { FirewallSettings, Settings } from "../settings/types";
import { leavingLines } from "./leaving";
import { planOf } from "./plan";
import type { PlanLine } from "./plan-file";
import { refusedPlan } from "./refused";
import type { Plan, RefusedPlan } from "./types";
import { policyFor } from "./policy";
import { HeldError, isExpected, MovedError, requireNoOverlaps } from "./preconditions";
import type { Reviewed } from "./reviewed";
import type { FirewallState } from "./state";

/** What plans need to know of the run. */
export interface Run {
  /** Asks a firewall, also what is registered where that may have to stay. */
  ask: (firewall: FirewallSettings, isReadInPart: boolean) => Promise<FirewallState>;
  revoked: readonly string[];
  reviewed?: Reviewed | undefined;
  /** Gets each plan as soon as it is made, also one that stops the run. */
  onPlan: (plan: Plan | RefusedPlan) => Promise<void> | void;
  /** Gets what is said of each firewall that leaves, first; absent: nobody asks. */
  onLeaving?: (line: PlanLine) => void;
}

/**
 * What each firewall is to hold. Of several, one that can't be asked doesn't stop the others, but one that isn't as it was
 * reviewed does.
 * @throws PreconditionError, PanosError where none can be planned for
 */
export async function plansFor(
  settings: Settings,
  inventory: Inventory,
  { ask, revoked, reviewed, onPlan, onLeaving }: Run,
): Promise<(Plan | RefusedPlan)[]> {
  const { firewalls, guardrails } = settings;
  if (onLeaving !== undefined)
    (await leavingLines(settings, (firewall) => ask(firewall, true))).forEach(onLeaving);
  const failures: Error[] = [];
  const planFor = async (firewall: FirewallSettings): Promise<Plan | RefusedPlan> => {
    const policy = policyFor(firewall, inventory, guardrails);
    try {
      requireNoOverlaps(policy.overlaps, firewall.mapping);
      const state = await ask(firewall, isReadInPart(inventory, firewall.mapping));
      const plan = planOf(firewall, settings, { inventory, policy, state, revoked, reviewed });
      await onPlan(plan);
      if (plan.stop?.because === "review") throw new MovedError(plan.stop.text);
      if (plan.stop !== undefined) throw new HeldError(plan.stop.text);
      return plan;
    } catch (error) {
      if (!isExpected(error)) throw error;
      failures.push(error);
      const refused = refusedPlan(firewall, policy, error);
      await onPlan(refused);
      return refused;
    }
  };
  const plans = await Promise.all(firewalls.map(planFor));
  const moved = failures.filter((each) => each instanceof MovedError);
  if (moved.length > 0) throw new MovedError(moved.map(({ message }) => message).join("\n"));
  const [failure] = failures;
  if (failure !== undefined && failures.length === firewalls.length) throw failure;
  return plans;
}
