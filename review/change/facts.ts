/** What a review is made of: what a preview knows of AWS, of each firewall, and of what it would declare. */
import type { Inventory } from "../../inventory/types";
import type { CoveredRule } from "../../mapping/coverage";
import type { Adopted } from "../../mapping/adoption";
import { permissionLabel } from "../../mapping/describe";
import type { MappingOptions, Permission, Withheld } from "../../mapping/types";
import type { Rulebase, SecurityRule, Service } from "../../panos/policy";
import type { Declaration } from "../../declaration/declaration";
import type { Parts } from "../../plan/reviewed/hashes";
import type { SetBacks } from "./objects";

export interface Facts {
  stack: string;
  source: "preview" | "between";
  /** What AWS has, or is to have. */
  inventory: Inventory;
  /** What AWS had, where that is known. */
  before?: Inventory;
  firewalls: FirewallFacts[];
  /** Limits that stop the run, one sentence each. */
  limits: { firewall?: string; text: string }[];
  notes: string[];
}

export interface FirewallFacts {
  /** `name/vsys`. */
  firewall: string;
  /** Of a device group: the firewalls that its rules reach. */
  reaches?: string[];
  ownerId: string;
  cleanupRule: string;
  options: MappingOptions;
  /** What is in force: everybody's rules in order, and the objects that they name. */
  running: Rulebase;
  /** Members of our dynamic address groups now, by the group's name. */
  members: Record<string, string[]>;
  /** Hashes of what is there and of what is declared, for what has to be written; absent between snapshots. */
  found?: Declaration;
  declared?: Declaration;
  /** Objects of ours that somebody has changed by hand; absent between snapshots. */
  setBacks?: SetBacks;
  /** How many addresses are to be registered and unregistered, where that is how instances are named. */
  registrations?: { missing: number; excess: number };
  wanted: Wanted;
  withheld: Withheld[];
  /** Those of `withheld` that are due to a guardrail. */
  guarded: Withheld[];
  /** `withheldKey` of what was withheld before, where that is known. */
  withheldBefore?: string[];
  alreadyAllowed: CoveredRule[];
  shadowed: { rule: string; by: string }[];
  adopted: Adopted[];
  /** Rules of ours that an administrator has put on hold. */
  held: string[];
  /** What a person should know, one sentence each. */
  notes: string[];
  /** Hashes of what the rulebase has; absent between snapshots. */
  seen?: Parts;
  /** Hashes of everything that an update would do; absent between snapshots. */
  effects?: Parts;
  /** Set where it leaves the stack: what is ours on it goes. */
  leaves?: true;
  /** Why nothing is written to it; then there is nothing but its name that counts. */
  refusal?: string;
}

/** What a firewall is to hold. */
export interface Wanted {
  rules: readonly SecurityRule[];
  /** Those about isolated instances, from the top of the rulebase. */
  isolation: readonly SecurityRule[];
  /** What rules mirror, by their names; none for what is kept of an account that could not be read. */
  permissions: Record<string, Permission>;
  services: readonly Service[];
  /** Members of the address groups that rules name, by the group's name. */
  members: Record<string, string[]>;
}

/** What is withheld, and why, whatever the group is called. */
export function withheldKey({ permission, reason }: Withheld): string {
  const { securityGroupId, ruleIds } = permission;
  return JSON.stringify([securityGroupId, ruleIds, reason.replace(permissionLabel(permission), "")]);
}
