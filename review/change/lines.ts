/** From a run's lines to a review's facts. Pure: the same lines give the same facts. */
import { declarationHash } from "../../declaration/declaration";
import type { PlanLine, ReviewedPlan } from "../../plan/plan-file";
import type { Seen } from "../../plan/reviewed/seen";
import { inventoryHash, partsHash } from "../../plan/reviewed/hashes";
import { firewallIdentity } from "../../provider/session/identity";
import type { Facts, FirewallFacts } from "./facts";
import { firewallFacts, refusedFacts } from "./from-plan";
import { leavingFacts } from "./leaving";

/** A preview did not come to what a review needs. */
export class PreviewError extends Error {
  override readonly name = "PreviewError";
  readonly code = "PREVIEW_FAILED";
}

/** Whether a limit or a guardrail has stopped the run: it failed, and its lines are whole. */
export function isStopped(lines: readonly PlanLine[]): boolean {
  return lines.some(
    (each) => each.line === "guardrails" || (each.line === "plan" && each.plan.stop?.because === "limit"),
  );
}

/** The facts in a run's lines. @throws PreviewError where a part is missing */
export function factsIn(lines: readonly PlanLine[]): { facts: Facts; seen: Seen } {
  const account = lines.find((each) => each.line === "account");
  // Of a firewall that a limit stops, what it would get comes before the refusal.
  const firewalls = new Map<string, FirewallFacts>();
  for (const each of lines) {
    if (each.line === "account" || each.line === "guardrails") continue;
    const isPlan = each.line === "plan" || each.line === "refused";
    const firewall = firewallIdentity((isPlan ? each.plan : each).firewall.declared);
    if (firewalls.has(firewall)) continue;
    firewalls.set(firewall, factsOf(each));
  }
  if (account === undefined || firewalls.size === 0) {
    throw new PreviewError(
      "the preview ended without saying what it saw: is the program in this folder another version?",
    );
  }
  const { stack, inventory, leaving, notes } = account;
  const limits = lines.flatMap((each) => (each.line === "plan" ? limitsOf(each.plan) : []));
  const all = [...firewalls.values()];
  const hashes = <T, H>(of: (facts: FirewallFacts) => T | undefined, hash: (value: T) => H) =>
    Object.fromEntries(
      all.flatMap((facts) => {
        const value = of(facts);
        return value === undefined ? [] : [[facts.firewall, hash(value)]];
      }),
    );
  return {
    facts: { stack, source: "preview", inventory, firewalls: all, limits, notes },
    seen: {
      inventory: inventoryHash(inventory),
      rulebases: hashes(({ seen }) => seen, partsHash),
      declarations: hashes(({ declared }) => declared, declarationHash),
      effects: hashes(
        ({ effects }) => effects,
        (parts) => parts,
      ),
      leaving,
    },
  };
}

function factsOf(line: Exclude<PlanLine, { line: "account" | "guardrails" }>): FirewallFacts {
  switch (line.line) {
    case "plan":
      return firewallFacts(line.plan);
    case "refused":
      return refusedFacts(line.plan);
    case "leaving":
    case "leaving-unread":
      return leavingFacts(line);
  }
}

/** What limits stop or hold back; what a run that stops would have held back counts for nothing. */
function limitsOf({ firewall: { declared }, stop, heldBack }: ReviewedPlan): Facts["limits"] {
  const texts = stop === undefined ? heldBack : stop.because === "limit" ? [stop.text] : [];
  return texts.map((text) => ({ firewall: firewallIdentity(declared), text }));
}
