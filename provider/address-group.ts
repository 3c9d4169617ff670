import { markedObjectProvider } from "./resource/marked-object";

/** AddressGroup: the dynamic group of a security group's instances, or the static one of a prefix list. */
export const provider = markedObjectProvider("addressGroups", ({ extras, filter, members, ...group }) => ({
  ...group,
  ...(members.length > 0 ? { members } : { filter }),
  ...(extras.length > 0 && { extras }),
}));
