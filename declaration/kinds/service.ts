import { asSet, isEmpty } from "../../panos/entries";
import type { Service } from "../../panos/policy";
import { child, element, escapeXml, memberList, members, textAt } from "../../panos/xml";
import { hash } from "../hashes";
import { isServiceName } from "../names";
import { byTag, type Kind } from "./kind";

export interface FoundService extends Omit<Service, "protocol"> {
  protocol: string;
  /** A source port or a timeout of its own shows in it. */
  port: string;
  description: string;
}

/** A service object, for ports that no application says exactly. */
export const service: Kind<Service, FoundService> = {
  noun: "service",
  object: "service",
  container: "service",
  resource: { type: "Service", module: "service" },
  uses: { tag: ["tags"] },
  isOurName: isServiceName,
  ...byTag,
  xml: ({ name, protocol, port, tag }) =>
    `<entry name="${escapeXml(name)}">` +
    `<protocol><${protocol}>${element("port", port)}</${protocol}></protocol>` +
    `${memberList("tag", tag)}</entry>`,
  from(entry) {
    const protocol = child(entry, "protocol")?.children[0];
    const beyond = (protocol?.children ?? [])
      .filter((setting) => setting.name !== "port" && !isEmpty(setting) && child(setting, "no") === undefined)
      .map(({ name }) => name);
    return {
      name: entry.attributes["name"] ?? "",
      protocol: protocol?.name ?? "",
      port: [textAt(protocol, "port"), ...beyond].join(" with "),
      tag: members(child(entry, "tag")),
      description: textAt(entry, "description"),
    };
  },
  hash: ({ name, protocol, port, tag }) => hash([name, protocol, port, asSet(tag)]),
  says: ({ protocol, port }) => [`${protocol}/${port}`],
};
