/** Which members of rules are countries: PAN-OS takes their codes for regions, whatever object is named alike. */

/** Codes of address databases that are no country's: anonymous proxies, satellites, Asia and Pacific, others. */
const BEYOND_COUNTRIES = new Set(["A1", "A2", "AP", "O1", "UK"]);

/** Unicode's names of regions, which know every ISO 3166 code, the European Union and Kosovo. */
const regions = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Whether a name is a country's code of two letters, "IT", as PAN-OS writes it. */
export function isCountry(name: string): boolean {
  if (BEYOND_COUNTRIES.has(name)) return true;
  return /^[A-Z]{2}$/.test(name) && regions.of(name) !== undefined;
}
