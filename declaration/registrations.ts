/** What is registered through User-ID for address groups of ours: addresses by tag, beside all configuration. */
import type { PanosClient } from "../panos/client";
import { readRegistrations, registrationKey, type Registration } from "../panos/registered";
import { isMemberTag } from "./names";

/** What is registered with tags of this stack, whoever registered it. */
export function registrationsOfStack(client: PanosClient, ownerId: string): Promise<Registration[]> {
  return readRegistrations(client, (tag) => isMemberTag(tag, ownerId));
}

/** What is declared, one by one. */
export function declaredRegistrations(registrations: Record<string, readonly string[]>): Registration[] {
  return Object.entries(registrations).flatMap(([tag, addresses]) =>
    addresses.map((address) => ({ address, tag })),
  );
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
