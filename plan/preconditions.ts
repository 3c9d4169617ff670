import type { Inventory } from "../inventory/types";
import { unknownTargets } from "../mapping";
import { deniedBefore } from "../mapping/panorama";
import { missingPrerequisites, uncommittedPrerequisites } from "../mapping/prerequisites";
import type { MappingOptions, Policy } from "../mapping/types";
import type { Rulebase } from "../panos/policy";
import type { FirewallSettings, Settings } from "../settings/types";

/** Something outside this program is not as its configuration says. Nothing has been written. */
export class PreconditionError extends Error {
  override readonly name = "PreconditionError";
  readonly code: string = "PRECONDITION_FAILED";
}

/** A limit, a freeze or the pause switch of the stack configuration stops the run: a person has to decide. */
export class HeldError extends PreconditionError {
  override readonly code = "HELD";
}

/** What a review was approved for has moved on. It was approved as a whole: nothing is written to any firewall. */
export class MovedError extends HeldError {}

/** Whether an error is one that a person can mend, with a message that says how. */
export function isExpected(error: unknown): error is Error & { code: unknown } {
  return error instanceof Error && "code" in error;
}

/**
 * Refuses configured firewall targets that AWS doesn't know: with one of them gone or misspelled, the rules
 * of everything behind it would quietly go as well.
 * @throws PreconditionError
 */
export function requireKnownTargets(inventory: Inventory, targets: Settings["targets"]): void {
  const unknown = unknownTargets(inventory, targets);
  if (unknown.length === 0) return;
  throw new PreconditionError(
    `aws-panos-rules:firewall: ${unknown.join(", ")} ${unknown.length === 1 ? "is" : "are"} nowhere in the inventory` +
      `${place(inventory)}: no route points there and no interface or instance has that id. ` +
      "Check the id, aws:region and the role that is used",
  );
}

/**
 * @throws PreconditionError that names every rule, zone or profile that our rules need and that is missing, or that is
 *   not committed where our commit leaves others' changes out
 */
export function requirePrerequisites(
  rulebases: Record<"candidate" | "running", Rulebase>,
  { cleanupRule, mapping, commitScope }: FirewallSettings,
): void {
  const missing = [
    ...missingPrerequisites(rulebases.candidate, cleanupRule, mapping),
    ...(commitScope === "own" ? uncommittedPrerequisites(rulebases, cleanupRule, mapping) : []),
  ];
  if (missing.length > 0) throw new PreconditionError(missing.join("\n"));
}

/**
 * What every run says of a cleanup rule that doesn't deny everything that comes to it.
 * @throws PreconditionError in place of that, where guardrails are enforced
 */
export function requireDenial(doubts: readonly string[], { guardrails }: Pick<Settings, "guardrails">): void {
  if (doubts.length === 0 || !guardrails.enforce) return;
  throw new PreconditionError(
    `aws-panos-rules:cleanupRule: ${doubts.join("\n")}\nNothing was written, because guardrails.enforce is set. ` +
      "Mend the rule, or name one that denies everything",
  );
}

/** @throws PreconditionError that names Panorama's rule, where it denies everything before a local rule is looked at */
export function requireReachable(
  running: Rulebase,
  zones: readonly (readonly [from: string, to: string])[],
): void {
  const denied = deniedBefore(running, zones);
  if (denied !== undefined) throw new PreconditionError(denied);
}

/** @throws PreconditionError that names both ends, where VPCs share addresses and the configuration refuses that */
export function requireNoOverlaps(overlaps: readonly string[], { overlaps: wanted }: MappingOptions): void {
  if (wanted !== "refuse" || overlaps.length === 0) return;
  throw new PreconditionError(
    `aws-panos-rules:overlaps is refuse: ${overlaps.join("\n")}\n` +
      "Nothing was written. Give the VPCs zones of their own (aws-panos-rules:zones), or set overlaps to warn",
  );
}

/** @throws PreconditionError that names each rule of `adopt` that can't be taken over, and why */
export function requireAdoptable(refused: readonly string[]): void {
  if (refused.length === 0) return;
  throw new PreconditionError(
    `aws-panos-rules:adopt: ${refused.join("\n")}\nNothing was written. Mend that, or take the name off the list`,
  );
}

/** Why an empty policy may be a mistake, for the provider to refuse removing everything because of it. */
export function suspicion(policy: Policy, inventory: Inventory): string | undefined {
  if (policy.protectedInterfaces.length > 0) return undefined;
  return (
    `no running instance${place(inventory)} has an interface whose route table sends its internet traffic to the ` +
    "configured firewall: is it the right region, role and aws-panos-rules:firewall?"
  );
}

function place({ region, accountId, accounts }: Inventory): string {
  if (accounts !== undefined) {
    return ` of ${accounts.map((each) => `account ${each.accountId} in ${each.region}`).join(", ")}`;
  }
  return [region && ` in ${region}`, accountId && ` of account ${accountId}`].filter(Boolean).join("");
}
