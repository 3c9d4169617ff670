import type { PanosClient } from "./client";
import { PanosError } from "./error";
import type { PushedRules } from "./policy";
import { child, entries, find, type XmlElement } from "./xml";

/**
 * What Panorama has pushed to a firewall lies beside the firewall's own configuration, by vsys; pan-os-ansible reads
 * it there, too. Without Panorama there is nothing.
 */
const PUSHED_XPATH = "/config/panorama";

/** Reads it, as it is. @returns undefined where there is nothing, or the device has no such place */
export async function readPushed(client: PanosClient): Promise<XmlElement | undefined> {
  try {
    return child(await client.get(PUSHED_XPATH), "panorama");
  } catch (error) {
    if (error instanceof PanosError && error.code === "refused") return undefined;
    throw error;
  }
}

/** The names of the rules that Panorama has pushed to a vsys; undefined: it has pushed nothing there. */
export function pushedRules(panorama: XmlElement | undefined, vsys: string): PushedRules | undefined {
  const place = entries(child(panorama, "vsys")).get(vsys);
  if (place === undefined || place.children.length === 0) return undefined;
  const names = (rulebase: string, kind: string) => [...entries(find(place, rulebase, kind, "rules")).keys()];
  const onBothSides = (kind: string) => [...names("pre-rulebase", kind), ...names("post-rulebase", kind)];
  return {
    above: names("pre-rulebase", "security"),
    below: names("post-rulebase", "security"),
    nat: onBothSides("nat"),
    overrides: onBothSides("application-override"),
  };
}
