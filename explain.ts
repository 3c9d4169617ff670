import { explainPacket } from "./explain/packet";
import { HELP, readFlags, type Flags } from "./explain/flags";
import { tree } from "./explain/reason";
import { explainRule } from "./explain/rule";
import { viewOf, type View } from "./explain/view";
import { outsidePulumi, readInventory, readSnapshot } from "./inventory";
import type { Inventory } from "./inventory/types";
import { alreadyAllowed } from "./mapping/coverage";
import { throughNat } from "./mapping/nat";
import { addressesOfInterfaces } from "./mapping/routing";
import { openActive } from "./panos/ha";
import { readRulebases } from "./panos/rulebase";
import { SettingsError, type FirewallSettings, type Settings } from "./settings";
import { hasKey, offlineSettings } from "./settings/offline";
import { lines, runCommand, type Terminal } from "./terminal";
import { withWaiting } from "./waiting";

/**
 * Explains a rule, or what happens to packets.
 * @returns the exit code: 0 answered, 1 something could not be asked, 2 wrong arguments or settings
 */
export async function explain(args: string[], { output, folder, environment }: Terminal): Promise<number> {
  const say = lines(output);
  const flags = readFlags(args);
  if ("problem" in flags || flags.question === undefined) {
    say("problem" in flags ? `${flags.problem}\n\n${HELP}` : HELP);
    return "problem" in flags ? 2 : 0;
  }
  try {
    const { question } = flags;
    const { settings, firewall } = await settingsOf(flags, folder, environment);
    const inventory = await inventoryOf(flags, settings);
    const { guardrails } = await withWaiting(settings, inventory, say);
    const view = viewOf(inventory, firewall.mapping, guardrails);
    const asksFirewall = hasKey(firewall);
    if (asksFirewall) await askFirewall(firewall, view);
    const explanation = "rule" in question ? explainRule(view, question.rule) : explainPacket(view, question);
    if (flags.json) say(JSON.stringify({ ...explanation, firewallAsked: asksFirewall }, undefined, 2));
    else {
      say(tree(explanation));
      if (!asksFirewall)
        say("\n(The firewall was not asked whether its own rules allow it already: no key is given.)");
    }
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(error.message);
    return error instanceof SettingsError ? 2 : 1;
  }
}

async function settingsOf(
  { stack, firewall: name, snapshot }: Flags,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ settings: Settings; firewall: FirewallSettings }> {
  const settings = await offlineSettings(folder, stack, environment, { snapshot });
  const names = settings.firewalls.map(({ declared }) => declared.name);
  const firewall = settings.firewalls.find(({ declared }) => declared.name === (name ?? names[0]));
  if (firewall === undefined || (name === undefined && names.length > 1)) {
    throw new Error(`say which firewall: --firewall with one of ${names.join(", ")}`);
  }
  return { settings, firewall };
}

/** Data sources answer inside a Pulumi program only, so AWS is asked through EC2's own API here. */
function inventoryOf({ snapshot }: Flags, { inventory }: Settings): Promise<Inventory> {
  if (snapshot !== undefined) return readSnapshot(snapshot);
  return readInventory(outsidePulumi(inventory));
}

/** Takes into a view what the firewall has: its NAT, and what its own rules allow. */
async function askFirewall(firewall: FirewallSettings, view: View): Promise<void> {
  const client = await openActive(firewall.connection);
  const rulebases = await readRulebases(client).finally(() => client.close());
  const inside = addressesOfInterfaces(view.inventory, view.policy.protectedInterfaces);
  view.policy = throughNat(view.policy, rulebases, firewall.mapping, inside);
  view.coverage = alreadyAllowed(view.policy, rulebases, firewall.coverage);
}

if (require.main === module) runCommand(explain);
