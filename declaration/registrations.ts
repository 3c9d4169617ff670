/** What is registered through User-ID for address groups of ours: addresses by tag, beside all configuration. */
import { inParallel } from "../lib/parallel";
import type { PanosClient } from "../panos/client";
import { labelOf, type ManagedFirewall } from "../panos/device-groups";
import { readRegistrations, registrationKey, type Registration } from "../panos/registered";
import { isMemberTag } from "./names";

/** What is registered with tags of this stack, whoever registered it. */
export function registrationsOfStack(client: PanosClient, ownerId: string): Promise<Registration[]> {
  return readRegistrations(client, (tag) => isMemberTag(tag, ownerId));
}

/**
 * What is registered on each firewall: every one of a device group that is connected says it for itself.
 * @param fleet the device group's; undefined: the client is the firewall's own
 */
export async function registeredOnEach(
  client: PanosClient,
  ownerId: string,
  fleet: readonly ManagedFirewall[] | undefined,
): Promise<RegisteredOn[]> {
  if (fleet === undefined) return [{ found: await registrationsOfStack(client, ownerId) }];
  const connected = fleet.filter(({ isConnected }) => isConnected);
  return inParallel(connected, async (firewall) => ({
    on: labelOf(firewall),
    found: await registrationsOfStack(client.forFirewall(firewall.serial, firewall.vsys), ownerId),
  }));
}

/** What is declared, one by one. */
export function declaredRegistrations(registrations: Record<string, readonly string[]>): Registration[] {
  return Object.entries(registrations).flatMap(([tag, addresses]) =>
    addresses.map((address) => ({ address, tag })),
  );
}

/** What is registered on one firewall. */
export interface RegisteredOn {
  /** One of a device group, as people know it; absent: the only one. */
  on?: string;
  found: Registration[];
}

/** What is declared and not registered, and what is registered and not declared. */
export function registrationChanges(
  found: readonly Registration[],
  declared: readonly Registration[],
): { missing: Registration[]; excess: Registration[] } {
  const without = (some: readonly Registration[], others: readonly Registration[]) => {
    const keys = new Set(others.map(registrationKey));
    return some.filter((each) => !keys.has(registrationKey(each)));
  };
  return { missing: without(declared, found), excess: without(found, declared) };
}
