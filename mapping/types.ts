import type { InterfaceKind } from "../aws/interface-kinds";
import type { Application, DynamicAddressGroup, SecurityRule, Service } from "../panos/policy";

/** What the mapping needs to know besides the inventory; all of it comes from the stack configuration. */
export interface MappingOptions {
  /** What counts as the firewall in AWS. At least one id in all. */
  firewall: { instanceIds: string[]; networkInterfaceIds: string[]; vpcEndpointIds: string[] };
  ownerId: string;
  untrustZone: string;
  trustZone: string;
  profileGroup?: string;
  logSetting?: string;
  /** `application`: App-ID where the table knows the port. `service`: any application on a service. */
  ruleMode: "application" | "service";
  /**
   * `addresses`: a rule names its destinations. `dynamic`: it names an address group, whose members are
   * registered apart, so that instances come and go without a change of rules.
   */
  destinations: "addresses" | "dynamic";
  /** A prefix list with more entries becomes an address group; unless given, none does. */
  prefixListGroups?: number;
  /** Overrides of the application table: "tcp/8443" → an application's name, or null for none. */
  applications: Record<string, string | null>;
  /** As `applications`, for groups with a tag ("team=billing", or a key alone); the first that fits wins. */
  applicationsByTag?: Record<string, Record<string, string | null>>;
  /** Whose interfaces rules lead to: unless given, instances' alone; a list has kinds that come beside them. */
  interfaces?: "instances" | "all" | readonly InterfaceKind[];
  /** Which permissions become rules: unless given, ingress alone. */
  directions?: readonly Direction[];
  /** References to groups: unless given `skip`, for they match no packet that passed a middlebox. */
  references?: "skip" | "expand";
  /**
   * Which address packets to an instance have at the firewall: `public` where it translates the instances' public ones,
   * `nat` where its own NAT rules say which.
   */
  destinationAddress?: "private" | "public" | "nat";
  /** Behind the firewall whatever their route tables say: behind a transit gateway, no table says so. */
  protectedSubnets?: readonly string[];
  protectedVpcs?: readonly string[];
  /** Ways through transit gateways and to endpoints that no setting names don't count: unless given, they do as read. */
  ways?: "told";
  /**
   * What nobody could read counts as leading to the firewall. It says what may stay on it, never what is opened: unless
   * given, the unknown crosses nothing. No setting gives it.
   */
  unknownCrosses?: true;
  /** Whether addresses that VPCs share are an error: unless given, a warning. */
  overlaps?: "warn" | "refuse";
  zones?: ZoneOptions;
  /** Profile groups and log settings of instances by their tags; the first that fits wins. */
  policies?: readonly TagPolicy[];
  /** Unless given, no instance is isolated. */
  quarantine?: QuarantineOptions;
  /** Unless given, no permission ends by itself. */
  expiry?: Expiry;
  /** Unless given, no rule has to be confirmed. Drift alone looks at it: it changes no rule. */
  recertify?: Recertification;
}

/** How often security-group rules have to be confirmed, and the key of the tag that says when one was. */
export interface Recertification {
  days: number;
  tag: string;
}

/** The tag that ends permissions, and when it is asked. */
export interface Expiry {
  /** A key. */
  tag: string;
  /** Milliseconds since 1970. */
  now: number;
  /** What ends within so many days is said in every run. */
  noticeDays: number;
}

/** What rules for instances with a tag have in place of the usual profile group and log setting. */
export interface TagPolicy {
  /** "Tier=db", or a key alone. */
  tag: string;
  profileGroup?: string;
  logSetting?: string;
}

/** Which instances are isolated, and how. */
export interface QuarantineOptions {
  /** Values by key: an instance with one of these tags is isolated. */
  tags: Readonly<Record<string, readonly string[]>>;
  /** Whether rules deny everything to and from isolated instances besides, whatever administrators allow. */
  deny: boolean;
  /** Whether these are all that is declared, and everything else is another stack's; absent: no. */
  only?: true;
  /** The administrator's rule that the denials stand directly above; without one they stand at the top. */
  before?: string;
  /** CIDR blocks from which isolated instances are reached nevertheless. */
  responders: readonly string[];
}

/** From the instances' side: ingress comes to them, egress leaves them. */
export type Direction = "ingress" | "egress";

/** Zones other than the trust and untrust zone. */
export interface ZoneOptions {
  /** The instances' zones by subnet's or VPC's id, or by a tag ("tier=web", or a key alone). */
  subnets?: Readonly<Record<string, string>>;
  vpcs?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
  /** The zones of everything else, by CIDR; the longest prefix wins. */
  sources?: Readonly<Record<string, string>>;
}

