import * as log from "@pulumi/pulumi/log";
import { isDryRun } from "@pulumi/pulumi/runtime/settings";
import { attributed } from "./accounts/attribution";
import { withKeptRules } from "./accounts/keep";
import { askForDrift } from "../review/drift/asking";
import { driftFacts } from "../review/drift/telling";
import type { Inventory } from "../inventory/types";
import { requireWithinLimits, revokedAmong, withinLimits } from "./limits";
import {
  addressGroupsOf,
  applicationsOf,
  prefixListGroupsOf,
  prefixListObjects,
  registrationsOf,
  servicesOf,
} from "../mapping";
import { adoption } from "../mapping/adoption";
import { cleanupDoubts } from "../mapping/cleanup";
import { withApplicationShift } from "../mapping/application-shift";
import { alreadyAllowed, coveredBy, type Coverage } from "../mapping/coverage";
import { mapWithin, withinGuardrails, type GuardedPolicy } from "../mapping/guardrails";
import { permissionLabel } from "../mapping/describe";
import { throughNat } from "../mapping/nat";
import { ofThePassing } from "../mapping/order";
import { withOverrides } from "../mapping/overrides";
import { isolatedMessages } from "../mapping/quarantine";
import { addressesOfInterfaces } from "../mapping/routing";
import { namesIn, respelled, withFreeNames } from "../mapping/taken-names";
import { unseen } from "../mapping/unseen";
import type { Isolation, MappedAddressGroup, MappedRule } from "../mapping/types";
import { openActive } from "../panos/ha";
import type { PanosClient } from "../panos/client";
import type { Rulebase } from "../panos/policy";
import { printable } from "../lib/printable";
import type { Registration } from "../panos/registered";
import {
  PreconditionError,
  requireAdoptable,
  requireNoOverlaps,
  requireDenial,
  requirePrerequisites,
  suspicion,
} from "./preconditions";
import { declarationOf, foundDeclaration, type PolicyContent } from "../declaration/declaration";
import { differences, ruleChanges, type RuleChanges } from "../declaration/differences";
import { firewallIdentity } from "../provider/firewall";
import type { Adoptions } from "../declaration/adoptions";
import type { Difference } from "../declaration/differences";
import type { PolicyObjects } from "../declaration/objects";
import { ownObjects } from "../declaration/ownership";
import { currentRun, noteRun } from "../settings/run";
import { outOfForce } from "../declaration/out-of-force";
import { placesOf } from "../declaration/placement";
import type { IsolationArgs } from "../provider/policy";
import {
  declaredRegistrations,
  registrationChanges,
  registrationsOfStack,
} from "../declaration/registrations";
import { adoptedContent } from "../declaration/adoptions";
import { report, reportAdoption } from "./report";
import { askFirewall, recordedAnswers, type FirewallAnswers } from "../review/change/recording";
import type { Reviewed } from "../review/change/reviewed";
import { isDriftAsked, isReviewed, tellReview } from "../review/change/seam";
import { firewallFacts, refusedFacts } from "../review/change/telling";
import type { FirewallSettings, Settings } from "../settings/index";

/** What one firewall is to hold. */
export interface Plan {
  firewall: FirewallSettings;
  content: PolicyContent;
  /** Addresses to register, by tag; undefined where rules name addresses. */
  registrations: Record<string, string[]> | undefined;
  /** What isolates instances, besides rules; absent: no setting does. */
  isolation?: IsolationArgs;
  /** Who is isolated and why, one sentence each; absent: no setting isolates anybody. */
  isolated?: string[];
  /** What administrators' rules allow already, one sentence each. */
  alreadyAllowed: string[];
  /** Rules of ours that an administrator has put on hold. */
  onHold: string[];
  /** Why what doesn't become a rule doesn't, one sentence each. */
  withheld: string[];
  /** Those of them that are due to a guardrail. */
  guarded: string[];
  /** What the running configuration lacks of this or has beyond it, one sentence each. */
  waiting: string[];
  /** What of it the running configuration has not as it is declared; absent: it was not read. */
  outOfForce?: Difference[];
  suspicion: string | undefined;
  /** Rules that may go without counting as removed. */
  excused: string[];
  /** Administrator's rules that are to be replaced. */
  adopt: Adoptions;
  /** Why nothing may be written to it, where the other firewalls get theirs all the same. */
  refusal?: string;
}

