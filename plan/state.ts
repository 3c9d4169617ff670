import type { Declaration } from "../declaration/declaration";
import type { Part } from "../declaration/kinds/index";
import type { PolicyObjects } from "../declaration/objects";
import { counted } from "../lib/text";
import type { RegisteredOn } from "../declaration/registrations";
import type { Capacity } from "../panos/capacity";
import type { ManagedFirewall } from "../panos/device-groups";
import type { Fleet } from "../panos/group-rulebase";
import type { HitCount } from "../panos/hit-counts";
import type { Job } from "../panos/job";
import type { Rulebase } from "../panos/policy";
import type { PendingChange } from "../panos/system";

/** What a plan knows of a firewall, asked or recorded. */
export interface FirewallState {
  /** Its objects only where drift is searched for: nothing else needs them. */
  candidate: { rulebase: Rulebase; objects?: PolicyObjects };
  running: { rulebase: Rulebase; objects: PolicyObjects };
  capacity: Capacity;
  /** Of a device group. */
  fleet?: Fleet;
  /** What is registered with tags of the stack, on each firewall that can be asked; absent: that was not asked. */
  registered?: RegisteredOn[];
  /** What only the search for drift asks. */
  drift?: DriftState;
}

export interface DriftState {
  hits: Hits;
  changes: PendingChange[];
  /** The newest first. */
  jobs: Job[];
  /** Of a device group. */
  pushes?: PushState;
}

/**
 * The device's counts, or those of each firewall of a device group; or why they aren't told: not every role may ask.
 */
export type Hits = { counts: HitCount[] } | { each: HitCount[][] } | { unknown: string };

/** How far what Panorama runs of a stack has come. */
export interface PushState {
  /** What it runs, in hashes; what is disabled isn't pushed, and isn't in it. */
  running: Declaration;
  members: MemberState[];
  /** Who has committed what some firewall waits for; undefined: Panorama doesn't say. */
  waiting: string[] | undefined;
}

/** A firewall of a device group. */
export interface MemberState extends Pick<ManagedFirewall, "isConnected" | "isInSync" | "lastPush"> {
  /** For people: "fw-1 (015100000000001)". */
  label: string;
  /** What it was pushed of the stack, in hashes; absent where it has all that Panorama runs, or doesn't say. */
  found?: Declaration;
  /** Why it could not be asked. */
  unread?: string;
  /** What it has itself by names of ours. */
  own: { part: Part; name: string }[];
}

export function rulebasesOf({ candidate, running }: Pick<FirewallState, "candidate" | "running">) {
  return { candidate: candidate.rulebase, running: running.rulebase };
}

/** A firewall's identity; of a device group with how many firewalls a change of it reaches. */
export function reach(identity: string, { fleet }: FirewallState): string {
  return fleet === undefined ? identity : `${identity} (${counted(fleet.firewalls.length, "firewall")})`;
}
