import { registrationsHash } from "../../declaration/hashes";
import {
  declaredRegistrations,
  registrationChanges,
  registrationsOfStack,
} from "../../declaration/registrations";
import { grouped } from "../../lib/grouped";
import { inParallel } from "../../lib/parallel";
import { labelOf, memberKey, type ManagedFirewall } from "../../panos/device-groups";
import { PanosError, UNAUTHORIZED } from "../../panos/error";
import type { Registration } from "../../panos/registered";
import { ProviderError } from "../error";
import { devicesOf, notOnFirewalls, type Device } from "../revision/devices";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { closingRefused } from "./closing";
import type { RegisteredAddressesInputs, RegisteredAddressesOutputs } from "./inputs";
import { bringTo, heldRegistrations, registerOn, stillNeeded, type Wanted } from "./registered-on";

type Registrations = Record<string, string[]>;
type Before = Pick<RegisteredAddressesOutputs, "applied" | "missing">;

/**
 * Makes the registrations with this stack's tags those that are declared, on the firewall or on each of a device group;
 * others' are not looked at. It needs no lock and waits for none: nothing here touches a configuration. A firewall of a
 * device group that can't be told keeps what it has, is pushed nothing in this run, and is named when that ends.
 * @param before what the last update has come to; undefined: there was none
 * @returns the firewalls that could not be told, by `memberKey`
 * @throws ProviderError when it would leave too many groups without an address, or when the device doesn't comply
 */
export async function register(
  session: Session,
  inputs: RegisteredAddressesInputs,
  before: Before | undefined,
): Promise<string[]> {
  const { ownerId } = inputs;
  session.unregistered.clear();
  const { connected, away } = await devicesOf(session);
  const wanted = await onEach(session, connected, (device) => wantedOn(session, inputs, device));
  for (const each of wanted) {
    const reason = await closingRefused(inputs, each.found, new Set(each.wanted.map(({ tag }) => tag)));
    if (reason !== undefined) throw new ProviderError("TOO_MANY_REMOVALS", reason);
  }
  if (wanted.some(isOtherwise)) session.requireWritable();
  const { responders = [] } = inputs.isolated ?? {};
  await onEach(session, wanted, (each) => registerOn(session, ownerId, each, responders));
  if (wanted.some(isOtherwise)) await sayOfPeer(session);
  for (const each of away) {
    if (isOwed(each, inputs, before)) session.unregistered.set(memberKey(each), NOT_CONNECTED);
  }
  return [...session.unregistered.keys()].sort();
}

/** Whether an HA pair tells its peer what is registered, PAN-OS doesn't document; the passive one is never told here. */
async function sayOfPeer(session: Session): Promise<void> {
  const { client } = await session.open();
  const { peerHostname } = client.connection;
  if (session.location.panorama !== undefined || peerHostname === undefined) return;
  tell(
    "warn",
    `addresses were registered with the active one of ${session.firewall}'s HA pair alone. After a failover the other one ` +
      "may still let in to what was stopped or isolated since it was last active: then run with --refresh at once",
  );
}

const NOT_CONNECTED = "is not connected";

/** Whether one that can't be asked has not been told yet what is declared; what it has lost since shows when it is back. */
function isOwed(
  firewall: ManagedFirewall,
  { registrations }: RegisteredAddressesInputs,
  before: Before | undefined,
): boolean {
  if (before === undefined || before.missing?.includes(memberKey(firewall))) return true;
  return registrationsHash(before.applied) !== registrationsHash(registrations);
}

/**
 * Whether a firewall of a device group has not what is declared, although that is as it was: it was not connected, came
 * to the group since, was restarted, or somebody has changed it. Of a session with a firewall, a refresh finds that.
 */
export async function lacksRegistrations(
  session: Session,
  inputs: RegisteredAddressesInputs,
  { missing = [] }: Before,
): Promise<boolean> {
  if (session.location.panorama === undefined) return false;
  if (missing.length > 0) return true;
  try {
    const { connected } = await devicesOf(session);
    return (await inParallel(connected, (device) => wantedOn(session, inputs, device))).some(isOtherwise);
  } catch (error) {
    // The update asks again, and says why.
    if (error instanceof PanosError) return true;
    throw error;
  }
}

