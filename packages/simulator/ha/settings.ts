import { element } from "../xml/element";
import type { XmlElement } from "../xml/element";

/** Settings that each firewall of a pair has for itself (PAN-OS documentation: what doesn't synchronise). */
const OWN = ["system", "high-availability"];

/** The configuration of one firewall as its peer takes it over: all but the peer's own settings. */
export function withOwnSettings(from: XmlElement, own: XmlElement): XmlElement {
  const next = from.clone();
  const device = next.child("devices")?.entries()[0];
  if (!device) return next;
  const kept = own.child("devices")?.entries()[0]?.child("deviceconfig");
  const settings = device.child("deviceconfig") ?? (kept && device.add(element("deviceconfig")));
  for (const tag of OWN) {
    const theirs = settings?.child(tag);
    const ours = kept?.child(tag);
    if (theirs) settings?.remove(theirs);
    if (ours) settings?.add(ours.clone());
  }
  return next;
}

/** Gives the second firewall of a pair a name of its own. */
export function renameHost(config: XmlElement): void {
  const system = config.child("devices")?.entries()[0]?.at("deviceconfig", "system");
  const name = system?.child("hostname");
  if (name) name.text = `${name.text}-2`;
}
