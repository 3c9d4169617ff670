/** What the stack configuration says, validated. */
import type { InventorySource } from "../inventory";
import type { CoverageOptions } from "../mapping/coverage";
import type { MappingOptions } from "../mapping/types";
import type { Connection } from "../panos/connection";
import type { GuardSettings } from "./guard";
import type { GuardrailSettings } from "./guardrails";

/** Everything that the stack configuration says, validated. docs/settings.md has the table. */
export interface Settings {
  /** organization/project/stack. */
  stack: string;
  inventory: InventorySource;
  /** What AWS's routes send traffic to, and what is behind the firewall besides. */
  targets: Targets;
  firewalls: FirewallSettings[];
  /** Whether `firewalls:` lists them: then everything that is declared is named after its firewall. */
  listed: boolean;
  /** Names of those that leave: what is ours on them goes. */
  leaving: string[];
  /** The same, for whoever asks what that is. */
  leavingFirewalls: FirewallSettings[];
  guardrails: GuardrailSettings;
  /** What waits for an approval; undefined: nothing does. */
  guard: GuardSettings | undefined;
  limits: Limits;
  /** Why nothing may be written now; undefined: it may. */
  frozen: string | undefined;
}

export type Targets = Pick<MappingOptions, "firewall" | "protectedSubnets" | "protectedVpcs">;

/** How much one run may change, and how many rules there may be. Undefined: no limit but the device's. */
export interface Limits {
  maxChanges: number | undefined;
  maxRemovals: number | undefined;
  /** Whether removals count that are revoked permissions by what AWS shows and the run's events say. */
  revoked: "count" | "pass";
  maxRules: number | undefined;
}

/** What the configuration says of one firewall. */
export interface FirewallSettings {
  connection: Connection;
  mapping: MappingOptions;
  cleanupRule: string;
  /** Whether a commit takes others' changes along. */
  commitScope: "own" | "full";
  /** What decides whether an administrator's rule makes one of ours unnecessary. */
  coverage: CoverageOptions;
  /** The firewall to declare, and whose rules on it are ours. */
  declared: DeclaredFirewall;
  /** What a commit takes besides ours, and what becomes of sessions after it. */
  committing: { commitScope: string | undefined; sessions: string | undefined };
}

interface DeclaredFirewall {
  name: string;
  vsys: string;
  hostname: string;
  ownerId: string;
  /** The administrator's rule that everything of ours stands above. */
  cleanupRule: string;
  /** organization/project/stack. */
  stack: string;
  acceptRename: boolean;
  maxRemovals: number | undefined;
}
