import { setParent } from "./groups";
import { element, XmlElement } from "../xml/element";
import { parseXml } from "../xml/parse";
import { print } from "../xml/print";

/** A device group as a Panorama starts with it. */
export interface StartGroup {
  name: string;
  /** The group above it; shared unless given. */
  parent?: string;
  serials?: readonly string[];
  /** What it holds beside its devices, as XML. */
  content?: string;
}

const CLEANUP = `<post-rulebase><security><rules><entry name="cleanup">
<to><member>any</member></to><from><member>any</member></from><source><member>any</member></source>
<destination><member>any</member></destination><application><member>any</member></application>
<service><member>any</member></service><action>deny</action><log-end>yes</log-end>
</entry></rules></security></post-rulebase>`;

/** One group above, and below it one with every firewall, whose post-rulebase ends with a cleanup rule. */
export function usualGroups(serials: readonly string[]): StartGroup[] {
  return [{ name: "all-sites" }, { name: "cloud", parent: "all-sites", serials, content: CLEANUP }];
}

/** The configuration that a Panorama starts with, from its device groups and what is shared, as XML. */
export function panoramaConfig(groups: readonly StartGroup[], shared = SHARED): string {
  const entries = groups.map(({ name, serials = [], content = "" }) => {
    const devices = serials.map((serial) => `<entry name="${serial}"/>`).join("");
    return `<entry name="${name}">${content}<devices>${devices}</devices></entry>`;
  });
  const config = parseXml(
    `<config version="11.1.0"><mgt-config><users><entry name="admin"><permissions><role-based><superuser>yes</superuser>` +
      `</role-based></permissions></entry></users></mgt-config><shared>${shared}</shared>` +
      `<devices><entry name="localhost.localdomain"><deviceconfig><system><hostname>panorama</hostname></system>` +
      `</deviceconfig><device-group>${entries.join("")}</device-group></entry></devices></config>`,
  );
  config.add(
    element("readonly", element("devices", new XmlElement("entry", { name: "localhost.localdomain" }))),
  );
  for (const { name, parent } of groups) setParent(config, name, parent);
  return print(config);
}

const SHARED = "<address/><tag/>";
