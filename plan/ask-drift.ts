/** What only the search for drift asks. */
import { placesOf } from "../declaration/placement";
import { inParallel } from "../lib/parallel";
import type { PanosClient } from "../panos/client";
import { labelOf, type ManagedFirewall } from "../panos/device-groups";
import { PanosError } from "../panos/error";
import { hitCounts } from "../panos/hit-counts";
import { listJobs } from "../panos/job";
import { pendingChanges } from "../panos/system";
import type { FirewallSettings } from "../settings/types";
import { askPushes, type AskedGroup } from "./pushes";
import type { DriftState, Hits } from "./state";

/** @param group undefined: it is a firewall */
export async function askForDrift(
  client: PanosClient,
  group: AskedGroup | undefined,
  { declared: { ownerId, cleanupRule }, mapping }: Pick<FirewallSettings, "declared" | "mapping">,
): Promise<DriftState> {
  const places = placesOf(cleanupRule, mapping.quarantine?.before);
  const [hits, changes, jobs, pushes] = await Promise.all([
    hitsOf(client, group),
    pendingChanges(client),
    listJobs(client),
    group && askPushes(client, group, ownerId, places),
  ]);
  return { hits, changes, jobs, ...(pushes && { pushes }) };
}

async function hitsOf(client: PanosClient, group: AskedGroup | undefined): Promise<Hits> {
  try {
    return group ? await groupHits(client, group.firewalls) : { counts: await hitCounts(client) };
  } catch (error) {
    if (error instanceof PanosError) return { unknown: error.message };
    throw error;
  }
}

/** The hit counts of a device group's rules: each firewall counts for itself, so all of them have to be asked. */
async function groupHits(client: PanosClient, firewalls: readonly ManagedFirewall[]): Promise<Hits> {
  const away = firewalls.filter(({ isConnected }) => !isConnected).map(labelOf);
  if (away.length > 0) {
    return { unknown: `each firewall counts for itself, and these are not connected: ${away.join(", ")}` };
  }
  return {
    each: await inParallel(firewalls, ({ serial, vsys }) => hitCounts(client.forFirewall(serial, vsys))),
  };
}
