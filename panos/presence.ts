import type { Connection } from "./connection";
import { PanosError } from "./error";
import { scopeOf } from "./location";
import type { XmlElement } from "./xml";

/**
 * Refuses an answer from the candidate that has no such vsys or device group: that says nothing of what is in it, and is
 * not the answer of an empty one.
 * @throws PanosError `unsupported`
 */
export function requirePresent(place: XmlElement | undefined, { hostname, ...location }: Connection): void {
  if (place !== undefined) return;
  const isFirewall = location.panorama === undefined;
  const what = isFirewall ? "vsys" : "device group";
  const setting = isFirewall
    ? "panos:vsys (or PANOS_VSYS) has to be one that it has; if it is a Panorama, set panos:panorama"
    : "panos:panorama has to be one that it has";
  throw new PanosError(
    "UNSUPPORTED",
    `what ${hostname} answers has no ${what} ${JSON.stringify(scopeOf(location))}, so it can't be told what is there of ours, ` +
      `and nothing was changed. Check the setting: ${setting}. Where it was removed for good, take what was in it out of ` +
      "the stack's state: pulumi state delete",
  );
}
