/** What stops a run once all of it is planned and said. */
import { declaredRegistrations, registrationChanges } from "../declaration/registrations";
import { counted, listed } from "../lib/text";
import type { Settings } from "../settings/types";
import { HeldError } from "./preconditions";
import type { Plan, RefusedPlan } from "./types";

/**
 * In a freeze an update with something to do stops.
 * @throws HeldError that lists what waits
 */
export function requireNothingToDo(frozen: string, plans: readonly (Plan | RefusedPlan)[]): void {
  const waits = plans.flatMap((plan) => {
    const waiting = waitingIn(plan);
    return waiting.length === 0 ? [] : [`${plan.firewall.declared.name}: ${listed(waiting)}`];
  });
  if (waits.length === 0) return;
  throw new HeldError(`${frozen}, so nothing was written. What waits:\n  ${waits.join("\n  ")}`);
}

/** What a run says of settings under which an update would do something else than write a policy, one sentence each. */
export function notesOf({ frozen, leaving }: Pick<Settings, "frozen" | "leaving">): string[] {
  return [
    ...(frozen === undefined ? [] : [`${frozen}: an update would write nothing now`]),
    ...leaving.map(
      (name) =>
        `${name} leaves the stack (remove: true): an update removes everything from it that is ours, and so closes ` +
        "whatever is open through that alone, unless it is one of the others under another name. No limit counts these rules",
    ),
  ];
}

/** How what is there differs from what a plan is for, one sentence each. */
function waitingIn(plan: Plan | RefusedPlan): string[] {
  if ("refusal" in plan) return [plan.refusal];
  const { registrations, state, waiting } = plan;
  if (registrations === undefined) return waiting;
  const wanted = declaredRegistrations(registrations);
  const registered = (state.registered ?? []).flatMap(({ on, found }) => {
    const { missing, excess } = registrationChanges(found, wanted);
    const there = on === undefined ? "" : ` on ${on}`;
    return [
      ...missing.map(({ address, tag }) => `${address} is not registered with ${tag}${there}`),
      ...excess.map(({ address, tag }) => `${address} is still registered with ${tag}${there}`),
    ];
  });
  return [...registered, ...waiting];
}

/** Why a preview fails with `guardrails.enforce`: a guardrail withholds something. Undefined: none does. */
export function guardedText(plans: readonly (Plan | RefusedPlan)[]): string | undefined {
  const guarded = [...new Set(plans.flatMap(({ policy }) => policy.guarded.map(({ reason }) => reason)))];
  if (guarded.length === 0) return undefined;
  return `guardrails withhold ${counted(guarded.length, "permission")}, and guardrails.enforce is set:\n  ${guarded.join("\n  ")}`;
}
