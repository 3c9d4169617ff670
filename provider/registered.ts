import { setTimeout as delay } from "node:timers/promises";
import { addressGroupName, isMemberTag, memberTag, ownerTag, QUARANTINE } from "../declaration/names";
import type { PanosClient } from "../panos/client";
import { canonicalAddress } from "../panos/entries";
import { PanosError } from "../panos/error";
import { sendRegistrations, type Registration } from "../panos/registered";
import {
  declaredRegistrations,
  registrationChanges,
  registrationsOfStack,
} from "../declaration/registrations";
import { listed } from "../lib/text";
import { requireEngine } from "./engine";
import type { RegisteredAddressesInputs } from "./inputs";
import { endIsolated } from "./isolated";
import { isHeld, ownsRule } from "../declaration/ownership";
import { removalRefused } from "./removals";
import { noteRun } from "../settings/run";
import type { Session } from "./session";
import { tell } from "./tell";

/** Registrations in one message: far below the 5 MB that the device takes; no other limit is documented. */
const MAX_ENTRIES = 1_000;

/**
 * Waits before looking again at what is not yet as it was told. How soon the device shows what it took isn't
 * documented; nor, whether it takes the rest of a message in which it refuses an entry.
 */
const WAITS_MS = [0, 500, 2_000, 5_000];

/** What is registered with tags of this stack, whoever registered it. */
export async function ownRegistrations(session: Session, ownerId: string): Promise<Registration[]> {
  const { client } = await session.open();
  return registrationsOfStack(client, ownerId);
}

/**
 * Makes the device's registrations with this stack's tags those that are declared; others' are not looked
 * at. It needs no lock and waits for none: nothing here touches a configuration.
 * @throws Error when it would leave too many groups without an address, or when the device doesn't comply
 */
export async function register(session: Session, inputs: RegisteredAddressesInputs): Promise<void> {
  const { ownerId, registrations } = inputs;
  const found = await ownRegistrations(session, ownerId);
  const kept = await heldRegistrations(session, ownerId, found, registrations);
  const declared = [...declaredRegistrations(registrations), ...kept];
  const tags = new Set(declared.map(({ tag }) => tag));
  const reason = closingRefused(inputs, found, tags);
  if (reason !== undefined) {
    noteRun({ note: "held", firewall: session.firewall, reason });
    throw new Error(reason);
  }
  await bringTo(session, ownerId, found, declared);
  const { missing } = registrationChanges(found, declared);
  const isolated = missing.filter(({ tag }) => tag === memberTag(ownerId, QUARANTINE));
  const { responders = [] } = inputs.isolated ?? {};
  await endIsolated(session, { addresses: isolated.map(({ address }) => address), responders });
}

/**
 * Why an update may not leave groups without an address that have some; undefined: it may.
 * An address that is isolated does not count, nor one that is released: a person has marked its instance, or not.
 * @param before what is registered
 * @param after tags that some will be registered with
 */
export function closingRefused(
  inputs: RegisteredAddressesInputs,
  before: readonly Registration[],
  after: ReadonlySet<string>,
): string | undefined {
  const { ownerId, registrations, isolated } = inputs;
  const setOf = (addresses: readonly string[]) => new Set(addresses.map(canonicalAddress));
  const [marked, declared] = [setOf(isolated?.addresses ?? []), setOf(Object.values(registrations).flat())];
  const quarantine = memberTag(ownerId, QUARANTINE);
  const going = before.filter(({ address, tag }) => {
    const excusing = tag === quarantine ? declared : marked;
    return !after.has(tag) && !excusing.has(canonicalAddress(address));
  });
  const emptied = [...new Set(going.map(({ tag }) => tag))];
  return removalRefused(inputs, "address groups' last addresses", emptied, after.size);
}

/**
 * Unregisters everything of this stack, once no rule needs it: where a running rule of ours still names a
 * group, its members stay, for the rule says what is allowed until a commit says otherwise.
 * @throws Error when such a rule is not one that an administrator has put on hold
 */
export async function unregisterUnused(session: Session, ownerId: string): Promise<void> {
  const found = await ownRegistrations(session, ownerId);
  if (found.length === 0) return;
  const using = await rulesByTag(session, ownerId);
  const waiting = [...using.values()].flat().filter((rule) => !rule.isHeld);
  if (waiting.length > 0) {
    throw new Error(
      `addresses on ${session.firewall} stay registered, because rules in its running configuration need them: ` +
        `${listed(waiting.map(({ name }) => name))}. They go with the first update whose commit changes these rules`,
    );
  }
  const kept = found.filter(({ tag }) => using.has(tag));
  tellKept(session, kept, using);
  await bringTo(session, ownerId, found, kept);
}

