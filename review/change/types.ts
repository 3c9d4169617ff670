/**
 * What a review says, as `review.json` has it: what a change in AWS does to what the firewall lets through.
 * Texts from AWS and from the firewall are data: whoever shows them escapes them.
 * `docs/review.schema.json` says the same for other languages.
 */
import type { Seen } from "../../plan/reviewed/seen";
import type { SeenCut } from "../evidence/summary";
import type { Reason } from "../explain/reason";

export interface Review {
  /** Version of this shape. */
  format: 1;
  /** organization/project/stack; between two snapshots, the stack's name alone. */
  stack: string;
  /** Where it comes from: a preview against the firewalls, or two snapshots of AWS and no firewall. */
  source: "preview" | "between";
  /** Everything in one line. */
  summary: string;
  /** What there is to say against it: guardrails and limits that are hit. None: exit code 0, otherwise 2. */
  against: Finding[];
  /** Each once, although several firewalls get the same. */
  counts: Counts;
  firewalls: FirewallReview[];
  /** Whose the addresses in flows are, by the address as flows have it. */
  addresses: Record<string, AddressOwner>;
  /** What a person should know besides, one sentence each. */
  notes: string[];
  /** What it rests on; absent between two snapshots. `apply` holds it against what is there then. */
  seen?: Seen;
}

export interface Finding {
  kind: "guardrail" | "limit";
  /** `name/vsys`; absent: it holds for all. */
  firewall?: string;
  text: string;
}

export interface Counts {
  /** Rules that let something in that was not let in before. */
  opening: number;
  /** Rules, or what they were before, of which something is no longer let in. */
  closing: number;
  added: number;
  changed: number;
  removed: number;
  withheld: number;
  alreadyAllowed: number;
}

export interface AddressOwner {
  interfaceId: string;
  instanceId?: string;
  /** The instance's name, or what AWS's service writes on an interface of its own. */
  name?: string;
}

export interface FirewallReview {
  /** `name/vsys`. */
  firewall: string;
  /** Of a device group: the names of the firewalls that its rules reach; absent where that isn't known. */
  reaches?: string[];
  /** Set where it leaves the stack: everything of it that is ours is removed. */
  leaves?: true;
  /** Why nothing would be written to it: it could not be asked. Then there are no changes. */
  refusal?: string;
  /** Rules that come, go or become others, or let something else in; by name. */
  changes: RuleChange[];
  /** How many rules of ours stay as they are. */
  unchanged: number;
  withheld: WithheldPermission[];
  alreadyAllowed: AllowedRule[];
  /** Administrator's rules that are replaced. */
  adopted: { name: string; by: string[]; lost: string[] }[];
  /** Rules of ours that an administrator has put on hold: they stay as they are. */
  held: string[];
  /** Absent between two snapshots. */
  cost?: Cost;
}

/** What the update will ask of the firewall. */
export interface Cost {
  commits: 0 | 1;
  /** Rules and objects to write or remove. */
  writes: number;
  /** How many requests change the candidate, at least: how many writes one takes depends on when they come. */
  writingRequests: number;
  /** Addresses to register or unregister. */
  registrations: number;
}

export interface RuleChange {
  /** The rule's name: unique on its firewall. */
  rule: string;
  kind: "added" | "changed" | "removed";
  group: { id: string; name?: string };
  direction: "ingress" | "egress";
  /** What of the group it mirrors: "TCP port 443". */
  traffic: string;
  /** What gets through afterwards and did not before; none: it opens nothing. */
  opens: Flow[];
  /** What no longer gets through; none: it closes nothing. */
  closes: Flow[];
  /** How a changed rule differs from what it was, field by field. */
  fields: FieldChange[];
  /** Why, in AWS's terms. */
  reasons: Reason[];
  marks: Mark[];
  /** What AWS itself stops of what it opens; absent: nothing, or nothing is known of it. */
  stopped?: StoppedOpening;
  /** The rule's entry, as it is on the firewall and as it will be. */
  xml: { before?: string; after?: string };
}

/** What doesn't come to instances although a rule opens it: network ACLs or VPC Block Public Access. */
interface StoppedOpening {
  /** How much of what opens; unknown: an ACL could not be seen, and none that could denies any of it. */
  what: "all" | "part" | "unknown";
  because: Reason[];
}

/** Every source to every destination on every port. */
export interface Flow {
  /** CIDRs, addresses, or "any". */
  source: string[];
  destination: string[];
  /** "tcp/443", "udp/8000-8100", "tcp", "ICMP type 8", "ICMP", "protocol 47", "any", "any but tcp/80, tcp/8080". */
  ports: string[];
  /** App-IDs, or "any" alone. */
  applications: string[];
  /** Applications to which all of that makes no difference, where the others are "any". */
  except?: string[];
  /** The same for parts of it: each was, or stays, open for one application. */
  already?: FlowPart[];
  /** The zones between which it passes. */
  from: string;
  to: string;
  /** Set where only a part of a named source or destination is meant: the rest was, or stays, open. */
  partly?: true;
  /** Of what closes, where flow logs showed that it is used. */
  cut?: SeenCut;
}

/** A part of a flow, for one application. */
export interface FlowPart {
  /** CIDRs. */
  source: string[];
  destination: string[];
  ports: string[];
  application: string;
}

export interface FieldChange {
  /** "source", "destination", "application", …: PAN-OS's name of it. */
  field: string;
  /** Of lists, members; of single values, the new one. */
  added: string[];
  /** Of lists, members; of single values, the old one. */
  removed: string[];
}

/** What to look at twice. */
export interface Mark {
  kind: MarkKind;
  text: string;
}

type MarkKind =
  /** Opened to the whole internet on a port that administers machines. */
  | "world-administrative"
  /** Opened to public addresses on a database's port. */
  | "public-database"
  /** Opened on all ports. */
  | "any-port"
  /** A rule that was there lets in more than before. */
  | "wider"
  /** Somebody's denial above stops part of it. */
  | "shadowed"
  /** Somebody had disabled it, or it did not work where it stood. */
  | "disabled"
  /** AWS itself stops all of what it opens, or a part. */
  | "stopped";

export interface WithheldPermission {
  group: { id: string; name: string };
  /** "TCP port 443" */
  traffic: string;
  /** Why, in a sentence. */
  text: string;
  /** Whether a guardrail withholds it. */
  guardrail: boolean;
}

export interface AllowedRule {
  rule: string;
  group: { id: string; name: string };
  traffic: string;
  source: string[];
  destination: string[];
  /** The administrator's rules that allow the same. */
  by: string[];
  /** Denials above those, that may take a part of it first; absent: none. */
  deniedBy?: string[];
}
