import { memberTag, QUARANTINE } from "../../declaration/names";
import { canonicalAddress } from "../../panos/entries";
import type { Registration } from "../../panos/registered";
import { heldRemoval } from "../revision/held";
import type { RegisteredAddressesInputs } from "./inputs";

/**
 * Why an update may not leave groups without an address that have some; undefined: it may.
 * An address that is isolated does not count, nor one that is released: a person has marked its instance, or not.
 * @param before what is registered
 * @param after tags that some will be registered with
 */
export async function closingRefused(
  inputs: RegisteredAddressesInputs,
  before: readonly Registration[],
  after: ReadonlySet<string>,
): Promise<string | undefined> {
  const { ownerId, registrations, isolated } = inputs;
  const setOf = (addresses: readonly string[]) => new Set(addresses.map(canonicalAddress));
  const [marked, declared] = [setOf(isolated?.addresses ?? []), setOf(Object.values(registrations).flat())];
  const quarantine = memberTag(ownerId, QUARANTINE);
  const going = before.filter(({ address, tag }) => {
    const excusing = tag === quarantine ? declared : marked;
    return !after.has(tag) && !excusing.has(canonicalAddress(address));
  });
  const emptied = [...new Set(going.map(({ tag }) => tag))];
  return heldRemoval(inputs, "address groups' last addresses", emptied, after.size);
}