/**
 * What is registered with this stack's tags, whoever registered it; of a device group what the first firewall has that
 * has not what was last registered.
 */
export async function ownRegistrations(
  session: Session,
  { ownerId, applied }: Pick<RegisteredAddressesOutputs, "ownerId" | "applied">,
): Promise<Registrations> {
  const { connected } = await devicesOf(session);
  const found = await inParallel(connected, async ({ client }) =>
    byTag(await registrationsOfStack(client, ownerId)),
  );
  if (session.location.panorama === undefined) return found[0] ?? {};
  const last = registrationsHash(applied);
  return found.find((each) => registrationsHash(each) !== last) ?? applied;
}

function byTag(found: readonly Registration[]): Registrations {
  return Object.fromEntries(grouped(found.map(({ address, tag }) => [tag, address] as const)));
}

/**
 * Unregisters everything of this stack, once no rule needs it: where a rule of ours in force still names a
 * group, its members stay.
 * @param isLast whether the stack ends there with this run
 * @throws ProviderError where that could not be done, unless it is to be a warning
 */
export async function unregisterUnused(session: Session, ownerId: string, isLast: boolean): Promise<void> {
  session.unregistered.clear();
  const { connected, away } = await devicesOf(session);
  const wanted = await onEach(session, connected, async (device) => {
    const found = await registrationsOfStack(device.client, ownerId);
    return { device, found, wanted: await stillNeeded(session, ownerId, device, found) };
  });
  if (wanted.some(isOtherwise)) session.requireWritable();
  await onEach(session, wanted, (each) => bringTo(session, ownerId, each));
  // Where rules name addresses, nothing was ever registered on one.
  if (session.hasRegistered || session.updating) {
    for (const each of away) session.unregistered.set(memberKey(each), NOT_CONNECTED);
  }
  if (session.unregistered.size === 0) return;
  const managed = [...connected.flatMap(({ managed: each }) => each ?? []), ...away];
  await sayLeftRegistered(session, managed, isLast);
}

async function sayLeftRegistered(
  session: Session,
  all: readonly ManagedFirewall[],
  isLast: boolean,
): Promise<void> {
  const { settings } = await session.open();
  const said = all.flatMap((each) => {
    const reason = session.unregistered.get(memberKey(each));
    return reason === undefined ? [] : [`${labelOf(each)} ${reason}`];
  });
  const text =
    `addresses stay registered on firewalls of ${session.firewall}, where no rule names them any more: ${said.join("; ")}. ` +
    "Run again once they can be reached, or unregister there what has this stack's tags";
  notOnFirewalls(settings, text, isLast);
}

async function wantedOn(
  session: Session,
  { ownerId, registrations }: RegisteredAddressesInputs,
  device: Device,
): Promise<Wanted> {
  const found = await registrationsOfStack(device.client, ownerId);
  const kept = await heldRegistrations(session, ownerId, device, found, registrations);
  return { device, found, wanted: [...declaredRegistrations(registrations), ...kept] };
}

function isOtherwise({ found, wanted }: Wanted): boolean {
  const { missing, excess } = registrationChanges(found, wanted);
  return missing.length + excess.length > 0;
}

/** Some work for each firewall: of a device group, what fails on one is noted, and the others go on. */
async function onEach<E extends Device | Wanted, R>(
  { unregistered }: Session,
  all: readonly E[],
  work: (each: E) => Promise<R>,
): Promise<R[]> {
  const done = await inParallel(all, async (each) => {
    const { managed } = "device" in each ? each.device : each;
    try {
      return [await work(each)];
    } catch (error) {
      if (managed === undefined || !isOfOne(error)) throw error;
      unregistered.set(
        memberKey(managed),
        `could not be told which addresses are in groups: ${error.message}`,
      );
      return [];
    }
  });
  return done.flat();
}

/** Whether a failure says something of one firewall alone. */
function isOfOne(error: unknown): error is Error {
  if (error instanceof PanosError) return !UNAUTHORIZED.has(error.code);
  return error instanceof ProviderError && ["NOT_REGISTERED", "STILL_NEEDED"].includes(error.code);
}
