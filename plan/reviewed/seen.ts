import type { Parts } from "./hashes";

/** Hashes of what a review has seen. */
export interface Seen {
  inventory: string;
  /** By firewall, `name/vsys`. */
  rulebases: Record<string, string>;
  /** Of what would be declared, by firewall: for whoever reads the file. What is compared is in `effects`. */
  declarations: Record<string, string>;
  /** Of everything that an update would do, by firewall and by what it is of. */
  effects: Record<string, Parts>;
  /** Names of firewalls that leave the stack. */
  leaving: string[];
}
