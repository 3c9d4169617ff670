import type { Adoptions } from "../../declaration/adoptions";
import type { Declaration } from "../../declaration/declaration";
import type { Difference } from "../../declaration/differences";
import type { Isolated } from "../revision/isolated";
import type { Places } from "../../declaration/placement";
import type { SecurityRule, Tag } from "../../panos/policy";

// Inputs are what a program declares and a preview shows. Outputs hold only what read and delete need, and a
// hash for diff: the state keeps both for every resource, so the text of a rule is kept once.

/** What every object's inputs have. */
export interface Placed {
  /** The firewall's identity, `name/vsys`. */
  firewall: string;
}

/** What every object's inputs may have besides. */
export interface Checked {
  /** What creating it is refused with, as the program has read the firewall; said, and not kept. */
  unmarked?: string[];
}

/** A security rule. `before` says what it has to stand above: see `placeOf`. */
export type SecurityRuleInputs = Placed & Checked & SecurityRule & { before: string; ownerId: string };

/** An object of a kind that rules name, as one of ours. */
export type ObjectInputs<Declared> = Placed & Checked & Declared & { ownerId: string };

/**
 * All address objects of a stack: a prefix list has up to a thousand entries, and a resource for each would
 * cost as much as a rule.
 */
export interface AddressesInputs extends Placed, Checked {
  /** Always the same: a firewall has one such resource. */
  name: string;
  ownerId: string;
  /** CIDR blocks, whose objects' names follow from them; of one found to be otherwise, what was found. */
  addresses: string[];
}

/** What is registered on a firewall through User-ID, beside its configuration: no commit is involved. */
export interface RegisteredAddressesInputs extends Placed {
  ownerId: string;
  /** Addresses by the tag that they are registered with. */
  registrations: Record<string, string[]>;
  /** How many groups one update may leave without an address; absent: the larger of 10 and a quarter. */
  maxRemovals?: number;
  /** Set when no address is declared for a reason that may be a mistake. */
  suspicion?: string;
  /** Absent: nobody. */
  isolated?: Isolated;
}

export interface RegisteredAddressesOutputs extends Placed {
  ownerId: string;
  /** Of what is registered: a refresh puts here what it finds. */
  hash: string;
  /** What the last update registered: what a refresh finds doesn't touch it. */
  applied: Record<string, string[]>;
  /** Of a device group: the firewalls that could not be told, by `memberKey`. */
  missing?: string[];
}

/** The stack's tag. Its comments say whose it is; `acceptRename` lets them change. */
export type TagInputs = Placed & Checked & Tag & { acceptRename: boolean };

/** What the state keeps as outputs of a rule, a service or a tag. */
export interface ObjectOutputs extends Placed {
  hash: string;
  ownerId?: string;
  before?: string;
  /** What a refresh found where that is not as declared, until the next update. */
  found?: object;
}

/** A firewall. Its identity is name and vsys; the hostname is only where it is today. */
export interface FirewallInputs {
  name: string;
  vsys: string;
  hostname: string;
  ownerId: string;
  /** The administrator's rule that everything of ours stands above. */
  cleanupRule: string;
  /** organization/project/stack, for the description of the commit that removes everything. */
  stack: string;
  /** Whether the stack's tag may say another stack; absent: no. */
  acceptRename?: boolean;
  /** Why the program could not work out what this firewall needs, where others are to get theirs all the same. */
  refusal?: string;
}

export interface FirewallOutputs extends Placed {
  hostname: string;
  ownerId: string;
  stack: string;
}

/** The one commit of an update. */
export interface CommitInputs extends Placed, Places {
  ownerId: string;
  stack: string;
  declared: Declaration;
  /** How many rules one update may remove; absent: the larger of 10 and a quarter. */
  maxRemovals?: number;
  /** Set when no rule is declared for a reason that may be a mistake: it is shown with the refusal. */
  suspicion?: string;
  /** What is still to be taken over; absent: nothing. */
  adopt?: Adoptions;
  /** Absent: nobody. */
  isolated?: Isolated;
  /** What of `declared` the running configuration has not, as the program has read it; checked, and not kept. */
  outOfForce?: Difference[];
  /** Rules that don't count as removed: instances are isolated or released, permissions were revoked. */
  excused?: string[];
}

export interface CommitOutputs extends Placed, Places {
  ownerId: string;
  /** Of what is in force: a refresh puts here what it finds. */
  hash: string;
  /** What the last update brought into force: what a refresh finds doesn't touch it. */
  applied: Declaration;
  /** Always there, so that a preview knows it. */
  lastCommit: LastCommit;
}

/** The last commit of a stack on a firewall; nothing where none was needed so far. */
export interface LastCommit {
  /** The job's id. */
  job?: string;
  /** When it had ended: ISO 8601, in UTC. */
  time?: string;
  /** "OK", or what the job warned of. */
  result?: string;
  /** How many rules were added, changed and removed. */
  rules?: string;
  /** Where the review of it can be seen, where whoever ran it said so. */
  review?: string;
}
