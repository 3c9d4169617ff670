import { RunError } from "@pulumi/pulumi/errors";
import * as log from "@pulumi/pulumi/log";
import { printable } from "./lib/printable";
import { isDryRun } from "@pulumi/pulumi/runtime/settings";
import { groupNamesIn } from "./plan/accounts/group-names";
import { readInventory } from "./inventory";
import type { Inventory } from "./inventory/types";
import { unknownTargets } from "./mapping";
import { planFor, refusedPlan, type Plan } from "./plan/plan";
import { HeldError, requireKnownTargets } from "./plan/preconditions";
import { listed } from "./lib/text";
import { firewallIdentity } from "./provider/firewall";
import { FirewallPolicy } from "./provider/policy";
import { noteRun } from "./settings/run";
import { Reviewed } from "./review/change/reviewed";
import { tellReview } from "./review/change/seam";
import { readSettings, type Settings } from "./settings/index";
import { withWaiting } from "./plan/waiting";

/**
 * Reads what AWS allows, works out which of it crosses the firewall, leaves out what the firewall's
 * administrators allow already, and declares one security rule for each permission that remains, on each
 * firewall.
 */
async function program() {
  noteRun({ note: "started" });
  const configured = readSettings();
  const reviewed = await Reviewed.of(configured.stack, (text) => log.warn(printable(text)));
  const live = await readInventory(configured.inventory, log);
  const inventory = (await reviewed?.inventoryFor(live)) ?? live;
  noteRun({ note: "inventory-read" });
  const settings = await withWaiting(configured, inventory);
  requireKnownTargets(unknownTargets(inventory, settings.targets), inventory);

  const { stack, frozen } = settings;
  const notes = frozen === undefined ? [] : [`${frozen}: an update would write nothing now`];
  tellReview({ fact: "account", stack, inventory, notes });
  const plans = await plansFor(settings, inventory, reviewed);
  noteRun({ note: "planned" });
  if (settings.frozen !== undefined) await stopWhatWaits(settings.frozen, plans);

  const outputs = plans.map(({ firewall: { declared }, content, ...plan }): [string, object] => {
    const { registrations, isolation, suspicion, adopt, refusal, isolated, excused, outOfForce } = plan;
    const { lastCommit } = new FirewallPolicy(declared.name, {
      ...{ ...declared, ...content, registrations, suspicion, adopt, excused, listed: settings.listed },
      groupNames: groupNamesIn(content.rules),
      ...(isolation && { isolation }),
      ...(outOfForce && { outOfForce }),
      ...(refusal !== undefined && { refusal }),
    });
    const more = { ...(isolated && { isolated }), lastCommit };
    return [declared.name, { ...outcome({ content, ...plan }), ...more }];
  });
  if (isDryRun() && settings.guardrails.enforce) requireUnguarded(plans);
  return settings.listed ? { firewalls: Object.fromEntries(outputs) } : outputs[0]?.[1];
}

/** Of longer lists, the rest is counted: outputs are for people, and kept in the state. */
const MOST_LISTED = 50;

/** What becomes of the account's permissions on a firewall, as outputs of the stack. */
function outcome({ content, alreadyAllowed, withheld, onHold }: Omit<Plan, "firewall">) {
  const some = (texts: readonly string[]) => {
    const more = texts.length - MOST_LISTED;
    return [...texts.slice(0, MOST_LISTED), ...(more > 0 ? [`and ${more} more`] : [])];
  };
  return {
    rules: content.rules.length,
    alreadyAllowed: alreadyAllowed.length,
    alreadyAllowedBy: some(alreadyAllowed),
    withheld: some(withheld),
    withheldCount: withheld.length,
    onHold: some(onHold),
  };
}

/** What each firewall is to hold. Of several, one that can't be asked doesn't stop the others. */
async function plansFor(settings: Settings, inventory: Inventory, reviewed?: Reviewed): Promise<Plan[]> {
  const { firewalls } = settings;
  const failures: unknown[] = [];
  const plans = await Promise.all(
    firewalls.map((firewall) =>
      planFor(firewall, inventory, settings, reviewed).catch(async (error: unknown) => {
        failures.push(error);
        if (!isExpected(error)) throw error;
        const note = error instanceof HeldError ? "held" : "failed";
        noteRun({ note, firewall: firewallIdentity(firewall.declared), reason: error.message });
        const refusal = `nothing is written to ${firewall.declared.name}: ${error.message}`;
        if (firewalls.length > 1) await log.warn(printable(refusal));
        return refusedPlan(firewall, inventory, settings, refusal);
      }),
    ),
  );
  if (failures.length > 0 && failures.length === firewalls.length) throw failures[0];
  return plans;
}

/**
 * In a freeze a preview shows what an update would do, and an update with something to do stops.
 * @throws HeldError that lists what waits
 */
async function stopWhatWaits(frozen: string, plans: Plan[]): Promise<void> {
  if (isDryRun()) return log.warn(`${frozen}: an update would write nothing now`);
  const waits = plans
    .filter(({ waiting }) => waiting.length > 0)
    .map(({ firewall: { declared }, waiting }) => `${declared.name}: ${listed(waiting)}`);
  if (waits.length === 0) return;
  throw new HeldError(`${frozen}, so nothing was written. What waits:\n  ${waits.join("\n  ")}`);
}

/**
 * With `guardrails.enforce`, a preview fails where a guardrail withholds something, once it has shown the rest.
 * @throws HeldError that lists what is withheld
 */
function requireUnguarded(plans: Plan[]): void {
  const guarded = [...new Set(plans.flatMap((plan) => plan.guarded))];
  if (guarded.length === 0) return;
  tellReview({ fact: "guardrails" });
  throw new HeldError(
    `guardrails withhold ${guarded.length} permissions, and guardrails.enforce is set:\n  ${guarded.join("\n  ")}`,
  );
}

/** Whether an error is one that a person can mend, with a message that says how. */
function isExpected(error: unknown): error is Error & { code: unknown } {
  return error instanceof Error && "code" in error;
}

/** What a person can mend is said in a sentence; only a fault of the program shows its stack. */
export = () =>
  program().catch((error: unknown) => {
    if (!isExpected(error)) throw error;
    if (error instanceof HeldError) noteRun({ note: "held", reason: error.message });
    const said = new RunError(printable(error.message));
    // Pulumi inspects the stack of what it then doesn't show, which took Node 20 more than 20 s to colour.
    said.stack = "";
    throw said;
  });
