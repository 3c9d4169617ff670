import { RunError } from "@pulumi/pulumi";
import { InventoryError, readInventory, writeSnapshot } from "../../../inventory";
import { OUTPUT_VARIABLE } from "./output";

/** The program of the recorder's own Pulumi project: reads the inventory from AWS, and writes it. */
export = async (): Promise<void> => {
  const file = process.env[OUTPUT_VARIABLE];
  if (!file)
    throw new RunError(`${OUTPUT_VARIABLE} is not set: start the recorder with npm run snapshot -- FILE`);
  try {
    await writeSnapshot(file, await readInventory({ kind: "lookups", withStopped: true }));
  } catch (error) {
    throw error instanceof InventoryError ? withoutStack(new RunError(error.message)) : error;
  }
};

/**
 * Pulumi shows only the message of a RunError, but formats its stack as well, and Node 20 takes half a minute
 * for that: `util.inspect` colours package names in paths, and doesn't end at one like
 * `node_modules/@pulumi/resource.ts`, which the SDK's source maps make.
 */
function withoutStack(error: RunError): RunError {
  error.stack = "";
  return error;
}
