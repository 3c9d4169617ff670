import type { References } from "../schema/references";

/** The device's regions beside those of ISO 3166: proxies, satellites, and blocks that it gives to no country. */
const BEYOND_COUNTRIES = new Set(["A1", "A2", "AP", "O1"]);

const countries = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/**
 * The addresses of a region: as a member of a rule its name means the region, whatever else is called so.
 * @returns none for a country, whose addresses the device has from its content; undefined where it is no region
 */
export function regionNamed(name: string, references: References): string[] | undefined {
  const custom = references.find("region", name);
  if (custom) return custom.members("address");
  const isCountry =
    BEYOND_COUNTRIES.has(name) || (/^[A-Z]{2}$/.test(name) && countries.of(name) !== undefined);
  return isCountry ? [] : undefined;
}
