import { isRecord } from "../../lib/records";
import type { Engine, Environment } from "../../lib/pulumi/engine";
import { PulumiError } from "../../lib/pulumi/error";
import type { Files } from "./files";

/**
 * Whether the state in a backend that Pulumi keeps itself has operations that a killed run began. A compressed
 * one (PULUMI_SELF_MANAGED_STATE_GZIP) isn't looked into.
 */
export async function hasPendingOperations(files: Files, project: string, stack: string): Promise<boolean> {
  const text = await files.read(`.pulumi/stacks/${project}/${stack}.json`);
  // Most states have none, and parsing a large one takes longer than looking.
  if (text?.includes('"pending_operations"') !== true) return false;
  const { checkpoint } = JSON.parse(text) as { checkpoint?: { latest?: { pending_operations?: unknown[] } } };
  return (checkpoint?.latest?.pending_operations ?? []).length > 0;
}

/**
 * Takes operations that a killed run began out of the state. What they were doing is found on the firewall: a
 * create takes over what is there. Only for who holds the ledger's lease, and while nobody holds the stack's lock.
 * @returns how many there were
 * @throws PulumiError
 */
export async function clearPendingOperations(engine: Engine, environment: Environment): Promise<number> {
  const state: unknown = JSON.parse(await engine.exportState(environment));
  const deployment = isRecord(state) ? state["deployment"] : undefined;
  if (!isRecord(state) || !isRecord(deployment)) {
    throw new PulumiError("pulumi stack export gave no deployment");
  }
  const { pending_operations: pending, ...others } = deployment;
  if (!Array.isArray(pending) || pending.length === 0) return 0;
  await engine.importState(JSON.stringify({ ...state, deployment: others }), environment);
  return pending.length;
}
