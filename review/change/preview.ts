/** The facts of a review of what an update would do now: a preview, which asks AWS and the firewall. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { Stack, type StackOptions } from "../../packages/pulumi/stack";
import { declarationHash } from "../../declaration/declaration";
import { openSettings, withStandInKeys } from "../../settings/offline";
import { automation } from "../../trigger/runner/automation";
import type { Updated } from "../../trigger/runner/update";
import type { Facts, FirewallFacts } from "./facts";
import { inventoryHash, partsHash } from "./hashes";
import { readRecording, RULEBASE_VARIABLE } from "./recording";
import { FACTS_VARIABLE, readTold, type Fact } from "./seam";
import type { Seen } from "./types";

/** A preview did not come to what a review needs. */
class PreviewError extends Error {
  override readonly name = "PreviewError";
  readonly code = "PREVIEW_FAILED";
}

export interface Place {
  /** The project's. */
  folder: string;
  stack: string;
  /** Where the stack's settings aren't in Pulumi.STACK.yaml. */
  configFile: string | undefined;
  environment: NodeJS.ProcessEnv;
  /** The Pulumi CLI; undefined: the stand-in for it. */
  cli: string | undefined;
  /** Recordings of the firewalls and of AWS, to take in their place; both from the folder. */
  rulebase?: string | undefined;
  inventory?: string | undefined;
}

/**
 * The facts of a preview.
 * @throws PreviewError with what Pulumi and the program said
 */
export async function factsOfPreview(place: Place): Promise<{ facts: Facts; seen: Seen }> {
  const { facts, seen } = factsTold(await toldByPreview(place));
  return { facts: { ...facts, notes: [...(await recordedNotes(place)), ...facts.notes] }, seen };
}

/**
 * Runs a preview and takes what it says. One that a limit or a guardrail stops says it too.
 * @param variables of the environment besides, for what the program is to tell
 * @throws PreviewError with what Pulumi and the program said
 */
export async function toldByPreview(place: Place, variables: Record<string, string> = {}): Promise<Fact[]> {
  const directory = await mkdtemp(join(tmpdir(), "aws-panos-review-"));
  const file = join(directory, "facts.jsonl");
  try {
    const { succeeded, errors } = await preview(place, directory, { ...variables, [FACTS_VARIABLE]: file });
    const told = existsSync(file) ? readTold(file) : [];
    const isStopped = told.some(
      (each) => each.fact === "guardrails" || (each.fact === "limit" && each.stops),
    );
    if (!succeeded && !isStopped) {
      throw new PreviewError(`the preview failed:\n${errors.join("\n") || "it said nothing of why"}`);
    }
    return told;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Of a stack file that has nothing encrypted. */
const NO_PASSPHRASE = "none";

function hasPassphrase(environment: Record<string, string>): boolean {
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  return phrase !== undefined || (file ?? "") !== "";
}

type Outcome = Pick<Updated, "succeeded" | "errors">;

/** What a person has to know of a review that rests on recordings. */
async function recordedNotes({ folder, rulebase, inventory }: Place): Promise<string[]> {
  const notes: string[] = [];
  if (rulebase !== undefined) {
    const { takenAt } = await readRecording(resolve(folder, rulebase));
    notes.push(`The firewall was not asked: what it has is from a snapshot of ${takenAt}`);
  }
  if (inventory !== undefined) notes.push("AWS was not asked: what it has is from a snapshot");
  return notes;
}

async function preview(
  { folder, stack, configFile: file, environment, cli, rulebase, inventory }: Place,
  directory: string,
  told: Record<string, string>,
): Promise<Outcome> {
  const given = Object.fromEntries(
    Object.entries(environment).filter((each): each is [string, string] => each[1] !== undefined),
  );
  const env = { ...given, ...told };
  if (cli === undefined) {
    if (rulebase !== undefined) env[RULEBASE_VARIABLE] = resolve(folder, rulebase);
    const configFile = join(directory, "Pulumi.yaml");
    const isSealed = rulebase === undefined && inventory === undefined && hasPassphrase(given);
    // The engine writes a salt into a stack file that has none.
    if (isSealed) await copyFile(resolve(folder, file ?? `Pulumi.${stack}.yaml`), configFile);
    else {
      const snapshot = inventory && resolve(folder, inventory);
      const open = await openSettings(folder, stack, { file, snapshot });
      // A secret of Secrets Manager is asked for only when a firewall is.
      const config = rulebase === undefined ? open : withStandInKeys(open, environment, "apiKeySecret");
      await writeFile(configFile, stringify({ config }));
      env["PULUMI_CONFIG_PASSPHRASE"] = NO_PASSPHRASE;
    }
    return standIn({ projectDir: folder, name: stack, configFile, env }, directory);
  }
  const configFile = resolve(folder, file ?? `Pulumi.${stack}.yaml`);
  const { signal } = new AbortController();
  const engine = automation({ cli, stack, projectDir: folder, ...(file !== undefined && { configFile }) });
  return engine.run({ mode: "preview", environment: env, signal, onLine: () => undefined });
}

/** Without the stack's state: what is known of a firewall comes from it, not from the state. */
async function standIn(
  options: Pick<StackOptions, "name" | "projectDir" | "configFile"> & { env: Record<string, string> },
  directory: string,
): Promise<Outcome> {
  const place = { ...options, backendDir: directory, executable: { kind: "engine" } as const };
  const { code, diagnostics, stderr } = await (await Stack.create(place)).preview();
  const errors = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message.trim());
  return { succeeded: code === 0, errors: errors.length > 0 ? errors : [stderr.trim()] };
}

/** What was told, in one piece. @throws PreviewError where a part is missing */
export function factsTold(told: readonly Fact[]): { facts: Facts; seen: Seen } {
  const account = told.find((each) => each.fact === "account");
  // Of a firewall that a limit stops, what it would get comes before the refusal.
  const firewalls = new Map<string, FirewallFacts>();
  for (const each of told) {
    if (each.fact === "firewall" && !firewalls.has(each.facts.firewall))
      firewalls.set(each.facts.firewall, each.facts);
  }
  if (account === undefined || firewalls.size === 0) {
    throw new PreviewError(
      "the preview ended without saying what it saw: is the program in this folder another version?",
    );
  }
  const { stack, inventory, notes } = account;
  const limits = told.flatMap((each) =>
    each.fact === "limit" ? [{ firewall: each.firewall, text: each.text }] : [],
  );
  const all = [...firewalls.values()];
  const hashes = <T>(of: (facts: FirewallFacts) => T | undefined, hash: (value: T) => string) =>
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
    },
  };
}
