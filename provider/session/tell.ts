import * as log from "@pulumi/pulumi/log";
import { printable } from "../../lib/printable";
import { engineCommand } from "./engine-command";
import { engineClient } from "./engine-client";

const said = new Set<string>();
let pending: Promise<unknown> = Promise.resolve();

/**
 * Says something in Pulumi's output, once. Never fails: what could not be said must not stop an update.
 * @param ephemeral for a status line that the next one replaces
 */
export function tell(severity: "info" | "warn", message: string, ephemeral = false): void {
  if (said.has(message)) return;
  said.add(message);
  engineClient();
  // Without a terminal the CLI makes a line of each status; as a debug message it is an event, and shown with --debug.
  const sending = log[ephemeral && !hasStatusLine() ? "debug" : severity](
    printable(message),
    undefined,
    undefined,
    ephemeral,
  ).catch(() => undefined);
  pending = Promise.all([pending, sending]);
}

let statusLine: boolean | undefined;

/** Whether what runs this has a line that the next status replaces. */
function hasStatusLine(): boolean {
  if (statusLine === undefined) {
    const { cli, onTerminal } = engineCommand();
    statusLine = cli === undefined || onTerminal !== false;
  }
  return statusLine;
}

/**
 * Runs an operation to its answer, and gives that only once the engine has what was told: after the last
 * answer it ends this process, and with it what is still on its way.
 */
export async function afterDiagnostics<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await pending;
  }
}
