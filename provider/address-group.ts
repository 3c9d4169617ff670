import { addressGroupXml, type FoundAddressGroup } from "../panos/entries";
import { addressGroupHash } from "../declaration/hashes";
import type { AddressGroupInputs } from "./inputs";
import { markedObjectProvider } from "./marked-object";
import { isOurAddressGroupUntagged, ownsAddressGroup } from "../declaration/ownership";

/** AddressGroup: the dynamic group of a security group's instances, or the static one of a prefix list. */
export const provider = markedObjectProvider<AddressGroupInputs, FoundAddressGroup>({
  noun: "address group",
  container: "address-group",
  in: ({ addressGroups }) => addressGroups,
  xml: addressGroupXml,
  hash: addressGroupHash,
  owns: ownsAddressGroup,
  mark: "this stack's tag",
  isUnmarked: isOurAddressGroupUntagged,
  tagsOf: ({ tag }) => tag,
  inputs: ({ extras, filter, members, ...group }, place) => ({
    ...group,
    ...place,
    ...(members.length > 0 ? { members } : { filter }),
    ...(extras.length > 0 && { extras }),
  }),
});
