/**
 * What `npm run drift` says, as `drift.json` has it: how firewalls differ from what was last applied to them. Texts
 * from AWS and from the firewall are data: whoever shows them escapes them.
 */
import type { Reason } from "../explain/reason";
import type { FieldChange } from "../change/types";

export interface Drift {
  /** Version of this shape. */
  format: 1;
  /** organization/project/stack. */
  stack: string;
  /** Everything in one line. */
  summary: string;
  /** Whether any firewall has findings. Then the exit code is 2. */
  drifted: boolean;
  firewalls: FirewallDrift[];
}

export interface FirewallDrift {
  /** `name/vsys`. */
  firewall: string;
  /** Why it could not be asked: then nothing is known of it, and the exit code is 1. */
  refusal?: string;
  /** How it differs from what was last applied: drift. */
  findings: Finding[];
  /** What the stack declares by now and has not applied yet, or is staged and not committed: no drift. */
  notApplied: NotApplied[];
  /** Rules of ours that an administrator has put on hold, and how they differ: that is what holding is for. */
  held: Held[];
  /** Administrators' rules above ours that possibly deny part of what these allow. */
  shadowed: Shadowed[];
  unused: Unused;
  /** Security-group rules that somebody has to confirm; absent: the stack asks for none (`recertify`). */
  unconfirmed?: Unconfirmed;
  /**
   * Where something in running was not applied: its last commits, whoever made them, the newest first. With which it
   * came, and by whom it was edited, the firewall doesn't say.
   */
  commits: CommitMade[];
  /** Of a device group on Panorama. */
  pushes?: Pushes;
}

/** How far what Panorama runs has come. */
export interface Pushes {
  firewalls: PushedTo[];
  /** Administrators who have committed what some of these firewalls wait for; absent: Panorama doesn't say. */
  waiting?: string[];
}

export interface PushedTo {
  /** Its name and serial. */
  firewall: string;
  isConnected: boolean;
  /** Whether it has all that Panorama runs, others' included; absent: Panorama doesn't say. */
  isInSync?: boolean;
  /** How the last push to it ended, in Panorama's words. */
  lastPush?: string;
  /** How many objects of ours it hasn't got as Panorama runs them; absent: it could not be asked. */
  behind?: number;
}

/** A commit, as the device's list of jobs has it. */
export interface CommitMade {
  job: string;
  by: string;
  /** When it had ended, in the device's own words and time. */
  ended: string;
}

/** What is known of a rule with a name of ours. */
export interface Mirrored {
  /** The security group and the permission that it mirrors. */
  group?: { id: string; name?: string };
  traffic?: string;
  /** Why AWS asks for it now, or asks for it no more. */
  reasons?: Reason[];
}

/** What can be found, of a rule, an object or a registered address. */
export type FindingKind =
  /** It says something else. */
  | "edited"
  /** A rule is disabled; it may say something else besides. */
  | "disabled"
  /** A rule says the same, and stands where it doesn't do that: below the cleanup rule. */
  | "moved"
  | "removed"
  /** It is there under its name, without the mark that makes it ours. */
  | "untagged"
  /** It carries our mark, and nobody has declared it. */
  | "undeclared"
  /** An address that was registered is not any more. */
  | "not-registered"
  /** An address is in a group of ours that nobody has declared there. */
  | "registered"
  /** Of a device group: Panorama runs it as it was applied, and firewalls have it otherwise, or not at all. */
  | "not-pushed"
  /** Firewalls have something of their own by its name. */
  | "overridden"
  /** A firewall of the device group can't be asked, and Panorama doesn't say that it has everything. */
  | "not-asked";

/** What the table of kinds calls it, such as "address group"; or "registered address", or "firewall". */
type ObjectKind = string;

export interface Finding extends Mirrored {
  kind: FindingKind;
  object: ObjectKind;
  name: string;
  /** In which configuration: what is in the candidate alone is not committed. Absent for registered addresses. */
  where?: "running" | "candidate" | "both";
  /** Of what is not committed: the administrators who have changed it, where the firewall says so. */
  by?: string[];
  /**
   * How it differs, field by field: `added` is what was applied, `removed` what is there. Of what nobody declares, and
   * of objects, what is there alone; of a rule that is gone, what it said.
   */
  fields: FieldChange[];
  /** The rule's entry as it is there. */
  xml?: string;
  /** Set where the stack declares something else by now, too. */
  movedOn?: true;
  /** Of a device group: the firewalls that it is about; of what is not as applied on Panorama, those that have it so. */
  on?: string[];
  /** Why a firewall could not be asked. */
  why?: string;
}

export interface Held extends Mirrored {
  rule: string;
  fields: FieldChange[];
  xml?: string;
}

interface Shadowed extends Mirrored {
  rule: string;
  /** The administrator's. */
  by: string;
}

export interface NotApplied extends Mirrored {
  object: ObjectKind;
  name: string;
  /** What an update would do. */
  change: "add" | "change" | "remove";
  /** Whether it is in the candidate already: a run failed before its commit, or staged alone (`--target`). */
  staged: boolean;
  /** Of a device group: Panorama runs it, and these firewalls wait for it. */
  on?: string[];
}

export interface Unused {
  /** So many days without a hit make a rule unused. */
  days: number;
  rules: UnusedRule[];
  /** Why the firewall's hit counts are not known; then `rules` is empty. */
  unknown?: string;
  /** How many rules of ours can't be judged: not counted so long, not at all, or without effect where they stand. */
  notJudged: number;
}

export interface Unconfirmed {
  /** For so many days a confirmation lasts. */
  days: number;
  /** The key of the tag that says when a rule was confirmed. */
  tag: string;
  rules: UnconfirmedRule[];
}

export interface UnconfirmedRule {
  /** sgr-… */
  id: string;
  group: { id: string; name: string };
  traffic: string;
  /** The names of our rules that mirror it. */
  rules: string[];
  /** What the tag says, where it has it; absent: it was never confirmed. */
  confirmed?: string;
  /** The command that confirms it today. */
  confirm: string;
}

export interface UnusedRule {
  rule: string;
  group: { id: string; name?: string };
  traffic: string;
  /** ISO 8601, in UTC; absent: never, since it is counted. */
  lastHit?: string;
  countedSince?: string;
  /**
   * What could be revoked in AWS: security-group rules that no other rule of ours needs, on any firewall. None where
   * another rule that mirrors the same was hit, or may have been.
   */
  revoke: { id: string; description?: string }[];
}
