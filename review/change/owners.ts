import { compareTexts } from "../../lib/order";
import { addressTexts } from "../../mapping/routing";
import type { Facts } from "./facts";
import type { AddressOwner, FirewallReview, Review } from "./types";

/** Whose the addresses are that flows and allowed rules name. */
export function ownersOf(
  firewalls: readonly FirewallReview[],
  { inventory, before }: Facts,
): Review["addresses"] {
  const named = new Set(
    firewalls.flatMap(({ changes, alreadyAllowed }) => [
      ...changes.flatMap(({ opens, closes }) =>
        [...opens, ...closes].flatMap(({ source, destination }) => [...source, ...destination]),
      ),
      ...alreadyAllowed.flatMap(({ source, destination }) => [...source, ...destination]),
    ]),
  );
  const owners = new Map<string, AddressOwner>();
  // Today's last: of what has moved, they count.
  for (const { instances, networkInterfaces } of [...(before ? [before] : []), inventory]) {
    const names = new Map(instances.map(({ id, name }) => [id, name]));
    for (const networkInterface of networkInterfaces) {
      const { id: interfaceId, instanceId } = networkInterface;
      for (const address of addressTexts(networkInterface)) {
        if (!named.has(address)) continue;
        const known = owners.get(address);
        // An instance that stopped has lost its name along with its record.
        const name =
          names.get(instanceId ?? "") ??
          networkInterface.description ??
          (known?.instanceId === instanceId ? known?.name : undefined);
        owners.set(address, {
          interfaceId,
          ...(instanceId !== undefined && { instanceId }),
          ...(name !== undefined && { name }),
        });
      }
    }
  }
  return Object.fromEntries([...owners].sort(([a], [b]) => compareTexts(a, b)));
}
