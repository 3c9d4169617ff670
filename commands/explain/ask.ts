/** Asks a firewall, where a key for it is known. One that can't be asked is no reason not to say the rest. */
import type { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { openActive } from "../../panos/ha";
import type { Rulebase } from "../../panos/policy";
import { rulebasesAt } from "../../plan/ask";
import { anchored, asWritten, besideOthers } from "../../plan/on-firewall";
import type { Device, FirewallSays } from "../../review/explain/firewall";
import type { View } from "../../review/explain/view";
import { hasKey } from "../../settings/offline";
import type { FirewallSettings } from "../../settings/types";

export type NotAsked = Extract<FirewallSays, { asked: false }>;

/** A firewall whose rules were read. */
export interface Asked {
  /** Itself, or of a device group those that can be asked. */
  devices: readonly Device[];
  running: Rulebase;
}

/**
 * Asks what `work` wants to know.
 * @param closed why its key in the stack file can't be opened
 */
export async function askWithKey<T>(
  firewall: FirewallSettings,
  view: View,
  closed: string | undefined,
  work: (asked: Asked) => T | Promise<T>,
): Promise<T | NotAsked> {
  if (hasKey(firewall)) return withFirewall(firewall, view, work);
  const because =
    closed === undefined
      ? "no key is given, in the environment or in the stack file"
      : `its key in the stack file can't be opened, because ${closed}`;
  return { asked: false, because };
}

/** Reads a firewall's rules, notes its NAT and what of ours its own rules allow already, and asks it more. */
async function withFirewall<T>(
  firewall: FirewallSettings,
  view: View,
  work: (asked: Asked) => T | Promise<T>,
): Promise<T | NotAsked> {
  let client: PanosClient | undefined;
  try {
    const opened = (client = await openActive(firewall.connection));
    const { fleet, ...rulebases } = await rulebasesAt(opened);
    const devices = fleet?.firewalls
      .filter(({ isConnected }) => isConnected)
      .map(({ name, serial, vsys }) => ({ name, client: opened.forFirewall(serial, vsys) }));
    view.untranslated = view.policy;
    const placed = anchored(firewall, rulebases);
    const written = asWritten(view.policy, placed, rulebases, view.inventory, view.guardrails);
    const { asked, coverage } = besideOthers(written, placed, rulebases);
    [view.policy, view.coverage] = [asked, coverage];
    return await work({ devices: devices ?? [{ client: opened }], running: rulebases.running });
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    return { asked: false, because: error.message };
  } finally {
    await client?.close();
  }
}
