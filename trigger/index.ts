import { RunError } from "@pulumi/pulumi/errors";
import { deployTrigger } from "./infrastructure";
import { readTriggerSettings } from "./settings";

/** Deploys what sees changes in AWS and runs the program of the root folder for them. */
async function program() {
  return deployTrigger(await readTriggerSettings());
}

/** What a person can mend is said in a sentence; only a fault of the program shows its stack. */
export = () =>
  program().catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error)) throw error;
    const said = new RunError(error.message);
    said.stack = "";
    throw said;
  });
