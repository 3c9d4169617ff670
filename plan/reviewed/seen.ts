/** Hashes of what a review has seen. */
export interface Seen {
  inventory: string;
  /** By firewall, `name/vsys`. */
  rulebases: Record<string, string>;
  /** Of what would be declared, by firewall. */
  declarations: Record<string, string>;
}
