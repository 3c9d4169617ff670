import { GetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { engineAddress } from "./engine";
import { engineCommand } from "./engine-command";

/** The SDK's client of the engine; undefined where there is none. */
export function engineClient(): ReturnType<typeof settings.getEngine> {
  const address = engineAddress();
  if (address !== undefined && settings.getEngine() === undefined) {
    // The SDK knows the engine's address in a program, but not in a process that hosts dynamic providers.
    settings.resetOptions(settings.getProject(), settings.getStack(), -1, address, "", false, "");
  }
  return settings.getEngine();
}

let answer: Promise<boolean> | undefined;

/**
 * Whether an update asks for a delete, and not a destroy. A process that has seen no check can't tell: an update that
 * replaces the provider as well (`pulumi up --replace '**'`) has the old one's process delete what the new one's declares.
 * Where the system doesn't show the command, a program runs in an update alone, and has told the engine its stack's URN.
 */
export function isUpdate(): Promise<boolean> {
  return (answer ??= asked());
}

async function asked(): Promise<boolean> {
  const { word } = engineCommand();
  if (word !== undefined) return !DESTROY.has(word);
  const client = engineClient();
  if (client === undefined) return false;
  return new Promise((resolve) => {
    client.getRootResource(new GetRootResourceRequest(), (error, response) => {
      // An engine that doesn't say is none that we know of: nothing is removed where that may be wrong.
      resolve(error !== null || response.getUrn() !== "");
    });
  });
}

const DESTROY = new Set(["destroy", "down", "dn"]);
