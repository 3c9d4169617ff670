import * as log from "@pulumi/pulumi/log";
import { waitingFor } from "../guard/held";
import { readWaiting } from "../guard/read-waiting";
import { readPolicy } from "../guard/policy/read";
import { approvalStore, approveFlags, guardTable } from "../guard/stores";
import type { Inventory } from "../inventory/types";
import { printable } from "../lib/printable";
import type { Settings } from "../settings/types";

/**
 * The settings, with what waits for an approval among the guardrails: as guard.yaml and the guard's stores say
 * now. A store that can't be read is a warning, and withholds.
 * @throws GuardError `POLICY`
 */
export async function withWaiting(
  settings: Settings,
  inventory: Inventory,
  warn: (message: string) => unknown = (message) => log.warn(printable(message)),
): Promise<Settings> {
  const { guard, guardrails } = settings;
  if (guard === undefined) return settings;
  const policy = await readPolicy(guard.policy);
  const [approvals, table] = await Promise.all([
    approvalStore(guard.approvals, guard.place),
    guard.table === undefined ? undefined : guardTable(guard.table, guard.place),
  ]);
  const stores = {
    approvals,
    records: table?.records,
    uses: table?.uses,
    approveFlags: approveFlags(guard.approvals, guard.place),
  };
  const waits = waitingFor(inventory, await readWaiting(inventory, policy, stores, warn));
  return { ...settings, guardrails: { ...guardrails, waits } };
}