/**
 * Works out what a firewall needs: what the account's permissions ask for, less what its administrators
 * allow already. Says what doesn't become a rule.
 * @param reviewed the review that it has to keep to, if there is one
 * @throws PanosError, PreconditionError
 */
export async function planFor(
  firewall: FirewallSettings,
  inventory: Inventory,
  { guardrails, limits, frozen }: Pick<Settings, "guardrails" | "limits" | "frozen">,
  reviewed?: Reviewed,
): Promise<Plan> {
  const mapped = policyFor(firewall, inventory, guardrails);
  requireNoOverlaps(mapped.overlaps, firewall.mapping);
  const recorded = recordedAnswers(firewall, isDryRun());
  const {
    rulebases,
    objects: running,
    capacity: most,
    candidateObjects,
  }: FirewallAnswers = recorded ?? (await withClient(firewall, askFirewall));
  requirePrerequisites(rulebases.candidate, firewall);
  const onFirewall = judged(mapped, firewall, rulebases, inventory, guardrails);
  const { asked, needs } = onFirewall;
  const { adopted, refused, gone } = adoption(needs.needed, asked, rulebases, firewall.coverage);
  requireAdoptable(refused);
  const { ownerId } = firewall.mapping;
  const identity = firewallIdentity(firewall.declared);
  await reviewed?.requireRulebase(identity, rulebases, ownerId);
  const { isolation } = asked;
  const doubt = suspicion(asked, inventory);
  const groupsOf = (rules: MappedRule[]) => addressGroupsOf(rules, asked.addressGroups);
  const needed = contentOf(needs.needed, groupsOf(needs.needed), isolation, ownerId);
  const wanted = withAddressesOf(
    await withUnread(needed, inventory, running, firewall, guardrails),
    rulebases,
  );
  const revoked = (removed: readonly string[]) =>
    limits.revoked === "pass" ? revokedAmong(removed, inventory, currentRun().revoked) : [];
  const counted = (changes: RuleChanges) =>
    withoutExcused(changes, [...(isolation?.excused ?? []), ...revoked(changes.removed)], doubt);
  const compared = againstRunning(firewall, wanted, running);
  const limited = withinLimits({
    ...{ firewall: identity, ownerId, needed: needs.needed, content: wanted, limits, capacity: most },
    exempt: new Set(adopted.flatMap(({ by }) => by)),
    running: { objects: running, rulebase: rulebases.running },
    others: compared.others,
    changes: counted(compared.changes),
  });
  const { content } = limited;
  const policy = { ...asked, withheld: [...asked.withheld, ...limited.withheld] };
  const coverage = { ...needs, needed: limited.needed };
  const doubts = [...onFirewall.doubts, ...unseen(rulebases.candidate, coverage.needed, firewall.mapping)];
  await report(policy, coverage, rulebases.candidate, firewall, doubts);
  await reportAdoption(adopted, gone, firewall);
  const registrations = registrationsFor(groupsOf(coverage.needed), isolation, firewall);
  const {
    changes,
    waiting,
    kept,
    onHold,
    outOfForce: missing,
  } = content === wanted ? compared : againstRunning(firewall, content, running);
  if (isReviewed()) {
    const registered = registrations === undefined ? [] : await registeredOn(firewall, recorded);
    const known = { firewall, policy, rulebases, objects: running, coverage, adopted, content, doubts };
    tellReview({ fact: "firewall", facts: firewallFacts({ ...known, registrations, registered }) });
    if (isDriftAsked() && candidateObjects !== undefined) {
      const candidate = candidateObjects();
      const place = { firewall, running, candidate, rulebase: rulebases.running };
      const answers = await withClient(firewall, askForDrift);
      tellReview({ fact: "drift", facts: driftFacts({ ...place, ...answers, registrations, registered }) });
    }
  }
  await reviewed?.requireDeclaration(identity, declarationOf(ownerId, firewall.declared.stack, content));
  try {
    requireWithinLimits(counted(changes), kept, identity, limits, doubt);
  } catch (error) {
    tellReview({ fact: "limit", firewall: identity, text: (error as Error).message, stops: true });
    throw error;
  }
  for (const reason of limited.reasons) {
    noteRun({ note: "held", firewall: identity, reason });
    tellReview({ fact: "limit", firewall: identity, text: reason, stops: false });
  }
  return {
    firewall,
    content,
    registrations,
    ...isolationOf(isolation, firewall),
    alreadyAllowed: coverage.covered.map(
      (each) => `${permissionLabel(each.rule.permission)} is allowed by ${coveredBy(each)}`,
    ),
    onHold,
    withheld: ofThePassing(policy.withheld).map(({ reason }) => reason),
    guarded: policy.guarded.map(({ reason }) => reason),
    // Asked only where it is shown: a run that isn't frozen compares when it registers.
    waiting: [
      ...(frozen === undefined ? [] : await registrationsWaiting(firewall, registrations, recorded)),
      ...waiting,
      ...adopted.map(({ name }) => `rule ${name} is not taken over`),
    ],
    outOfForce: missing,
    suspicion: doubt,
    excused: [...(isolation?.excused ?? []), ...revoked(changes.removed)],
    adopt: Object.fromEntries(
      adopted.map(({ name, by, found }) => [name, { by, content: adoptedContent(found) }]),
    ),
  };
}

