/** The facts of a review where firewalls, or AWS, are recorded: planned here, without Pulumi. */
import { resolve } from "node:path";
import { outsidePulumi, readInventory, withFilters, type InventorySource } from "../../inventory";
import { printable } from "../../lib/printable";
import type { PlanLine } from "../../plan/plan-file";
import { plansFor } from "../../plan/plans";
import { isExpected, PreconditionError, requireKnownTargets } from "../../plan/preconditions";
import { readRecording } from "../../plan/recordings/read";
import type { Seen } from "../../plan/reviewed/seen";
import { guardedText, notesOf } from "../../plan/stops";
import { withWaiting } from "../../plan/waiting";
import type { Settings } from "../../settings/types";
import { hasKey, offlineSettings } from "../../settings/offline";
import type { Facts } from "./facts";
import { runIn } from "./planned";
import { factsIn, isStopped, PreviewError } from "./lines";

interface Place {
  /** The project's. */
  folder: string;
  stack: string;
  /** Where the stack's settings aren't in Pulumi.STACK.yaml. */
  configFile: string | undefined;
  environment: NodeJS.ProcessEnv;
  /** Recordings of the firewalls and of AWS, to take in their place; both from the folder. */
  rulebase: string | undefined;
  inventory: string | undefined;
}

/**
 * The facts of what an update would do by recordings.
 * @throws PreviewError with what is wrong
 */
export async function factsOfRecorded(place: Place): Promise<{ facts: Facts; seen: Seen }> {
  const lines: PlanLine[] = [];
  try {
    await plan(place, (line) => void lines.push(line));
  } catch (error) {
    if (!isExpected(error)) throw error;
    if (!isStopped(lines)) throw new PreviewError(`the preview failed:\n${printable(error.message)}`);
  }
  const { facts, seen } = factsIn(lines);
  return { facts: { ...facts, notes: [...(await recordingNotes(place)), ...facts.notes] }, seen };
}

/** Plans as the program does, and says nothing. */
async function plan(place: Place, add: (line: PlanLine) => void): Promise<void> {
  const { folder, stack, configFile: file, environment, rulebase } = place;
  const snapshot = place.inventory && resolve(folder, place.inventory);
  const configured = await offlineSettings(folder, stack, environment, { file, snapshot });
  const keyless = configured.firewalls.filter((firewall) => rulebase === undefined && !hasKey(firewall));
  if (keyless.length > 0) {
    const names = keyless.map(({ declared }) => declared.name).join(", ");
    throw new PreconditionError(`no key is given for ${names}: set PANOS_API_KEY, or give --rulebase`);
  }
  const inventory = await readInventory(withFilters(sourceFrom(folder, configured)));
  const settings = await withWaiting(configured, inventory, () => undefined);
  requireKnownTargets(inventory, settings.targets);
  const { stack: name, leaving, guardrails } = settings;
  add({ line: "account", stack: name, inventory, leaving, notes: notesOf(settings) });
  const from = { rulebase: rulebase && resolve(folder, rulebase), environment };
  const plans = await plansFor(settings, inventory, { ...runIn(from, add), onLeaving: add });
  if (guardrails.enforce && guardedText(plans) !== undefined) add({ line: "guardrails" });
}

function sourceFrom(folder: string, { inventory }: Settings): InventorySource {
  const source = outsidePulumi(inventory);
  return source.kind === "snapshot" ? { ...source, file: resolve(folder, source.file) } : source;
}

/** What a person has to know of a review that rests on recordings. */
async function recordingNotes({ folder, rulebase, inventory }: Place): Promise<string[]> {
  const notes: string[] = [];
  if (rulebase !== undefined) {
    const { takenAt } = await readRecording(resolve(folder, rulebase));
    notes.push(`The firewall was not asked: what it has is from a snapshot of ${takenAt}`);
  }
  if (inventory !== undefined) notes.push("AWS was not asked: what it has is from a snapshot");
  return notes;
}
