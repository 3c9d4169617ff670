import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { awsAccess } from "../../../settings/aws";
import { SettingsError, collector } from "../../../settings/problems";
import type { Engines } from "../../../lib/pulumi/engine";
import type { AwsAccess } from "../../../aws/access";
import { InventoryError } from "../../../inventory/errors";
import { readSnapshot } from "../../../inventory/snapshot";
import type { Inventory } from "../../../inventory/types";
import { OUTPUT_VARIABLE } from "./output";

/** Settings of the AWS provider, by name without `aws:`. */
export type AwsSettings = Record<string, unknown>;

/**
 * Records a snapshot through a throw-away Pulumi stack, since data sources answer inside a Pulumi program
 * only. The stack's state lies in a temporary folder, and nothing is deployed: a preview asks AWS and stops.
 * @param engines the Pulumi CLI (or a stand-in for it, with answers to data sources)
 * @returns what the file holds
 * @throws InventoryError with what Pulumi said
 */
export async function record(engines: Engines, file: string, aws: AwsSettings): Promise<Inventory> {
  const state = await mkdtemp(join(tmpdir(), "aws-panos-rules-"));
  const name = `record-${process.pid}`;
  const configFile = join(__dirname, `Pulumi.${name}.yaml`);
  const recording = join(state, "snapshot.json");
  const config = Object.fromEntries(Object.entries(aws).map(([key, value]) => [`aws:${key}`, value]));
  try {
    await writeFile(configFile, stringify({ config }));
    const engine = engines.at({ stack: name, projectDir: __dirname, configFile });
    const environment = {
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      PULUMI_CONFIG_PASSPHRASE: process.env["PULUMI_CONFIG_PASSPHRASE"] ?? "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      [OUTPUT_VARIABLE]: recording,
    };
    await engine.createStack(environment);
    const { signal } = new AbortController();
    let said = "";
    const onLine = (line: string) => (said += `${line}\n`);
    const { succeeded, errors } = await engine.run({ mode: "preview", environment, signal, onLine });
    if (!succeeded) throw new InventoryError("LOOKUP_FAILED", errors.join("\n") || said.trim());
    const inventory = await readSnapshot(recording);
    await copyFile(recording, file);
    return inventory;
  } finally {
    await Promise.all([rm(configFile, { force: true }), rm(state, { recursive: true, force: true })]);
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

/**
 * How EC2's own API is asked with the AWS provider's settings.
 * @throws SettingsError
 */
export function accessFrom(settings: AwsSettings): AwsAccess {
  const { problems, report } = collector();
  const access = awsAccess((key) => {
    const value = settings[key.slice("aws:".length)];
    return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
  }, report);
  if (problems.length > 0) throw new SettingsError(problems);
  return access;
}
