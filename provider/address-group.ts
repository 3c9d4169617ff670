import { addressGroupXml, type FoundAddressGroup } from "../panos/entries";
import { entryXpath } from "../panos/location";
import { addressGroupHash } from "./content";
import type { AddressGroupInputs } from "./inputs";
import { objectProvider } from "./object";
import { isOurAddressGroupUntagged, notOurs, ownsAddressGroup } from "./ownership";
import type { Session } from "./session";
import { tell } from "./tell";

/** AddressGroup: the dynamic group of a security group's instances, or the static one of a prefix list. */
export const provider = objectProvider<AddressGroupInputs>({
  hash: addressGroupHash,

  outputs: ({ firewall, ownerId }) => ({ firewall, ownerId }),

  plan(inputs, objects, session, operation) {
    const { name, ownerId } = inputs;
    const found = objects.addressGroups.get(name);
    if (found !== undefined && !ownsAddressGroup(ownerId, found)) {
      if (operation === "update" && isUntagged(ownerId, found, addressGroupHash(inputs), session)) return [];
      throw new Error(notOurs("address group", name, session.firewall, found.tag));
    }
    if (found !== undefined && addressGroupHash(found) === addressGroupHash(inputs)) return [];
    const xpath = entryXpath(session.location, "address-group", name);
    return [{ action: "edit", xpath, element: addressGroupXml(inputs) }];
  },

  found(id, { firewall, ownerId = "", hash }, objects, session) {
    const found = objects.addressGroups.get(id);
    if (found === undefined) return undefined;
    if (isUntagged(ownerId, found, hash, session)) return "left";
    const { extras, filter, members, ...group } = found;
    return {
      ...group,
      ...(members.length > 0 ? { members } : { filter }),
      ...{ firewall, ownerId, ...(extras.length > 0 && { extras }) },
    };
  },

  removal(id, { ownerId = "" }, objects, session) {
    const found = objects.addressGroups.get(id);
    if (found === undefined || !ownsAddressGroup(ownerId, found)) return [];
    return [{ action: "delete", xpath: entryXpath(session.location, "address-group", id) }];
  },
});

/** Whether somebody took our tag off a group that still says what it said; each run says so. */
function isUntagged(ownerId: string, found: FoundAddressGroup, declared: string, session: Session): boolean {
  if (!isOurAddressGroupUntagged(ownerId, found, declared)) return false;
  tell(
    "warn",
    `address group ${found.name} on ${session.firewall} has lost this stack's tag: it is left as it is`,
  );
  return true;
}
