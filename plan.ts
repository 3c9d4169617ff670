import type { Inventory } from "./inventory/types";
import { applicationsOf, mapInventory, servicesOf } from "./mapping";
import { alreadyAllowed } from "./mapping/coverage";
import { openActive } from "./panos/ha";
import type { PanosClient } from "./panos/client";
import { readRulebases } from "./panos/rulebase";
import { systemInfo } from "./panos/system";
import { requirePrerequisites, suspicion } from "./preconditions";
import { declarationOf, differences, foundDeclaration, type PolicyContent } from "./provider/declaration";
import { readObjects } from "./provider/objects";
import { report } from "./report";
import type { FirewallSettings } from "./settings";

/** What one firewall is to hold. */
export interface Plan extends PolicyContent {
  firewall: FirewallSettings;
  alreadyAllowed: number;
  withheld: number;
  suspicion: string | undefined;
  /** Why nothing may be written to it, where the other firewalls get theirs all the same. */
  refusal?: string;
}

/**
 * Works out what a firewall needs: what the account's permissions ask for, less what its administrators
 * allow already. Says what doesn't become a rule.
 * @throws PanosError, PreconditionError
 */
export async function planFor(firewall: FirewallSettings, inventory: Inventory): Promise<Plan> {
  const policy = mapInventory(inventory, firewall.mapping);
  const rulebases = await withClient(firewall, async (client) => {
    const [found] = await Promise.all([readRulebases(client), systemInfo(client)]);
    return found;
  });
  requirePrerequisites(rulebases.candidate, firewall);
  const coverage = alreadyAllowed(policy, rulebases, firewall.coverage);
  await report(policy, coverage, rulebases.candidate, firewall);
  return {
    firewall,
    rules: coverage.needed.map(({ rule }) => rule),
    services: servicesOf(coverage.needed, firewall.mapping.ownerId),
    applications: applicationsOf(coverage.needed, firewall.mapping.ownerId),
    alreadyAllowed: coverage.covered.length,
    withheld: policy.withheld.length,
    suspicion: suspicion(policy, inventory),
  };
}

/**
 * The plan for a firewall that could not be asked: everything that the account asks for stays declared, so
 * that nothing of it is taken for withdrawn, and nothing is written.
 */
export function refusedPlan(firewall: FirewallSettings, inventory: Inventory, refusal: string): Plan {
  const { rules, services, applications, withheld } = mapInventory(inventory, firewall.mapping);
  return {
    firewall,
    rules: rules.map(({ rule }) => rule),
    services,
    applications,
    alreadyAllowed: 0,
    withheld: withheld.length,
    suspicion: undefined,
    refusal,
  };
}

/** What the firewall's running configuration lacks of a plan or has beyond it, one sentence each. */
export async function waiting({ firewall, refusal, ...content }: Plan): Promise<string[]> {
  if (refusal !== undefined) return [refusal];
  const { ownerId, stack, cleanupRule } = firewall.declared;
  const running = await withClient(firewall, (client) => readObjects(client, "running"));
  return differences(
    declarationOf(ownerId, stack, content),
    foundDeclaration(ownerId, cleanupRule, running),
    new Set(),
  );
}

async function withClient<T>(
  { connection }: FirewallSettings,
  work: (client: PanosClient) => Promise<T>,
): Promise<T> {
  const client = await openActive(connection);
  return work(client).finally(() => client.close());
}
