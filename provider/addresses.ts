import { addressObject, cidrNamed, ownerTag } from "../declaration/names";
import type { Operation } from "../panos/client";
import { asSet } from "../panos/entries";
import { entryXpath } from "../panos/location";
import { hash } from "../declaration/hashes";
import { address as kind, type FoundAddress } from "../declaration/kinds/address";
import type { AddressesInputs } from "./resource/inputs";
import { objectProvider } from "./resource/object";
import { addressNamesUsed, type PolicyObjects } from "../declaration/objects";
import { isOursUnmarked, notOurs, owns } from "../declaration/ownership";
import { tell } from "./session/tell";
import { ProviderError } from "./error";

/** Addresses: the address objects that the static groups of a stack consist of, each CIDR block once. */
export const provider = objectProvider<AddressesInputs>({
  isMany: true,

  hash: hashOf,

  outputs: ({ firewall, ownerId }) => ({ firewall, ownerId }),

  plan({ ownerId, addresses }, objects, session, operation) {
    return addresses.flatMap((cidr): Operation[] => {
      const address = addressObject(ownerId, cidr);
      const { name } = address;
      const found = objects.addresses.get(name);
      const declared = kind.hash(address);
      // PAN-OS keeps address objects and groups under one set of names.
      const group = objects.addressGroups.get(name);
      if (group !== undefined)
        throw new ProviderError("NOT_OURS", notOurs("address group", name, session.firewall, group.tag));
      if (found !== undefined && !owns("addresses", ownerId, found)) {
        if (operation === "update" && isOursUnmarked("addresses", ownerId, found, declared)) {
          const where = `address ${name} on ${session.firewall}`;
          tell("warn", `${where} has lost this stack's tag: it is left as it is`);
          return [];
        }
        throw new ProviderError("NOT_OURS", notOurs(kind.object, name, session.firewall, found.tag));
      }
      if (found !== undefined && kind.hash(found) === declared) return [];
      return [
        {
          action: "edit",
          xpath: entryXpath(session.location, kind.container, name),
          element: kind.xml(address),
        },
      ];
    });
  },

  found(id, { firewall, ownerId = "", hash: known }, objects) {
    const inputs = (isOurs: (address: FoundAddress) => boolean): AddressesInputs => ({
      firewall,
      ownerId,
      name: id,
      addresses: [...objects.addresses.values()].filter(isOurs).map((found) => said(ownerId, found)),
    });
    const tagged = inputs((address) => owns("addresses", ownerId, address));
    // One that only lost our tag stays as it is, where that is all that differs.
    const all = inputs(({ name }) => cidrNamed(name, ownerId) !== undefined);
    if (tagged.addresses.length < all.addresses.length && hashOf(all) === known) return "left";
    return tagged.addresses.length === 0 ? undefined : tagged;
  },

  removal(_id, { ownerId = "" }, objects, session) {
    return unusedNames(ownerId, objects).map((name) => ({
      action: "delete",
      xpath: entryXpath(session.location, kind.container, name),
    }));
  },
});

function hashOf({ ownerId, addresses }: AddressesInputs): string {
  return hash([ownerId, asSet(addresses)]);
}

/** Those of ours that no rule and no group names: the others stay with what an administrator keeps. */
function unusedNames(ownerId: string, { addresses, rules, addressGroups }: PolicyObjects): string[] {
  const used = addressNamesUsed({ rules: rules.values(), addressGroups: addressGroups.values() });
  return [...addresses.values()]
    .filter((each) => owns("addresses", ownerId, each) && !used.has(each.name))
    .map(({ name }) => name);
}

/** What a found object of ours says: its CIDR block, or how it differs from what its name says. */
function said(ownerId: string, found: FoundAddress): string {
  const cidr = cidrNamed(found.name, ownerId) ?? "";
  const tag = owns("addresses", ownerId, found) ? found.tag : [ownerTag(ownerId)];
  if (kind.hash({ ...found, tag }) === kind.hash(addressObject(ownerId, cidr))) return cidr;
  const beyond = [found.value, ...found.extras, ...tag].filter((text) => text !== "");
  return `${found.name} is ${beyond.join(", ")}`;
}