/** One group's permission: everything of one security group with the same direction, protocol and ports. */
export interface Permission {
  direction: Direction;
  securityGroupId: string;
  securityGroupName: string;
  ipProtocol: string;
  fromPort: number;
  toPort: number;
  /** The security-group rules that it consists of, as far as they let something through the firewall. */
  ruleIds: string[];
}

/** A rule to declare, with the permission that it mirrors. */
export interface MappedRule {
  rule: SecurityRule;
  permission: Permission;
  /** The prefix lists that it names as address groups, sorted by the groups' names; absent: none. */
  prefixLists?: MappedPrefixList[];
}

/** A large prefix list as rules name it. */
export interface MappedPrefixList {
  /** The address group's name. */
  name: string;
  prefixListId: string;
  /** The entries that cross the firewall, as CIDR blocks in their one spelling, sorted, each once. */
  entries: string[];
  /** The VPCs of the rule's interfaces, sorted: their routes have a say in which entries those are. */
  vpcIds: string[];
}

/** A security group's dynamic address group, and whom it stands for. */
export interface MappedAddressGroup {
  group: DynamicAddressGroup;
  /** What its members are registered with. */
  memberTag: string;
  /** The addresses of running instances that carry the security group: its members now. */
  members: string[];
  /** The addresses of all instances that carry it, also stopped ones: whom its rules may come to let in to. */
  carriers: string[];
}

/** A permission, or a part of one, that does not become a rule. */
export interface Withheld {
  permission: Permission;
  /** A whole sentence that names the group, the protocol and ports, and why. */
  reason: string;
  /** Nothing of it comes to the firewall, as far as that is known: no rule is missing. */
  isElsewhere?: true;
  /** It has ended, or nobody can tell whether: no guardrail forbids it. */
  isEnded?: true;
}

/** Network interfaces behind the firewall to which no rule leads, because of what they are. */
export interface LeftOut {
  /** Their ids, sorted, by kind (`aws/interface-kinds.ts`), or by what else keeps them out. */
  kinds: { kind: string; ids: string[] }[];
  /** Whether the inventory has all of them: the data sources are asked for instances' alone. */
  isComplete: boolean;
}

/** An instance, or an interface of none, whose addresses are in no rule of ours. */
export interface IsolatedInstance {
  id: string;
  /** "i-0a (host) has the tag SecurityStatus=IR" */
  reason: string;
  /** Whether a tag says so; otherwise nobody has seen its tags. */
  isMarked: boolean;
  /** As the firewall may see them in packets to and from it: delegated prefixes and public addresses too. Sorted. */
  addresses: string[];
}

/** What isolates instances. */
export interface Isolation {
  /** Those behind the firewall, sorted by id. */
  instances: IsolatedInstance[];
  /** The addresses of those that are marked. */
  addresses: string[];
  /** CIDR blocks from which they are reached nevertheless. */
  responders: string[];
  /** Rules of their own, from the top of the rulebase. */
  rules: SecurityRule[];
  /** With dynamic destinations: what the marked ones' addresses are registered with, and which those are. */
  memberTag?: string;
  members?: string[];
  /** The group of that tag, where `rules` name it. */
  addressGroup?: DynamicAddressGroup;
  /** Rules that are gone or different only because instances are marked, and all those that `rules` may have. */
  excused: string[];
}

/** What an inventory asks of the firewall. */
export interface Policy {
  rules: MappedRule[];
  /** The service objects that `rules` name, each once, sorted by name. */
  services: Service[];
  /** The custom applications that `rules` name, each once, sorted by name. */
  applications: Application[];
  /** The address groups that `rules` name, each once, sorted by name; none unless destinations are dynamic. */
  addressGroups: MappedAddressGroup[];
  /**
   * What of the permissions of groups behind the firewall becomes no rule: each of them, in the directions that the
   * options name, is in `rules` or here.
   */
  withheld: Withheld[];
  /** Things that a person should know, one sentence each. */
  warnings: string[];
  /** Who is isolated; absent where the options isolate nobody whatever its tags. */
  isolation?: Isolation;
  /** Ids of the interfaces behind the firewall; of stopped instances too, where destinations are dynamic. */
  protectedInterfaces: string[];
  /** All others behind the firewall, as far as the inventory has them. */
  leftOut: LeftOut;
  /** Which VPCs share addresses, one sentence each; also among the warnings. */
  overlaps: string[];
}
