import type { Inventory } from "./inventory/types";
import { requireFit, requireWithinLimits } from "./limits";
import { applicationsOf, servicesOf } from "./mapping";
import { alreadyAllowed } from "./mapping/coverage";
import { mapWithin } from "./mapping/guardrails";
import { capacity } from "./panos/capacity";
import { openActive } from "./panos/ha";
import type { PanosClient } from "./panos/client";
import { readRulebases } from "./panos/rulebase";
import { systemInfo } from "./panos/system";
import { requirePrerequisites, suspicion } from "./preconditions";
import {
  declarationOf,
  differences,
  foundDeclaration,
  ruleChanges,
  type PolicyContent,
} from "./provider/declaration";
import { firewallIdentity } from "./provider/firewall";
import { objectsIn, type PolicyObjects } from "./provider/objects";
import { ownObjects } from "./provider/ownership";
import { report } from "./report";
import type { FirewallSettings, Settings } from "./settings";

/** What one firewall is to hold. */
export interface Plan {
  firewall: FirewallSettings;
  content: PolicyContent;
  alreadyAllowed: number;
  /** Why what doesn't become a rule doesn't, one sentence each. */
  withheld: string[];
  /** Those of them that are due to a guardrail. */
  guarded: string[];
  /** What the running configuration lacks of this or has beyond it, one sentence each. */
  waiting: string[];
  suspicion: string | undefined;
  /** Why nothing may be written to it, where the other firewalls get theirs all the same. */
  refusal?: string;
}

/**
 * Works out what a firewall needs: what the account's permissions ask for, less what its administrators
 * allow already. Says what doesn't become a rule.
 * @throws PanosError, PreconditionError
 */
export async function planFor(
  firewall: FirewallSettings,
  inventory: Inventory,
  { guardrails, limits }: Pick<Settings, "guardrails" | "limits">,
): Promise<Plan> {
  const policy = mapWithin(inventory, firewall.mapping, guardrails);
  const { rulebases, most } = await withClient(firewall, async (client) => {
    const [found, most] = await Promise.all([readRulebases(client), capacity(client), systemInfo(client)]);
    return { rulebases: found, most };
  });
  requirePrerequisites(rulebases.candidate, firewall);
  const coverage = alreadyAllowed(policy, rulebases, firewall.coverage);
  await report(policy, coverage, rulebases.candidate, firewall);
  const { ownerId } = firewall.mapping;
  const content = {
    rules: coverage.needed.map(({ rule }) => rule),
    services: servicesOf(coverage.needed, ownerId),
    applications: applicationsOf(coverage.needed, ownerId),
  };
  const doubt = suspicion(policy, inventory);
  const { changes, waiting, others, kept } = againstRunning(
    firewall,
    content,
    objectsIn(rulebases.runningVsys),
  );
  const identity = firewallIdentity(firewall.declared);
  requireFit({ ...content, rules: coverage.needed }, others, identity, limits, most);
  requireWithinLimits(changes, kept, identity, limits, doubt);
  return {
    firewall,
    content,
    alreadyAllowed: coverage.covered.length,
    withheld: policy.withheld.map(({ reason }) => reason),
    guarded: policy.guarded.map(({ reason }) => reason),
    waiting,
    suspicion: doubt,
  };
}

/** What is to be declared, held against the running configuration. */
function againstRunning({ declared }: FirewallSettings, content: PolicyContent, running: PolicyObjects) {
  const { ownerId, stack, cleanupRule } = declared;
  const own = ownObjects(ownerId, running);
  const wanted = declarationOf(ownerId, stack, content);
  const found = foundDeclaration(ownerId, cleanupRule, running);
  const { added, changed, removed } = ruleChanges(found, wanted);
  // A rule on hold stays as it is.
  const isFree = (rule: string) => !own.held.includes(rule);
  const changes = { added, changed: changed.filter(isFree), removed: removed.filter(isFree) };
  return {
    changes,
    waiting: differences(wanted, found, new Set(own.held)),
    kept: own.rules.length - changes.removed.length,
    others: {
      rules: running.rules.size - own.rules.length,
      services: running.services.size - own.services.length,
    },
  };
}

/**
 * The plan for a firewall that could not be asked: everything that the account asks for stays declared, so
 * that nothing of it is taken for withdrawn, and nothing is written.
 */
export function refusedPlan(
  firewall: FirewallSettings,
  inventory: Inventory,
  { guardrails }: Pick<Settings, "guardrails">,
  refusal: string,
): Plan {
  const { rules, services, applications, withheld, guarded } = mapWithin(
    inventory,
    firewall.mapping,
    guardrails,
  );
  return {
    firewall,
    content: { rules: rules.map(({ rule }) => rule), services, applications },
    alreadyAllowed: 0,
    withheld: withheld.map(({ reason }) => reason),
    guarded: guarded.map(({ reason }) => reason),
    waiting: [refusal],
    suspicion: undefined,
    refusal,
  };
}

async function withClient<T>(
  { connection }: FirewallSettings,
  work: (client: PanosClient) => Promise<T>,
): Promise<T> {
  const client = await openActive(connection);
  return work(client).finally(() => client.close());
}
