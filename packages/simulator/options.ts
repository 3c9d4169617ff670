import type { ApiKeys } from "./accounts";
import { DEFAULT_CONFIG } from "./default-config";
import type { Fault } from "./faults/fault";
import { Firewall } from "./firewall";
import type { MoreApplications } from "./policy/more-applications";
import type { Refuses } from "./refuses";
import type { RegistrationOptions } from "./userid/registered";

export interface SimulatorOptions {
  /** HTTPS; 0, the default, takes any free port. */
  port?: number;
  httpPort?: number;
  /** Where to listen; 127.0.0.1 unless said otherwise. */
  host?: string;
  /** Administrators, with all rights unless the configuration gives them a role; admin/admin unless given. */
  users?: { name: string; password: string }[];
  /** XML text of a <config>: the running configuration at the start. */
  config?: string;
  /** How long a commit job runs; 0, the default, ends it right after the answer that names it. */
  commitSeconds?: number;
  /** A file that gets one line of JSON for each request. */
  record?: string;
  /** "11.1.2" unless given. */
  swVersion?: string;
  /** Whether it has no license: its serial number is then "unknown", as every such device's; false unless given. */
  isUnlicensed?: boolean;
  /** How many security rules the device takes, as it says and as its commits are held to; 10000 unless given. */
  maxRules?: number;
  /** How many address objects; 10000 unless given. */
  maxAddresses?: number;
  /** How many address groups; 1000 unless given. */
  maxAddressGroups?: number;
  /** How many service objects; 2500 unless given. */
  maxServices?: number;
  /** Applications that it knows beside the common ones, each with its default ports ("tcp/8443"). */
  applications?: MoreApplications;
  /** Whether it knows whatever application a rule names; false unless given. */
  everyApplication?: boolean;
  /** API keys expire after this, whatever the configuration says; a new one then also ends the old ones. */
  keyLifetimeSeconds?: number;
  /** How addresses are registered where that is not documented, and how many. */
  registration?: RegistrationOptions;
  /** What it refuses of what isn't documented; nothing unless given. */
  refuses?: Refuses;
  /** What goes wrong, from the start. */
  faults?: readonly Fault[];
}

/** The firewall that options describe. */
export function firewallFrom(
  options: SimulatorOptions,
  own: { keys?: ApiKeys; serial?: string } = {},
): Firewall {
  return new Firewall({
    users: options.users ?? [{ name: "admin", password: "admin" }],
    config: options.config ?? DEFAULT_CONFIG,
    commitSeconds: options.commitSeconds ?? 0,
    swVersion: options.swVersion ?? "11.1.2",
    capacity: {
      rules: options.maxRules ?? 10_000,
      addresses: options.maxAddresses ?? 10_000,
      addressGroups: options.maxAddressGroups ?? 1_000,
      services: options.maxServices ?? 2_500,
    },
    keyLifetimeSeconds: options.keyLifetimeSeconds ?? 0,
    address: options.host ?? "127.0.0.1",
    ...(options.isUnlicensed === true && { serial: "unknown" }),
    ...(options.applications !== undefined && { applications: options.applications }),
    ...(options.everyApplication !== undefined && { everyApplication: options.everyApplication }),
    ...(options.registration !== undefined && { registration: options.registration }),
    ...(options.refuses !== undefined && { refuses: options.refuses }),
    ...own,
  });
}
