import { RunError } from "@pulumi/pulumi";
import { InventoryError, readInventory, writeSnapshot } from "..";
import { OUTPUT_VARIABLE } from "./output";

/** The program of the recorder's own Pulumi project: reads the inventory from AWS, and writes it. */
export = async (): Promise<void> => {
  const file = process.env[OUTPUT_VARIABLE];
  if (!file)
    throw new RunError(`${OUTPUT_VARIABLE} is not set: start the recorder with npm run snapshot -- FILE`);
  try {
    await writeSnapshot(file, await readInventory({ kind: "lookups" }));
  } catch (error) {
    // Pulumi shows the message of a RunError without a stack trace.
    throw error instanceof InventoryError ? new RunError(error.message) : error;
  }
};
