/** The facts of a review of what an update would do now: a preview, which asks AWS and the firewall. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Stack, type StackOptions } from "../engine/stack";
import { declarationHash } from "../provider/declaration";
import { automation } from "../trigger/runner/automation";
import type { Updated } from "../trigger/runner/update";
import type { Facts, FirewallFacts } from "./facts";
import { inventoryHash, partsHash } from "./hashes";
import { FACTS_VARIABLE, readTold, type Fact } from "./seam";
import type { Seen } from "./types";

/** A preview did not come to what a review needs. */
export class PreviewError extends Error {
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
}

/**
 * The facts of a preview.
 * @throws PreviewError with what Pulumi and the program said
 */
export async function factsOfPreview(place: Place): Promise<{ facts: Facts; seen: Seen }> {
  return factsTold(await toldByPreview(place));
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
    const isStopped = told.some(({ fact }) => fact === "limit" || fact === "guardrails");
    if (!succeeded && !isStopped) {
      throw new PreviewError(`the preview failed:\n${errors.join("\n") || "it said nothing of why"}`);
    }
    return told;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Outcome = Pick<Updated, "succeeded" | "errors">;

async function preview(
  { folder, stack, configFile: file, environment, cli }: Place,
  directory: string,
  told: Record<string, string>,
): Promise<Outcome> {
  const given = Object.fromEntries(
    Object.entries(environment).filter((each): each is [string, string] => each[1] !== undefined),
  );
  const env = { ...given, ...told };
  const configFile = resolve(folder, file ?? `Pulumi.${stack}.yaml`);
  if (cli === undefined) return standIn({ projectDir: folder, name: stack, configFile, env }, directory);
  const { signal } = new AbortController();
  const engine = automation({ cli, stack, projectDir: folder, ...(file !== undefined && { configFile }) });
  return engine.run({ mode: "preview", environment: env, signal, onLine: () => undefined });
}

/** Without the stack's state: what is known of a firewall comes from it, not from the state. */
async function standIn(
  options: Pick<StackOptions, "name" | "projectDir" | "configFile"> & { env: Record<string, string> },
  directory: string,
): Promise<Outcome> {
  // The engine writes a salt into a stack file that has none.
  const configFile = join(directory, "Pulumi.yaml");
  await copyFile(options.configFile, configFile);
  const place = { ...options, configFile, backendDir: directory, executable: { kind: "engine" } as const };
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
