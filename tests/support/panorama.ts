import { firewallConfig } from "./rules";

/** What is pushed beside rules: objects of a device group, or of Panorama's Shared, by their XML. */
export interface PushedParts {
  above?: readonly string[];
  below?: readonly string[];
  objects?: string;
}

/** An entry as a device group has written it, or Panorama's Shared. */
export function from(loc: string, entry: string): string {
  return entry.replaceAll("<entry name", `<entry loc="${loc}" name`);
}

/** What belongs into a vsys's entry below `/config/panorama`. */
export function pushed({ above = [], below = [], objects = "" }: PushedParts): string {
  const rules = (entries: readonly string[]) => `<security><rules>${entries.join("")}</rules></security>`;
  return `<pre-rulebase>${rules(above)}</pre-rulebase><post-rulebase>${rules(below)}</post-rulebase>${objects}`;
}

/** A firewall's configuration with what Panorama has pushed to its first vsys. */
export function managed(parts: PushedParts, config = firewallConfig()): string {
  const entry = `<entry name="vsys1">${pushed(parts)}</entry>`;
  return config.replace("</config>", `<panorama><vsys>${entry}</vsys></panorama></config>`);
}

/** The same without a cleanup rule of its own. */
export function withoutCleanup(rules: readonly string[] = []): string {
  return firewallConfig(rules).replace(/<entry name="cleanup">.*?<\/entry>/, "");
}
