import { RunError } from "@pulumi/pulumi/errors";
import { readInventory } from "./inventory";
import { applicationsOf, mapInventory, servicesOf, unknownTargets } from "./mapping";
import { alreadyAllowed } from "./mapping/coverage";
import { openActive } from "./panos/ha";
import { readRulebases } from "./panos/rulebase";
import { systemInfo } from "./panos/system";
import { requireKnownTargets, requirePrerequisites, suspicion } from "./preconditions";
import { FirewallPolicy } from "./provider/policy";
import { report } from "./report";
import { readSettings } from "./settings";

/**
 * Reads what AWS allows, works out which of it crosses the firewall, leaves out what the firewall's
 * administrators allow already, and declares one security rule for each permission that remains.
 */
async function program() {
  const settings = readSettings();
  const inventory = await readInventory(settings.inventory);
  requireKnownTargets(unknownTargets(inventory, settings.mapping), inventory);
  const policy = mapInventory(inventory, settings.mapping);

  const client = await openActive(settings.connection);
  const [rulebases] = await Promise.all([readRulebases(client), systemInfo(client)]).finally(() =>
    client.close(),
  );
  requirePrerequisites(rulebases.candidate, settings);
  const coverage = alreadyAllowed(policy, rulebases, settings.coverage);
  await report(policy, coverage, rulebases.candidate, settings);

  new FirewallPolicy(settings.firewall.name, {
    ...settings.firewall,
    rules: coverage.needed.map(({ rule }) => rule),
    services: servicesOf(coverage.needed, settings.mapping.ownerId),
    applications: applicationsOf(coverage.needed, settings.mapping.ownerId),
    suspicion: suspicion(policy, inventory),
  });
  return {
    rules: coverage.needed.length,
    alreadyAllowed: coverage.covered.length,
    withheld: policy.withheld.length,
  };
}

/** What a person can mend is said in a sentence; only a fault of the program shows its stack. */
export = () =>
  program().catch((error: unknown) => {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const said = new RunError(error.message);
    // Pulumi inspects the stack of what it then doesn't show, which took Node 20 more than 20 s to colour.
    said.stack = "";
    throw said;
  });
