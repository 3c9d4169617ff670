import { parseArgs } from "node:util";
import { findCli } from "../engine/findCli";
import { runCommand } from "../terminal";
import { readInventory, writeSnapshot } from ".";
import { InventoryError } from "./errors";
import { accessFrom, awsSettingsOf, record } from "./recorder/record";
import type { AwsSettings } from "./recorder/record";
import type { Inventory } from "./types";

const HELP = `Records what AWS has in a snapshot file, to attach to a bug or to replay.

  npm run snapshot -- FILE [--stack NAME] [--region REGION] [--profile PROFILE] [--ec2]

  FILE               where to write; an older snapshot there is replaced
  --stack NAME       take the AWS settings (aws:region, aws:profile, …) of Pulumi.NAME.yaml
  --region REGION    the region to read, instead of the stack's or AWS_REGION
  --profile PROFILE  the AWS profile to use, instead of the stack's or AWS_PROFILE
  --ec2              ask EC2's own API: needs no Pulumi CLI, and sees more (inventory: ec2)
  --help             this text

Without --ec2 it asks AWS through the Pulumi CLI, in a throw-away stack of its own: nothing is deployed, and no
firewall is involved. Credentials are found as AWS's own tools find them. The snapshot holds addresses, ids, names, rules
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
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    process.stderr.write(`give exactly one FILE\n\n${HELP}`);
    return 2;
  }
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
  const inventory =
    values.ec2 === true ? await recordEc2(file, settings) : await recordLookups(file, settings);
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

async function recordEc2(file: string, settings: AwsSettings): Promise<Inventory> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const inventory = await readInventory(
    { kind: "ec2", access: accessFrom(settings) },
    { info: say, warn: say },
  );
  await writeSnapshot(file, inventory);
  return inventory;
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