/**
 * Registrations of groups that are no longer declared, but named by a rule that an administrator has put on
 * hold: it stays as that person left it, and so does what it lets in to.
 */
async function heldRegistrations(
  session: Session,
  ownerId: string,
  found: readonly Registration[],
  declared: Record<string, string[]>,
): Promise<Registration[]> {
  const undeclared = found.filter(({ tag }) => declared[tag] === undefined);
  if (undeclared.length === 0) return [];
  const using = await rulesByTag(session, ownerId);
  const kept = undeclared.filter(({ tag }) => using.get(tag)?.some((rule) => rule.isHeld));
  tellKept(session, kept, using);
  return kept;
}

interface User {
  name: string;
  isHeld: boolean;
}

/** The running rules of this stack that name address groups of ours, by the tag of the groups' members. */
async function rulesByTag(session: Session, ownerId: string): Promise<Map<string, User[]>> {
  const { rules } = await session.read("running");
  const start = addressGroupName(ownerId, "");
  const users = new Map<string, User[]>();
  for (const rule of rules.values()) {
    if (!ownsRule(ownerId, rule)) continue;
    // An egress rule has the group as its source.
    for (const name of [...rule.source, ...rule.destination]) {
      const tag = `${ownerTag(ownerId)}-${name.slice(start.length)}`;
      if (!name.startsWith(start) || !isMemberTag(tag, ownerId)) continue;
      users.set(tag, [...(users.get(tag) ?? []), { name: rule.name, isHeld: isHeld(rule) }]);
    }
  }
  return users;
}

function tellKept(session: Session, kept: readonly Registration[], using: Map<string, User[]>): void {
  const names = new Set(kept.flatMap(({ tag }) => using.get(tag) ?? []).map(({ name }) => name));
  for (const name of names) {
    tell("warn", `the addresses that rule ${name} on ${session.firewall} lets in to stay registered with it`);
  }
}

/** Registers what is missing and unregisters what is too much, until the device shows just what is declared. */
async function bringTo(
  session: Session,
  ownerId: string,
  found: Registration[],
  declared: readonly Registration[],
): Promise<void> {
  const { client } = await session.open();
  const counts = { registered: 0, unregistered: 0 };
  let refusals: string[] = [];
  for (const wait of [...WAITS_MS, undefined]) {
    const { missing, excess } = registrationChanges(found, declared);
    if (missing.length + excess.length === 0) break;
    if (wait === undefined) throw notTaken(session, missing, excess, refusals);
    if (wait === 0) Object.assign(counts, { registered: missing.length, unregistered: excess.length });
    session.requireWritable();
    await delay(wait);
    await requireEngine();
    // What is allowed no longer goes first, so that a message that is refused can't keep it in.
    refusals = [
      ...(await sendAll(client, "unregister", excess)),
      ...(await sendAll(client, "register", missing)),
    ];
    found = await ownRegistrations(session, ownerId);
  }
  const { registered, unregistered } = counts;
  if (registered + unregistered > 0) {
    noteRun({ note: "registered", firewall: session.firewall });
    tell(
      "info",
      `on ${session.firewall} ${registered} address(es) were registered and ${unregistered} unregistered, ` +
        "which is in force without a commit",
    );
  }
}

/** @returns what the device didn't take, in its own words */
async function sendAll(
  client: PanosClient,
  action: "register" | "unregister",
  registrations: readonly Registration[],
): Promise<string[]> {
  const refusals: string[] = [];
  for (let start = 0; start < registrations.length; start += MAX_ENTRIES) {
    try {
      const batch = registrations.slice(start, start + MAX_ENTRIES);
      refusals.push(...(await sendRegistrations(client, action, batch)));
    } catch (error) {
      // The answer was lost: what became of the message is read before anything is sent again.
      if (!(error instanceof PanosError) || error.code !== "ambiguous") throw error;
      refusals.push(error.message);
    }
  }
  return refusals;
}

function notTaken(
  session: Session,
  missing: readonly Registration[],
  excess: readonly Registration[],
  refusals: readonly string[],
): Error {
  const name = ({ address, tag }: Registration) => `${address} (${tag})`;
  const parts = [
    missing.length > 0 && `${missing.length} address(es) are not registered: ${listed(missing.map(name))}`,
    excess.length > 0 && `${excess.length} are still registered: ${listed(excess.map(name))}`,
    refusals.length > 0 && `the firewall says: ${listed(refusals)}`,
  ].filter(Boolean);
  return new Error(
    `${session.firewall} does not register addresses as it was told: ${parts.join("; ")}. ` +
      "Its model may hold no more registered addresses, or somebody else changes the same ones; run again",
  );
}
