import { parseArgs } from "node:util";
import { findCli } from "../../packages/pulumi/findCli";
import { lines, runCommand } from "../terminal";
import { recordRulebases } from "../../review/change/recording";
import { inventorySource } from "../../settings/inventory";
import { hasKey, offlineSettings } from "../../settings/offline";
import { collector, SettingsError } from "../../settings/problems";
import { reader } from "../../settings/reader";
import { readStackFile } from "../../settings/stack-file";
import { readInventory, writeSnapshot, type InventorySource } from "../../inventory";
import { InventoryError } from "../../inventory/errors";
import { accessFrom, awsSettingsOf, record } from "./recorder/record";
import type { AwsSettings } from "./recorder/record";
import type { Inventory } from "../../inventory/types";

const HELP = `Records what AWS has in a snapshot file, to attach to a bug or to replay.

  npm run snapshot -- FILE [--stack NAME] [--region REGION] [--profile PROFILE] [--ec2]
  npm run snapshot -- [FILE] --stack NAME --rulebase RULEBASE

  FILE               where to write; an older snapshot there is replaced
  --stack NAME       take the AWS settings (aws:region, aws:profile, …) of Pulumi.NAME.yaml
  --region REGION    the region to read, instead of the stack's or AWS_REGION
  --profile PROFILE  the AWS profile to use, instead of the stack's or AWS_PROFILE
  --ec2              ask EC2's own API: needs no Pulumi CLI, and sees more (inventory: ec2)
  --rulebase FILE    also record the rules and objects of the stack's firewalls, for npm run review -- --rulebase
  --help             this text

Without --ec2 it asks AWS through the Pulumi CLI, in a throw-away stack of its own: nothing is deployed. A stack
with aws-panos-rules:accounts is always asked with EC2's own API. No firewall is involved but with --rulebase, which needs a key that may read (PANOS_API_KEY, or the stack's
settings that aren't encrypted). Credentials are found as AWS's own tools find them. The snapshot holds addresses, ids, names, rules
and descriptions: no secrets, but read it before you give it to others.
`;

/** @returns the exit code */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: "string" },
      region: { type: "string" },
      profile: { type: "string" },
      ec2: { type: "boolean" },
      rulebase: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [file, ...others] = positionals;
  const { rulebase } = values;
  if ((file === undefined && rulebase === undefined) || others.length > 0) {
    process.stderr.write(`give exactly one FILE\n\n${HELP}`);
    return 2;
  }
  if (rulebase !== undefined) {
    if (rulebase === "" || values.stack === undefined) {
      process.stderr.write(
        `--rulebase takes a file, and a stack whose firewalls they are: --stack NAME\n\n${HELP}`,
      );
      return 2;
    }
    await recordFirewalls(rulebase, values.stack);
  }
  if (file === undefined) return 0;
  const { aws, secret } =
    values.stack === undefined ? { aws: {}, secret: [] } : await stackSettings(values.stack);
  for (const key of secret)
    process.stderr.write(`${key} is secret and is left out: use AWS's environment variables\n`);
  const { region, profile } = values;
  const settings = {
    ...aws,
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  const source = values.stack === undefined ? undefined : await sourceOf(values.stack);
  const inventory =
    source !== undefined
      ? await recordFrom(file, source)
      : values.ec2 === true
        ? await recordFrom(file, { kind: "ec2", access: accessFrom(settings) })
        : await recordLookups(file, settings);
  if (inventory === undefined) return 1;
  const count = (list: unknown[], what: string) => `${list.length} ${what}`;
  process.stdout.write(
    `${file}: ${[
      count(inventory.vpcs, "VPCs"),
      count(inventory.instances, "running or pending instances"),
      count(inventory.networkInterfaces, "network interfaces"),
      count(inventory.securityGroups, "security groups"),
    ].join(", ")}\n`,
  );
  return 0;
}

/** Nothing where there is no Pulumi CLI, which has been said. */
async function recordLookups(file: string, settings: AwsSettings): Promise<Inventory | undefined> {
  const pulumi = findCli();
  if (pulumi === undefined) {
    process.stderr.write(
      "AWS's data sources answer through the Pulumi CLI only, and there is none on PATH or in ~/.pulumi.\n" +
        "Install it (https://www.pulumi.com/docs/install/), set PULUMI_HOME to where it is, or use --ec2.\n",
    );
    return undefined;
  }
  process.stderr.write(
    "Asking AWS. The first time, Pulumi downloads its AWS provider, which takes minutes.\n",
  );
  return record({ executable: { kind: "cli", path: pulumi } }, file, settings);
}

async function recordFrom(file: string, source: InventorySource): Promise<Inventory> {
  const say = lines(process.stderr);
  const inventory = await readInventory(source, { info: say, warn: say });
  await writeSnapshot(file, inventory);
  return inventory;
}

/** The accounts that a stack's settings list, if they do. */
async function sourceOf(stack: string): Promise<InventorySource | undefined> {
  const values = await readStackFile(process.cwd(), stack);
  const { problems, report } = collector();
  const get = (key: string) => values[key];
  const source = inventorySource(get, reader(get, report), report);
  if (source.kind !== "accounts") return undefined;
  if (problems.length > 0) throw new SettingsError(problems);
  return source;
}

async function recordFirewalls(file: string, stack: string): Promise<void> {
  const { firewalls } = await offlineSettings(process.cwd(), stack, process.env);
  const keyless = firewalls.filter((firewall) => !hasKey(firewall)).map(({ declared }) => declared.name);
  if (keyless.length > 0) {
    throw new Error(
      `no key is given for ${keyless.join(", ")}: set PANOS_API_KEY to one that may read. Settings that are ` +
        `encrypted in Pulumi.${stack}.yaml are not used here`,
    );
  }
  const recorded = Object.entries((await recordRulebases(file, firewalls)).firewalls);
  const each = recorded.map(([name, { running }]) => `${name} ${running.rules.length} rules`);
  process.stdout.write(`${file}: ${each.join(", ")}\n`);
}

async function stackSettings(stack: string): ReturnType<typeof awsSettingsOf> {
  const file = `Pulumi.${stack}.yaml`;
  try {
    return await awsSettingsOf(file);
  } catch (cause) {
    throw new InventoryError("LOOKUP_FAILED", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

runCommand(main);
