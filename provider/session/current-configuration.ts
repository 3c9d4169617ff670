import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import {
  clearConfiguration,
  stackConfiguration,
  StackConfigurationError,
  stackFileName,
  type StackPlace,
} from "../../aws/secrets/stack-configuration";
import { configured } from "./configuration";
import { PROJECT } from "../../settings/configuration";
import { engineCommand } from "./engine-command";
import { Shared } from "./shared";

export { StackConfigurationError };

const OWNER = `${PROJECT}:ownerId`;

const current = new Shared(readCurrent);

/**
 * The stack's configuration as it is now. `configure` gets that of the last update in refresh and destroy, with a
 * key, a password or an address that may have been replaced since.
 * @returns a value by its full key, as text; structured ones as JSON
 * @throws StackConfigurationError that says why it can't be read
 */
export async function currentConfiguration(): Promise<(key: string) => string | undefined> {
  const values = await current.get();
  return (key) => values[key];
}

async function readCurrent(): Promise<Record<string, string>> {
  const place = await stackPlace();
  const values = await stackConfiguration(place, PROJECT);
  // A stack's mark is made once and never changes, so it tells whether this is the stack's file.
  if (values[OWNER] !== configured(OWNER)) {
    throw new StackConfigurationError(`${place.file} is another stack's: its ${OWNER} is another`);
  }
  return values;
}

/** Which stack this process works for: as its command says, or the one whose file has this stack's mark. */
async function stackPlace(): Promise<StackPlace> {
  const folder = process.cwd();
  const { cli, configFile, ...command } = engineCommand();
  const stack = command.stack ?? (process.env["PULUMI_STACK"] || undefined);
  const file = configFile ?? (stack === undefined ? await markedFile(folder) : stackFileName(stack));
  return { folder, stack, file, cli, environment: process.env };
}

async function markedFile(folder: string): Promise<string> {
  for (const name of await readdir(folder)) {
    if (!/^Pulumi\..+\.yaml$/.test(name)) continue;
    const values = await clearConfiguration(resolve(folder, name), PROJECT).catch(() => undefined);
    if (values?.[OWNER] === configured(OWNER)) return name;
  }
  throw new StackConfigurationError("no Pulumi.STACK.yaml in the project's folder has this stack's ownerId");
}