/** What of a policy a firewall needs besides its own rules, on its NAT; and what a person should know of it. */
function judged(
  mapped: GuardedPolicy,
  firewall: FirewallSettings,
  rulebases: FirewallAnswers["rulebases"],
  inventory: Inventory,
  guardrails: Settings["guardrails"],
): { asked: GuardedPolicy; needs: Coverage; doubts: string[] } {
  const { mapping, cleanupRule } = firewall;
  const inside = addressesOfInterfaces(inventory, mapped.protectedInterfaces);
  const translated = throughNat(mapped, rulebases, mapping, inside);
  const overridden = withOverrides(translated, rulebases, mapping.ownerId);
  const free = withFreeNames(overridden, rulebases, mapping.ownerId);
  const unclean = cleanupDoubts(rulebases, cleanupRule, zonePairs(free.rules));
  requireDenial(unclean, { guardrails });
  const found = alreadyAllowed(free, rulebases, firewall.coverage);
  const options = { ...firewall.coverage, ownerId: mapping.ownerId };
  const { policy, coverage, notes } = withApplicationShift(free, found, rulebases, options);
  return { asked: policy, needs: coverage, doubts: [...unclean, ...notes] };
}

/** The zones that rules of ours are between; each has one on each side. */
function zonePairs(rules: readonly MappedRule[]): [from: string, to: string][] {
  return rules.map(({ rule: { from, to } }) => [from[0] ?? "", to[0] ?? ""]);
}

/** Rules, and the objects that they name. */
function contentOf(
  rules: MappedRule[],
  addressGroups: readonly MappedAddressGroup[],
  isolation: Isolation | undefined,
  ownerId: string,
): PolicyContent {
  const lists = prefixListObjects(prefixListGroupsOf(rules), ownerId);
  return {
    rules: [...rules.map(({ rule }) => rule), ...(isolation?.rules ?? [])],
    addresses: lists.addresses,
    addressGroups: [
      ...addressGroups.map(({ group }) => group),
      ...(isolation?.addressGroup ? [isolation.addressGroup] : []),
      ...lists.addressGroups,
    ],
    services: servicesOf(rules, ownerId),
    applications: applicationsOf(rules, ownerId),
  };
}

/** What has to be registered on a firewall; undefined where its rules name addresses. */
function registrationsFor(
  groups: readonly MappedAddressGroup[],
  isolation: Isolation | undefined,
  { mapping }: FirewallSettings,
): Plan["registrations"] {
  if (mapping.destinations !== "dynamic") return undefined;
  const { memberTag, members = [] } = isolation ?? {};
  return { ...registrationsOf(groups), ...(memberTag !== undefined && { [memberTag]: members }) };
}

/** What limits count: not what must not wait because a person has marked an instance, or taken a permission away. */
function withoutExcused(
  { added, changed, removed }: RuleChanges,
  excused: readonly string[],
  doubt: string | undefined,
): RuleChanges {
  if (doubt !== undefined) return { added, changed, removed };
  const uncounted = new Set(excused);
  const counts = (name: string) => !uncounted.has(name);
  return { added: added.filter(counts), changed: changed.filter(counts), removed: removed.filter(counts) };
}

function isolationOf(
  isolation: Isolation | undefined,
  { mapping: { quarantine } }: FirewallSettings,
): Pick<Plan, "isolation" | "isolated"> {
  if (isolation === undefined) return {};
  const { addresses, responders } = isolation;
  const before = quarantine?.before;
  return {
    isolation: { addresses, responders, ...(before !== undefined && { before }) },
    isolated: isolatedMessages(isolation),
  };
}

