import * as log from "@pulumi/pulumi/log";
import { isDryRun } from "@pulumi/pulumi/runtime/settings";
import { readInventory, withFilters } from "./inventory";
import { stateOf } from "./plan/ask";
import { declaredOf, outcomeOf } from "./plan/declared";
import { isDriftAsked, isReviewed, planLine, writePlanLine } from "./plan/plan-file";
import { plansFor } from "./plan/plans";
import { HeldError, requireKnownTargets } from "./plan/preconditions";
import { Reviewed } from "./plan/reviewed";
import { failureOf, say, sayPlan } from "./plan/say";
import { summaryOf } from "./plan/summary";
import { guardedText, notesOf, requireNothingToDo } from "./plan/stops";
import { withGuard } from "./plan/with-guard";
import { endWithEngine } from "./provider/session/engine";
import { FirewallPolicy } from "./provider/policy";
import { readSettings } from "./settings/index";
import { currentRun, noteRun } from "./settings/run";

/**
 * Reads what AWS allows, works out which of it crosses the firewall, leaves out what the firewall's
 * administrators allow already, and declares one security rule for each permission that remains, on each
 * firewall.
 */
async function program() {
  endWithEngine();
  noteRun({ note: "started" });
  const configured = readSettings();
  const reviewed = await Reviewed.of(configured.stack);
  const source = isReviewed() && !isDriftAsked() ? withFilters(configured.inventory) : configured.inventory;
  const live = await readInventory(source, log);
  const { inventory, moved } = reviewed?.inventoryFor(live) ?? { inventory: live };
  const others = reviewed?.requireLeaving(configured.leaving);
  for (const text of [moved, others]) if (text !== undefined) await say([{ severity: "warn", text }]);
  noteRun({ note: "inventory-read" });
  const settings = await withGuard(configured, inventory);
  requireKnownTargets(inventory, settings.targets);

  const { stack, frozen, firewalls, listed, guardrails, leaving } = settings;
  const notes = notesOf(settings);
  writePlanLine({ line: "account", stack, inventory, leaving, notes });
  // What is registered is asked only where it is shown, or may have to stay: an update compares when it registers.
  const isShown = isReviewed() || frozen !== undefined;
  const plans = await plansFor(settings, inventory, {
    ask: (firewall, isReadInPart) =>
      stateOf(firewall, { registered: isShown || isReadInPart, drift: isDriftAsked() }, isDryRun()),
    revoked: currentRun().revoked,
    reviewed,
    onPlan: async (plan) => {
      await sayPlan(plan, firewalls.length > 1);
      writePlanLine(planLine(plan));
    },
    ...(isReviewed() && !isDriftAsked() && { onLeaving: writePlanLine }),
  });
  noteRun({ note: "planned" });
  if (isDryRun()) await say(notes.map((text) => ({ severity: "warn", text })));
  else if (frozen !== undefined) requireNothingToDo(frozen, plans);
  await say([summaryOf(plans)]);

  const outputs = plans.map((plan): [string, object] => {
    const { name } = plan.firewall.declared;
    const { lastCommit } = new FirewallPolicy(name, { ...declaredOf(plan), listed });
    return [name, { ...outcomeOf(plan), lastCommit }];
  });
  // A preview fails where a guardrail withholds something, once it has shown the rest.
  const guarded = isDryRun() && guardrails.enforce ? guardedText(plans) : undefined;
  if (guarded !== undefined) {
    writePlanLine({ line: "guardrails" });
    throw new HeldError(guarded);
  }
  return listed ? { firewalls: Object.fromEntries(outputs) } : outputs[0]?.[1];
}

export = () =>
  program().catch((error: unknown) => {
    throw failureOf(error);
  });
