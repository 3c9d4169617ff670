/**
 * What AWS itself stops of what security groups let in. It changes no rule, and no other part of an inventory says it:
 * it is read only for who is told of it.
 */

/** EC2 only, and only where it was asked for. */
export interface Filters {
  /** Those that were read: of a shared VPC, its owner alone sees them. */
  networkAcls?: NetworkAcl[];
  publicAccess?: PublicAccess[];
  /** What could not be read, and why, one sentence each. */
  unread: string[];
}

/** VPC Block Public Access of one region of one account: what goes through internet gateways (VPC user guide). */
export interface PublicAccess {
  accountId: string;
  region: string;
  mode: "off" | "block-bidirectional" | "block-ingress";
  /** VPCs and subnets that it leaves alone. */
  exclusions: PublicAccessExclusion[];
}

export interface PublicAccessExclusion {
  /** "vpc-…" or "subnet-…". */
  resourceId: string;
  mode: "allow-bidirectional" | "allow-egress";
}

/** A network ACL. Each subnet has one: the one that it is associated with, otherwise its VPC's default. */
export interface NetworkAcl {
  id: string;
  ownerId?: string;
  vpcId: string;
  isDefault: boolean;
  /** Those that are associated with it. */
  subnetIds: string[];
  entries: NetworkAclEntry[];
}

/**
 * One entry, in EC2's names (API reference, NetworkAclEntry). The first that fits by number decides; what none fits is
 * denied.
 */
export interface NetworkAclEntry {
  ruleNumber: number;
  /** Of what leaves the subnet; otherwise of what enters it. */
  egress: boolean;
  ruleAction: "allow" | "deny";
  /** A number, "-1" for all. */
  protocol: string;
  /** Exactly one of both, whose family it is of. */
  cidrBlock?: string;
  ipv6CidrBlock?: string;
  /** Of TCP and UDP; absent for all. */
  portRange?: { from: number; to: number };
  /** Of ICMP and ICMPv6, -1 for all; absent for all. */
  icmpTypeCode?: { type: number; code: number };
}
