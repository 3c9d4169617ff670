import type { Parts } from "./hashes";

/** Hashes of what a review has seen. */
export interface Seen {
  inventory: string;
  /** By firewall, `name/vsys`. */
  rulebases: Record<string, string>;
  /** Of what would be declared, by firewall. */
  declarations: Record<string, string>;
  /** Of everything that an update would do, by firewall and by what it is of. Earlier versions knew only the former. */
  effects: Record<string, Parts>;
  /** Names of firewalls that leave the stack. */
  leaving: string[];
}
