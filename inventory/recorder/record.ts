import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { InventoryError } from "../errors";
import { readSnapshot } from "../snapshot";
import type { Inventory } from "../types";
import { OUTPUT_VARIABLE } from "./output";
import { run } from "./pulumi";
import type { Command } from "./pulumi";

/** Settings of the AWS provider, by name without `aws:`. */
export type AwsSettings = Record<string, unknown>;

/**
 * Records a snapshot through a throw-away Pulumi stack, since data sources answer inside a Pulumi program
 * only. The stack's state lies in a temporary folder, and nothing is deployed: a preview asks AWS and stops.
 * @param command what takes the Pulumi CLI's arguments
 * @returns what the file holds
 * @throws InventoryError with what the CLI said
 */
export async function record(command: Command, file: string, aws: AwsSettings): Promise<Inventory> {
  const target = resolve(file);
  const state = await mkdtemp(join(tmpdir(), "aws-panos-rules-"));
  const stack = `record-${process.pid}`;
  const stackFile = join(__dirname, `Pulumi.${stack}.yaml`);
  const unfinished = join(state, "snapshot.json");
  const environment = {
    ...process.env,
    [OUTPUT_VARIABLE]: unfinished,
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    // Nothing in this stack is secret; the CLI wants a passphrase all the same.
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const config = Object.fromEntries(Object.entries(aws).map(([name, value]) => [`aws:${name}`, value]));
  try {
    await writeFile(stackFile, stringify({ config }));
    for (const args of [
      ["stack", "init", stack],
      ["preview", "--stack", stack],
    ]) {
      const { code, said } = await run(
        command,
        [...args, "--cwd", __dirname, "--non-interactive"],
        environment,
      );
      if (code !== 0) {
        throw new InventoryError("LOOKUP_FAILED", `pulumi ${args[0]} ended with exit code ${code}:\n${said}`);
      }
    }
    const content = await readFile(unfinished);
    const inventory = await readSnapshot(unfinished);
    await writeFile(target, content);
    return inventory;
  } finally {
    await Promise.all([rm(stackFile, { force: true }), rm(state, { recursive: true, force: true })]);
  }
}

/**
 * The AWS provider's settings in a stack file, so that a recording asks with what the stack runs with.
 * Secret ones can't be read without the stack's passphrase; they are named so that they can be given otherwise.
 */
export async function awsSettingsOf(stackFile: string): Promise<{ aws: AwsSettings; secret: string[] }> {
  const document = parse(await readFile(stackFile, "utf8")) as { config?: Record<string, unknown> } | null;
  const aws: AwsSettings = {};
  const secret: string[] = [];
  for (const [key, value] of Object.entries(document?.config ?? {})) {
    if (!key.startsWith("aws:")) continue;
    if (JSON.stringify(value).includes('"secure":')) secret.push(key);
    else aws[key.slice("aws:".length)] = value;
  }
  return { aws, secret };
}
