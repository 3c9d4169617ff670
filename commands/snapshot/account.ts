import { join } from "node:path";
import { readInventory, withFilters, writeSnapshot, type InventorySource } from "../../inventory";
import { InventoryError } from "../../inventory/errors";
import type { Inventory } from "../../inventory/types";
import { findCli } from "../../lib/pulumi/find-cli";
import { inventorySource } from "../../settings/inventory";
import { collector, SettingsError } from "../../settings/problems";
import { tableReader } from "../../settings/reader";
import { readStackFile } from "../../settings/stack-file";
import type { GivenTo, Terminal } from "../framework";
import { enginesOf } from "../pulumi";
import { accessFrom, awsSettingsOf, record } from "./recorder/record";
import type { AwsSettings } from "./recorder/record";
import type { snapshotTable } from "./table";

type Say = (text: string) => void;

/** Records what AWS has: as the stack asks it, through data sources, or through EC2's own API. */
export async function recordAccount(
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
  if (source?.kind === "accounts") return recordFrom(file, { ...source, withStopped: true }, say);
  return ec2 || source?.kind === "ec2"
    ? recordFrom(file, { kind: "ec2", access: accessFrom(settings), withStopped: true }, say)
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
  say(
    "Asking AWS. The first time, Pulumi downloads its AWS provider, which takes minutes; with --ec2 it needs none.",
  );
  return record(enginesOf({ kind: "cli", path: pulumi }), file, settings);
}

async function recordFrom(file: string, source: InventorySource, say: Say): Promise<Inventory> {
  const inventory = await readInventory(withFilters(source), { info: say, warn: say });
  inventory.filters?.unread.forEach(say);
  await writeSnapshot(file, inventory);
  return inventory;
}

/** Where a stack's inventory comes from, if its settings say so rightly. */
async function sourceOf(stack: string, folder: string): Promise<InventorySource | undefined> {
  const values = await readStackFile(folder, stack);
  const { problems, report } = collector();
  const get = (key: string) => values[key];
  const source = inventorySource(get, tableReader(get, report), report);
  // What else is wrong with them is for a run to say.
  if (source.kind === "accounts" && problems.length > 0) throw new SettingsError(problems);
  return source;
}

async function stackSettings(stack: string, folder: string): ReturnType<typeof awsSettingsOf> {
  const file = `Pulumi.${stack}.yaml`;
  try {
    return await awsSettingsOf(join(folder, file));
  } catch (cause) {
    throw new InventoryError("LOOKUP_FAILED", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}
