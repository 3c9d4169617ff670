/** The facts of a review of what an update would do now: a preview, which asks AWS and the firewall. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { openSettings } from "../../settings/offline";
import type { Engines, UpdateResult } from "../../lib/pulumi/engine";
import type { Facts } from "./facts";
import { FACTS_VARIABLE, readPlanFile, type PlanLine } from "../../plan/plan-file";
import type { Seen } from "../../plan/reviewed/seen";
import { factsIn, isStopped, PreviewError } from "./lines";

export interface Place {
  /** The project's. */
  folder: string;
  stack: string;
  /** Where the stack's settings aren't in Pulumi.STACK.yaml. */
  configFile: string | undefined;
  environment: NodeJS.ProcessEnv;
  /** What runs the preview. */
  engines: Engines;
}

/**
 * The facts of a preview.
 * @throws PreviewError with what Pulumi and the program said
 */
export async function factsOfPreview(place: Place): Promise<{ facts: Facts; seen: Seen }> {
  return factsIn(await linesOfPreview(place));
}

/**
 * Runs a preview and takes what it writes for a review. One that a limit or a guardrail stops writes it too.
 * @param variables of the environment besides, for what the program is to write
 * @throws PreviewError with what Pulumi and the program said
 */
export async function linesOfPreview(
  place: Place,
  variables: Record<string, string> = {},
): Promise<PlanLine[]> {
  const directory = await mkdtemp(join(tmpdir(), "aws-panos-review-"));
  const file = join(directory, "facts.jsonl");
  try {
    const { succeeded, errors } = await preview(place, directory, { ...variables, [FACTS_VARIABLE]: file });
    const lines = existsSync(file) ? readPlanFile(file) : [];
    if (!succeeded && !isStopped(lines)) {
      throw new PreviewError(`the preview failed:\n${errors.join("\n") || "it said nothing of why"}`);
    }
    return lines;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Of a stack file that has nothing encrypted. */
const NO_PASSPHRASE = "none";

function hasPassphrase(environment: NodeJS.ProcessEnv): boolean {
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  return phrase !== undefined || (file ?? "") !== "";
}

async function preview(
  { folder, stack, configFile: file, environment, engines }: Place,
  directory: string,
  variables: Record<string, string>,
): Promise<UpdateResult> {
  const env = { ...environment, ...variables };
  let configFile = file === undefined ? undefined : resolve(folder, file);
  if (engines.isStandIn) {
    // Without the stack's state: what is known of a firewall comes from it, not from the state.
    env["PULUMI_BACKEND_URL"] = pathToFileURL(directory).href;
    configFile = join(directory, "Pulumi.yaml");
    // The engine writes a salt into a stack file that has none.
    if (hasPassphrase(environment))
      await copyFile(resolve(folder, file ?? `Pulumi.${stack}.yaml`), configFile);
    else {
      const config = await openSettings(folder, stack, { file });
      await writeFile(configFile, stringify({ config }));
      env["PULUMI_CONFIG_PASSPHRASE"] = NO_PASSPHRASE;
    }
  }
  const engine = engines.at({ stack, projectDir: folder, configFile });
  if (engines.isStandIn) await engine.createStack(env);
  const { signal } = new AbortController();
  return engine.run({ mode: "preview", environment: env, signal, onLine: () => undefined });
}