/** How what is registered differs from what is to be, one sentence each. */
async function registrationsWaiting(
  firewall: FirewallSettings,
  registrations: Plan["registrations"],
  recorded: Recorded,
): Promise<string[]> {
  if (registrations === undefined) return [];
  const found = await registeredOn(firewall, recorded);
  const { missing, excess } = registrationChanges(found, declaredRegistrations(registrations));
  return [
    ...missing.map(({ address, tag }) => `${address} is not registered with ${tag}`),
    ...excess.map(({ address, tag }) => `${address} is still registered with ${tag}`),
  ];
}

type Recorded = ReturnType<typeof recordedAnswers>;

async function registeredOn(firewall: FirewallSettings, recorded: Recorded): Promise<Registration[]> {
  if (recorded !== undefined) return recorded.registered;
  return withClient(firewall, (client) => registrationsOfStack(client, firewall.declared.ownerId));
}

/** What is to be declared, held against the running configuration. */
function againstRunning(
  { declared, mapping }: FirewallSettings,
  content: PolicyContent,
  running: PolicyObjects,
) {
  const { ownerId, stack, cleanupRule } = declared;
  const own = ownObjects(ownerId, running);
  const wanted = declarationOf(ownerId, stack, content);
  const places = placesOf(cleanupRule, mapping.quarantine?.before);
  const found = foundDeclaration(ownerId, places, running);
  const { added, changed, removed } = ruleChanges(found, wanted, content);
  // A rule on hold stays as it is.
  const isFree = (rule: string) => !own.held.includes(rule);
  const changes = { added, changed: changed.filter(isFree), removed: removed.filter(isFree) };
  return {
    changes,
    waiting: differences(wanted, found, new Set(own.held)),
    kept: own.rules.length - changes.removed.length,
    onHold: own.held,
    outOfForce: outOfForce(ownerId, places, wanted, running),
    others: {
      rules: running.rules.size - own.rules.length,
      services: running.services.size - own.services.length,
      addresses: running.addresses.size - own.addresses.length,
      addressGroups: running.addressGroups.size - own.addressGroups.length,
    },
  };
}

/** What the account asks for; where several were read, each rule says whose it is. */
function policyFor(
  { mapping }: FirewallSettings,
  inventory: Inventory,
  guardrails: Settings["guardrails"],
): GuardedPolicy {
  const policy = mapWithin(inventory, mapping, guardrails);
  return { ...policy, rules: attributed(policy.rules, inventory) };
}

/** The same, where rules that are kept as they are found may name addresses that have become somebody's names. */
function withAddressesOf(
  content: PolicyContent,
  { candidate, running }: { candidate: Rulebase; running: Rulebase },
): PolicyContent {
  const names = [running, candidate].map(namesIn);
  return { ...content, rules: content.rules.map((rule) => respelled(rule, names)) };
}

/** With the rules of accounts that could not be read, if there are any. Says which those are. */
async function withUnread(
  needed: PolicyContent,
  inventory: Inventory,
  running: PolicyObjects,
  { mapping, declared: { name } }: FirewallSettings,
  guardrails: Settings["guardrails"],
): Promise<PolicyContent> {
  if (inventory.unread === undefined) return needed;
  if (mapping.destinations === "dynamic") {
    throw new PreconditionError(
      "aws-panos-rules:onUnreadable: keep can't be used where addresses are registered with the firewall: which of " +
        "them are of an account that can't be read is not known. Nothing was written. Let all accounts be read",
    );
  }
  const { allowed } = withinGuardrails(inventory, guardrails);
  const { content, warnings } = withKeptRules(
    needed,
    { inventory, allowed },
    running,
    mapping.ownerId,
    mapping.quarantine?.deny === true,
  );
  for (const warning of warnings) await log.warn(printable(`${name}: ${warning}`));
  return content;
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
  const policy = policyFor(firewall, inventory, guardrails);
  const { rules, addressGroups, withheld, guarded, isolation } = policy;
  tellReview({ fact: "firewall", facts: refusedFacts(firewall, policy, refusal) });
  return {
    firewall,
    content: contentOf(rules, addressGroups, isolation, firewall.mapping.ownerId),
    registrations: registrationsFor(addressGroups, isolation, firewall),
    ...isolationOf(isolation, firewall),
    alreadyAllowed: [],
    onHold: [],
    withheld: ofThePassing(withheld).map(({ reason }) => reason),
    guarded: guarded.map(({ reason }) => reason),
    waiting: [refusal],
    suspicion: undefined,
    excused: isolation?.excused ?? [],
    adopt: {},
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
