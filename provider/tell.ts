import * as log from "@pulumi/pulumi/log";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { engineAddress } from "./engine";

const said = new Set<string>();

/**
 * Says something in Pulumi's output, once. Never fails: what could not be said must not stop an update.
 * @param ephemeral for a status line that the next one replaces
 */
export function tell(severity: "info" | "warn", message: string, ephemeral = false): void {
  if (said.has(message)) return;
  said.add(message);
  const address = engineAddress();
  if (address !== undefined && settings.getEngine() === undefined) {
    // The SDK knows the engine's address in a program, but not in a process that hosts dynamic providers.
    settings.resetOptions(settings.getProject(), settings.getStack(), -1, address, "", false, "");
  }
  log[severity](message, undefined, undefined, ephemeral).catch(() => undefined);
}
