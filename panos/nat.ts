import type { NatRule } from "./policy";
import { child, find, members as membersOf, textAt, type XmlElement } from "./xml";

/** What a NAT rule may have that says nothing of which packets it matches, or that is read below. */
const KNOWN = new Set([
  ...["from", "to", "source", "destination", "service", "nat-type", "disabled"],
  ...["source-translation", "destination-translation", "dynamic-destination-translation"],
  ...["description", "tag", "group-tag"],
]);

/** NAT rules in the order in which they are looked at: the first that matches translates. */
export function natRules(rules: readonly XmlElement[]): NatRule[] {
  return rules.map((entry) => {
    const name = entry.attributes["name"] ?? "";
    const members = (field: string) => membersOf(child(entry, field));
    const natType = textAt(entry, "nat-type") || "ipv4";
    const isStatic = child(entry, "destination-translation");
    const translation = isStatic ?? child(entry, "dynamic-destination-translation");
    const port = textAt(translation, "translated-port");
    const reverse = find(entry, "source-translation", "static-ip");
    return {
      name,
      disabled: textAt(entry, "disabled") === "yes",
      from: members("from"),
      to: members("to"),
      source: members("source"),
      destination: members("destination"),
      service: textAt(entry, "service") || "any",
      ...(translation && {
        translation: {
          address: textAt(translation, "translated-address"),
          ...(port !== "" && { port }),
          isDynamic: isStatic === undefined,
        },
      }),
      ...(textAt(reverse, "bi-directional") === "yes" && {
        reverse: textAt(reverse, "translated-address"),
      }),
      conditions: [
        ...(natType === "ipv4" ? [] : [`nat-type ${natType}`]),
        ...entry.children
          .filter(({ name: field }) => !KNOWN.has(field))
          // An interface, or which of two active firewalls: whether it matches then depends on what isn't read here.
          .filter((field) => field.children.length > 0 || !["", "any"].includes(field.text.trim()))
          .map(({ name: field }) => field),
      ],
    };
  });
}
