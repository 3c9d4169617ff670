import { asSet, canonicalAddress, settingsBeyond } from "../../panos/entries";
import type { Address } from "../../panos/policy";
import { child, element, escapeXml, memberList, members, textAt } from "../../panos/xml";
import { hash } from "../hashes";
import { cidrNamed } from "../names";
import { byTag, type Kind } from "./kind";

export interface FoundAddress extends Address {
  /** What an address object of ours never has, as "name: value": a description, a range, an FQDN. */
  extras: string[];
}

/** An address object: a CIDR block of a prefix list. */
export const address: Kind<Address, FoundAddress> = {
  noun: "address",
  object: "address object",
  container: "address",
  resource: { type: "Addresses", module: "addresses" },
  uses: { tag: ["tags"] },
  isOneOfMany: () => true,
  isOurName: (name, ownerId) => cidrNamed(name, ownerId) !== undefined,
  ...byTag,
  xml: ({ name, value, tag }) =>
    `<entry name="${escapeXml(name)}">${element("ip-netmask", value)}${memberList("tag", tag)}</entry>`,
  from: (entry) => ({
    name: entry.attributes["name"] ?? "",
    value: textAt(entry, "ip-netmask"),
    tag: members(child(entry, "tag")),
    extras: settingsBeyond(entry, ["ip-netmask", "tag"]),
  }),
  hash(content) {
    const extras = "extras" in content ? content.extras : [];
    return hash([content.name, canonicalAddress(content.value), asSet(content.tag), extras]);
  },
  says: ({ value, extras }) => [value, ...extras],
};
