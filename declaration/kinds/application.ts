import type { Application } from "../../panos/policy";
import { child, element, escapeXml, members, textAt, type XmlElement } from "../../panos/xml";
import { applicationNamed } from "../custom-applications";
import { hash, spaced } from "../hashes";
import { isApplicationName, ownerTag } from "../names";
import type { Kind } from "./kind";

export interface FoundApplication extends Omit<Application, "identifiedBy"> {
  identifiedBy: string;
  /** Settings that an application of ours never has, as "name: value": ports, signatures, a parent, … */
  extras: string[];
}

/**
 * A custom application, for ICMP types and IP protocols that PAN-OS has no name for. Sources disagree whether PAN-OS
 * keeps tags on applications, so its description starts with the tag instead.
 */
export const application: Kind<Application, FoundApplication> = {
  noun: "application",
  object: "custom application",
  container: "application",
  resource: { type: "Application", module: "application" },
  uses: {},
  isOurName: isApplicationName,
  mark: "the description that marks it as this stack's",
  isMarked: (ownerId, { description }) => description.startsWith(`${ownerTag(ownerId)}:`),
  withMark(ownerId, found) {
    const ours = applicationNamed(found.name, ownerId);
    return { ...found, ...(ours !== undefined && { description: ours.description }) };
  },
  xml({ name, description, identifiedBy, number, code }) {
    const identity =
      identifiedBy === "ip-protocol"
        ? String(number)
        : element("type", String(number)) + (code === undefined ? "" : element("code", String(code)));
    return (
      `<entry name="${escapeXml(name)}">` +
      `<default><ident-by-${identifiedBy}>${identity}</ident-by-${identifiedBy}></default>` +
      Object.entries(CLASS)
        .map(([field, value]) => element(field, value))
        .join("") +
      `${element("description", description)}</entry>`
    );
  },
  from(entry) {
    const defaults = child(entry, "default")?.children ?? [];
    const identity = defaults[0];
    const code = textAt(identity, "code");
    return {
      name: entry.attributes["name"] ?? "",
      description: textAt(entry, "description"),
      identifiedBy: identity?.name.replace(/^ident-by-/, "") ?? "",
      number: Number(textAt(identity, "type") || identity?.text.trim()),
      ...(code !== "" && { code: Number(code) }),
      extras: [...defaults.slice(1).map(({ name }) => `default: ${name}`), ...beyond(entry)].sort(),
    };
  },
  hash(content) {
    const { name, description, identifiedBy, number, code = null } = content;
    const extras = "extras" in content ? content.extras : [];
    return hash([name, spaced(description), identifiedBy, number, code, extras]);
  },
  says: ({ identifiedBy, number, code, extras }) => [
    [identifiedBy, number, ...(code === undefined ? [] : [code])].join(" "),
    ...extras,
  ],
};

/**
 * What every application of ours is classed as: the fields that PAN-OS asks of a custom application, as
 * public tools fill them for protocols and ICMP types.
 */
const CLASS: Record<string, string> = {
  category: "networking",
  subcategory: "ip-protocol",
  technology: "network-protocol",
  risk: "1",
};

/** What an entry sets beyond what ours do. */
function beyond(entry: XmlElement): string[] {
  return entry.children.flatMap((setting) => {
    const { name } = setting;
    if (name === "default" || name === "description") return [];
    const value = members(setting).join(", ") || setting.text.trim();
    const isLeaf = setting.children.length === 0;
    if (CLASS[name] === value || (isLeaf && (value === "" || value === "no"))) return [];
    return [`${name}: ${value || "set"}`];
  });
}
