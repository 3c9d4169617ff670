import { join, resolve } from "node:path";
import { recordRulebases } from "../../review/change/recording";
import { inventorySource } from "../../settings/inventory";
import { hasKey, offlineSettings } from "../../settings/offline";
import { collector, SettingsError } from "../../settings/problems";
import { tableReader } from "../../settings/reader";
import { readStackFile } from "../../settings/stack-file";
import { readInventory, writeSnapshot, type InventorySource } from "../../inventory";
import { InventoryError } from "../../inventory/errors";
import { accessFrom, awsSettingsOf, record } from "./recorder/record";
import type { AwsSettings } from "./recorder/record";
import type { Inventory } from "../../inventory/types";
import { command, lines, refuse, type GivenTo, type Terminal } from "../framework";
import { findCli } from "../pulumi";
import { snapshotTable } from "./table";

type Say = (text: string) => void;

export const snapshot = command(snapshotTable, async (given, terminal) => {
  const { output, errors, folder, environment } = terminal;
  const [say, complain] = [lines(output), lines(errors)];
  const { stack, rulebase } = given;
  const [file] = given.operands;
  refuse(
    file === undefined && rulebase === undefined && "give FILE: where to write",
    rulebase !== undefined &&
      stack === undefined &&
      "--rulebase takes a stack whose firewalls they are: give --stack NAME too",
  );
  if (rulebase !== undefined && stack !== undefined)
    say(await recordFirewalls(rulebase, stack, folder, environment));
  if (file === undefined) return "fine";
  const { vpcs, instances, networkInterfaces, securityGroups } = await recordAccount(
    resolve(folder, file),
    given,
    terminal,
    complain,
  );
  const counts = [
    `${vpcs.length} VPCs`,
    `${instances.length} running or pending instances`,
    `${networkInterfaces.length} network interfaces`,
    `${securityGroups.length} security groups`,
  ];
  say(`${file}: ${counts.join(", ")}`);
  return "fine";
});

async function recordAccount(
  file: string,
  { stack, region, profile, ec2 }: GivenTo<typeof snapshotTable>,
  { folder, environment }: Terminal,
  say: Say,
): Promise<Inventory> {
  const { aws, secret } = stack === undefined ? { aws: {}, secret: [] } : await stackSettings(stack, folder);
  for (const key of secret) say(`${key} is secret and is left out: use AWS's environment variables`);
  const settings = {
    ...aws,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  };
  const source = stack === undefined ? undefined : await sourceOf(stack, folder);
  if (source !== undefined) return recordFrom(file, source, say);
  return ec2
    ? recordFrom(file, { kind: "ec2", access: accessFrom(settings) }, say)
    : recordLookups(file, settings, findCli(environment), say);
}

function recordLookups(
  file: string,
  settings: AwsSettings,
  pulumi: string | undefined,
  say: Say,
): Promise<Inventory> {
  if (pulumi === undefined) {
    throw new InventoryError(
      "LOOKUP_FAILED",
      "AWS's data sources answer through the Pulumi CLI only, and there is none on PATH or in ~/.pulumi.\n" +
        "Install it (https://www.pulumi.com/docs/install/), set PULUMI_HOME to where it is, or use --ec2.",
    );
  }
  say("Asking AWS. The first time, Pulumi downloads its AWS provider, which takes minutes.");
  return record({ executable: { kind: "cli", path: pulumi } }, file, settings);
}

async function recordFrom(file: string, source: InventorySource, say: Say): Promise<Inventory> {
  const inventory = await readInventory(source, { info: say, warn: say });
  await writeSnapshot(file, inventory);
  return inventory;
}

/** The accounts that a stack's settings list, if they do. */
async function sourceOf(stack: string, folder: string): Promise<InventorySource | undefined> {
  const values = await readStackFile(folder, stack);
  const { problems, report } = collector();
  const get = (key: string) => values[key];
  const source = inventorySource(get, tableReader(get, report), report);
  if (source.kind !== "accounts") return undefined;
  if (problems.length > 0) throw new SettingsError(problems);
  return source;
}

/** @returns what was recorded, for a person */
async function recordFirewalls(
  file: string,
  stack: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const { firewalls } = await offlineSettings(folder, stack, environment);
  const keyless = firewalls.filter((firewall) => !hasKey(firewall)).map(({ declared }) => declared.name);
  if (keyless.length > 0) {
    throw new Error(
      `no key is given for ${keyless.join(", ")}: set PANOS_API_KEY to one that may read. Settings that are ` +
        `encrypted in Pulumi.${stack}.yaml are not used here`,
    );
  }
  const recorded = Object.entries((await recordRulebases(resolve(folder, file), firewalls)).firewalls);
  const each = recorded.map(([name, { running }]) => `${name} ${running.rules.length} rules`);
  return `${file}: ${each.join(", ")}`;
}

async function stackSettings(stack: string, folder: string): ReturnType<typeof awsSettingsOf> {
  const file = `Pulumi.${stack}.yaml`;
  try {
    return await awsSettingsOf(join(folder, file));
  } catch (cause) {
    throw new InventoryError("LOOKUP_FAILED", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}
