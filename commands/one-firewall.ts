/** What commands about one firewall of a stack begin with: its settings, its secrets opened, and the account. */
import { outsidePulumi, readInventory, readSnapshot } from "../inventory";
import type { Inventory } from "../inventory/types";
import { findCli } from "../lib/pulumi/find-cli";
import { openedSettings } from "../settings/offline";
import type { FirewallSettings, Settings } from "../settings/types";
import { UsageError } from "./framework";

interface Asked {
  stack: string;
  /** Which; undefined: the only one. */
  firewall: string | undefined;
  /** A snapshot that stands for the account. */
  inventory: string | undefined;
}

/** @throws UsageError where there are several, and none is named */
export async function oneFirewall(
  { stack, firewall: name, inventory: snapshot }: Asked,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ settings: Settings; firewall: FirewallSettings; closed?: string }> {
  const cli = findCli(environment);
  const { settings, ...rest } = await openedSettings(folder, stack, environment, { snapshot, cli });
  const names = settings.firewalls.map(({ declared }) => declared.name);
  const firewall = settings.firewalls.find(({ declared }) => declared.name === (name ?? names[0]));
  if (firewall === undefined || (name === undefined && names.length > 1)) {
    throw new UsageError([`say which firewall: --firewall with one of ${names.join(", ")}`]);
  }
  return { settings, firewall, ...rest };
}

/** What AWS has: where the stack's own way to ask doesn't work here, through EC2's API. */
export function inventoryOf(
  { inventory: snapshot }: Pick<Asked, "inventory">,
  { inventory }: Pick<Settings, "inventory">,
): Promise<Inventory> {
  if (snapshot !== undefined) return readSnapshot(snapshot);
  return readInventory(outsidePulumi(inventory));
}
