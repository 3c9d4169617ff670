/** What is registered on one firewall: the one of a session, or one of its device group. */
import { setTimeout as delay } from "node:timers/promises";
import { memberTag, memberTagOf, QUARANTINE } from "../../declaration/names";
import { isHeld, ownsRule } from "../../declaration/ownership";
import { registrationChanges, registrationsOfStack } from "../../declaration/registrations";
import { grouped } from "../../lib/grouped";
import { counted, listed } from "../../lib/text";
import { sendAllRegistrations, type Registration } from "../../panos/registered";
import { noteRun } from "../../settings/run";
import { ProviderError } from "../error";
import { inForceOn, type Device } from "../revision/devices";
import { endIsolated } from "../revision/isolated";
import { requireEngine } from "../session/engine";
import type { Session } from "../session/session";
import { tell } from "../session/tell";

/**
 * Waits before looking again at what is not yet as it was told. How soon the device shows what it took isn't
 * documented; nor, whether it takes the rest of a message in which it refuses an entry.
 */
const WAITS_MS = [0, 500, 2_000, 5_000];

/** What a firewall is to have, beside what it has. */
export interface Wanted {
  device: Device;
  /** What is registered with tags of this stack, whoever registered it. */
  found: Registration[];
  wanted: readonly Registration[];
}

/** Makes what is registered what is wanted, and ends the sessions of whom that isolates. */
export async function registerOn(
  session: Session,
  ownerId: string,
  wanted: Wanted,
  responders: string[],
): Promise<void> {
  await bringTo(session, ownerId, wanted);
  const { missing } = registrationChanges(wanted.found, wanted.wanted);
  const isolated = missing.filter(({ tag }) => tag === memberTag(ownerId, QUARANTINE));
  await endIsolated(wanted.device, { addresses: isolated.map(({ address }) => address), responders });
}

/** Registers what is missing and unregisters what is too much, until the device shows just what is wanted. */
export async function bringTo(
  session: Session,
  ownerId: string,
  { device, found, wanted }: Wanted,
): Promise<void> {
  const { client } = device;
  const counts = { registered: 0, unregistered: 0 };
  let refusals: string[] = [];
  for (const wait of [...WAITS_MS, undefined]) {
    const { missing, excess } = registrationChanges(found, wanted);
    if (missing.length + excess.length === 0) break;
    if (wait === undefined) throw notTaken(device, missing, excess, refusals);
    if (wait === 0) Object.assign(counts, { registered: missing.length, unregistered: excess.length });
    await delay(wait);
    await requireEngine();
    // What is allowed no longer goes first, so that a message that is refused can't keep it in.
    refusals = [
      ...(await sendAllRegistrations(client, "unregister", excess)),
      ...(await sendAllRegistrations(client, "register", missing)),
    ];
    found = await registrationsOfStack(client, ownerId);
  }
  const { registered, unregistered } = counts;
  if (registered + unregistered > 0) {
    noteRun({ note: "registered", firewall: session.firewall });
    tell(
      "info",
      `on ${device.name} ${counted(registered, "address")} registered and ${unregistered} unregistered, ` +
        "which is in force without a commit",
    );
  }
}

function notTaken(
  { name: firewall }: Device,
  missing: readonly Registration[],
  excess: readonly Registration[],
  refusals: readonly string[],
): Error {
  const name = ({ address, tag }: Registration) => `${address} (${tag})`;
  const parts = [
    missing.length > 0 &&
      `${counted(missing.length, "address")} not registered: ${listed(missing.map(name))}`,
    excess.length > 0 && `${excess.length} still registered: ${listed(excess.map(name))}`,
    refusals.length > 0 && `the firewall says: ${listed(refusals)}`,
  ].filter(Boolean);
  return new ProviderError(
    "NOT_REGISTERED",
    `${firewall} does not register addresses as it was told: ${parts.join("; ")}. ` +
      "Its model may hold no more registered addresses, or somebody else changes the same ones; run again",
  );
}

/**
 * Registrations of groups that are no longer declared, but named by a rule that an administrator has put on
 * hold: it stays as that person left it, and so does what it lets in to.
 */
export async function heldRegistrations(
  session: Session,
  ownerId: string,
  device: Device,
  found: readonly Registration[],
  declared: Record<string, string[]>,
): Promise<Registration[]> {
  const undeclared = found.filter(({ tag }) => declared[tag] === undefined);
  if (undeclared.length === 0) return [];
  const using = await rulesByTag(session, ownerId, device);
  const kept = undeclared.filter(({ tag }) => using.get(tag)?.some((rule) => rule.isHeld));
  tellKept(device, kept, using);
  return kept;
}

/**
 * What of it a firewall still needs once nothing is declared: where a rule of ours in force still names a group, its
 * members stay, for the rule says what is allowed until a commit says otherwise.
 * @throws ProviderError when such a rule is not one that an administrator has put on hold
 */
export async function stillNeeded(
  session: Session,
  ownerId: string,
  device: Device,
  found: readonly Registration[],
): Promise<Registration[]> {
  if (found.length === 0) return [];
  const using = await rulesByTag(session, ownerId, device);
  const waiting = [...using.values()].flat().filter((rule) => !rule.isHeld);
  if (waiting.length > 0) {
    throw new ProviderError(
      "STILL_NEEDED",
      `addresses on ${device.name} stay registered, because rules in its running configuration need them: ` +
        `${listed(waiting.map(({ name }) => name))}. They go with the first update whose commit changes these rules`,
    );
  }
  const kept = found.filter(({ tag }) => using.has(tag));
  tellKept(device, kept, using);
  return kept;
}

interface User {
  name: string;
  isHeld: boolean;
}

/** The rules of this stack in force on a firewall that name address groups of ours, by the tag of the groups' members. */
async function rulesByTag(session: Session, ownerId: string, device: Device): Promise<Map<string, User[]>> {
  const { rules } = await inForceOn(session, device);
  const own = [...rules.values()].filter((rule) => ownsRule(ownerId, rule));
  return grouped(
    own.flatMap((rule) =>
      // An egress rule has the group as its source.
      [...rule.source, ...rule.destination].flatMap((name): [string, User][] => {
        const tag = memberTagOf(name, ownerId);
        return tag === undefined ? [] : [[tag, { name: rule.name, isHeld: isHeld(rule) }]];
      }),
    ),
  );
}

function tellKept(
  { name: firewall }: Device,
  kept: readonly Registration[],
  using: Map<string, User[]>,
): void {
  const names = new Set(kept.flatMap(({ tag }) => using.get(tag) ?? []).map(({ name }) => name));
  for (const name of names) {
    tell("warn", `the addresses that rule ${name} on ${firewall} lets in to stay registered with it`);
  }
}
