import { randomUUID } from "node:crypto";
import type { XmlElement } from "../xml/element";

/** Gives a rule the uuid that it keeps: that of the rule it replaces, where it does. */
export function giveUuid(entry: XmlElement, replaced?: XmlElement): void {
  const uuid = replaced?.attributes["uuid"] ?? entry.attributes["uuid"] ?? randomUUID();
  entry.attributes = { ...entry.attributes, uuid };
}
