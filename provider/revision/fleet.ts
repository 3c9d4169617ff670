/** The firewalls of a device group on Panorama, and what of a revision each of them holds. */
import { differences } from "../../declaration/differences";
import type { PolicyObjects } from "../../declaration/objects";
import { placesOf } from "../../declaration/placement";
import { pushedObjects, pushedOf } from "../../declaration/pushed-to";
import { inParallel } from "../../lib/parallel";
import { counted } from "../../lib/text";
import { hasFailed, hierarchyOf, managedFirewalls, type ManagedFirewall } from "../../panos/device-groups";
import { PanosError } from "../../panos/error";
import type { DeviceGroup } from "../../panos/location";
import type { Session } from "../session/session";
import type { Revision } from "./revision";

type Wanted = Pick<Revision, "ownerId" | "declared" | "before" | "quarantineBefore">;

/** Every firewall of a device group, and of the groups below it. */
export async function fleetOf(session: Session, { deviceGroup }: DeviceGroup): Promise<ManagedFirewall[]> {
  const { client } = await session.open();
  const { below } = await hierarchyOf(client, deviceGroup);
  return managedFirewalls(client, [deviceGroup, ...below]);
}

/** What a session is with, for people: of a device group with how many firewalls a change reaches, where that can be asked. */
export async function withReach(session: Session): Promise<string> {
  const { firewall, location } = session;
  if (location.panorama === undefined) return firewall;
  try {
    const { length } = await fleetOf(session, location.panorama);
    return `${firewall} (${counted(length, "firewall")})`;
  } catch (error) {
    // It is about something else.
    if (error instanceof PanosError) return firewall;
    throw error;
  }
}

/**
 * What a firewall was pushed, in the form of the device group.
 * @throws PanosError also where that can't be read
 */
export async function pushedTo(
  session: Session,
  panorama: DeviceGroup,
  { serial, vsys }: ManagedFirewall,
): Promise<PolicyObjects> {
  const { client } = await session.open();
  return pushedObjects(client.forFirewall(serial, vsys), panorama);
}

/**
 * How what a firewall was pushed differs from what is declared, one sentence each; none: it holds all of it.
 * @param exempt names that are left as they are
 */
export async function missingOn(
  session: Session,
  panorama: DeviceGroup,
  { serial, vsys }: ManagedFirewall,
  { ownerId, declared, before, quarantineBefore }: Wanted,
  exempt: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const { client } = await session.open();
  const at = client.forFirewall(serial, vsys);
  const found = await pushedOf(at, panorama, ownerId, placesOf(before, quarantineBefore));
  return differences(declared, found, exempt);
}

/** Those of a device group's firewalls that have not what is declared, as far as they can be asked. */
export async function behind(
  session: Session,
  panorama: DeviceGroup,
  fleet: readonly ManagedFirewall[],
  wanted: Wanted,
  exempt?: ReadonlySet<string>,
): Promise<ManagedFirewall[]> {
  // What has all that Panorama runs has ours: that was compared with what is declared.
  const doubtful = fleet.filter(({ isInSync }) => isInSync !== true);
  const missing = await inParallel(doubtful, async (firewall) => {
    // It may show what it was pushed all the same.
    if (!firewall.isConnected || hasFailed(firewall)) return true;
    try {
      return (await missingOn(session, panorama, firewall, wanted, exempt)).length > 0;
    } catch (error) {
      // One that doesn't answer by now is found out by the push.
      if (error instanceof PanosError) return true;
      throw error;
    }
  });
  return doubtful.filter((_, at) => missing[at]);
}

/**
 * Whether firewalls of a device group haven't got what Panorama runs of ours: then it is pushed, and nothing else.
 * Where they can't be asked they may be: the update asks again, and says why.
 */
export async function isBehind(session: Session, wanted: Wanted): Promise<boolean> {
  const { panorama } = session.location;
  if (panorama === undefined) return false;
  try {
    return (await behind(session, panorama, await fleetOf(session, panorama), wanted)).length > 0;
  } catch (error) {
    if (error instanceof PanosError) return true;
    throw error;
  }
}
