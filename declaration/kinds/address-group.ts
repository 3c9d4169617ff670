import { asSet, settingsBeyond } from "../../panos/entries";
import type { AddressGroup } from "../../panos/policy";
import { child, element, escapeXml, memberList, members, textAt } from "../../panos/xml";
import { hash } from "../hashes";
import { isAddressGroupName, isAddressGroupPart } from "../names";
import { byTag, type Kind } from "./kind";

export interface FoundAddressGroup {
  name: string;
  /** "" where it is static. */
  filter: string;
  /** None where it is dynamic. */
  members: string[];
  tag: string[];
  /** What a group of ours never has, as "name: value": a description. */
  extras: string[];
}

/** An address group: the dynamic one of a security group's instances, or the static one of a prefix list. */
export const addressGroup: Kind<AddressGroup, FoundAddressGroup> = {
  noun: "address group",
  object: "address group",
  container: "address-group",
  resource: { type: "AddressGroup", module: "address-group" },
  uses: { members: ["addresses", "addressGroups"], tag: ["tags"] },
  isOneOfMany: isAddressGroupPart,
  isOurName: isAddressGroupName,
  ...byTag,
  xml(group) {
    const content =
      "filter" in group
        ? `<dynamic>${element("filter", group.filter)}</dynamic>`
        : memberList("static", group.members);
    return `<entry name="${escapeXml(group.name)}">${content}${memberList("tag", group.tag)}</entry>`;
  },
  from: (entry) => ({
    name: entry.attributes["name"] ?? "",
    filter: textAt(entry, "dynamic", "filter"),
    members: members(child(entry, "static")),
    tag: members(child(entry, "tag")),
    extras: settingsBeyond(entry, ["dynamic", "static", "tag"]),
  }),
  hash(group) {
    const extras = "extras" in group ? group.extras : [];
    const filter = "filter" in group ? group.filter.trim() : "";
    const list = "members" in group ? asSet(group.members) : [];
    return hash([group.name, filter, asSet(group.tag), extras, ...(list.length > 0 ? [list] : [])]);
  },
  says: ({ filter, members: list, extras }) => [...(list.length > 0 ? list : [filter]), ...extras],
};
