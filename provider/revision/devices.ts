/** The firewalls that a session is about: its own, or each of its device group. What no commit brings is theirs. */
import type { PolicyObjects } from "../../declaration/objects";
import type { PanosClient } from "../../panos/client";
import { labelOf, type ManagedFirewall } from "../../panos/device-groups";
import { ProviderError } from "../error";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { fleetOf, pushedTo } from "./fleet";

/** A firewall that is asked and told something by itself. */
export interface Device {
  client: PanosClient;
  /** How it is called for people. */
  name: string;
  /** Where it is one of a device group. */
  managed?: ManagedFirewall;
}

/** Those that can be asked, and those of a device group that are not connected to Panorama. */
export async function devicesOf(session: Session): Promise<{ connected: Device[]; away: ManagedFirewall[] }> {
  const { client } = await session.open();
  const { panorama } = session.location;
  if (panorama === undefined) return { connected: [{ client, name: session.firewall }], away: [] };
  const fleet = await fleetOf(session, panorama);
  const connected = fleet
    .filter(({ isConnected }) => isConnected)
    .map((managed): Device => ({
      client: client.forFirewall(managed.serial, managed.vsys),
      name: labelOf(managed),
      managed,
    }));
  return { connected, away: fleet.filter(({ isConnected }) => !isConnected) };
}

/** What is in force on one: its running configuration, or what it was pushed of the device group. */
export function inForceOn(session: Session, { managed }: Device): Promise<PolicyObjects> {
  const { panorama } = session.location;
  if (panorama === undefined || managed === undefined) return session.read("running");
  return pushedTo(session, panorama, managed);
}

/**
 * Says, or fails with, what firewalls of a device group have not, as `onUnreachable` has it.
 * @param isLast whether the stack ends there with this run: then it fails, because no other one would see to them
 */
export function notOnFirewalls(
  { panorama }: Awaited<ReturnType<Session["open"]>>["settings"],
  text: string,
  isLast: boolean,
): void {
  if (panorama?.onUnreachable === "warn" && !isLast) tell("warn", text);
  else throw new ProviderError("NOT_ON_FIREWALLS", text);
}
