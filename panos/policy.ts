/**
 * PAN-OS policy as plain data, in PAN-OS's own words. No XML and no I/O here: `panos/xml.ts` and
 * `panos/entries.ts` translate, `mapping/` computes, `provider/` declares.
 */

/** A security rule that we declare. Lists are sets: their order means nothing to PAN-OS. */
export interface SecurityRule {
  /** At most 63 characters, starting with a letter or digit. */
  name: string;
  description: string;
  tag: string[];
  from: string[];
  to: string[];
  /** CIDRs, ranges or addresses, or names of address groups; "any" alone. */
  source: string[];
  destination: string[];
  /** Application names, or "any" alone. */
  application: string[];
  /** Service object names, or "any" or "application-default" alone. */
  service: string[];
  action: "allow" | "deny";
  /** Set where it logs at the start of a session too, and not only at its end. */
  logStart?: true;
  /** Security profile group. */
  profileGroup?: string;
  /** Log forwarding profile. */
  logSetting?: string;
}

/** A rule's entry as found on a device: what a SecurityRule says, and anything set beyond that. */
export interface FoundRule extends Omit<SecurityRule, "action" | "logStart"> {
  action: string;
  /** Settings that a rule of ours never has, as "name: value": disabled, negated, scheduled, … */
  extras: string[];
}

/** A service object that we declare. */
export interface Service {
  name: string;
  protocol: "tcp" | "udp";
  /** A port or a range, as PAN-OS writes it: "8000-8100". */
  port: string;
  tag: string[];
}

/**
 * A custom application that we declare: what its default says, and nothing else. PAN-OS identifies it by
 * an IP protocol's number, or by an ICMP or ICMPv6 type and, where given, code (PAN-OS documentation,
 * "Defining Applications").
 */
export interface Application {
  /** At most 31 characters. */
  name: string;
  description: string;
  identifiedBy: "ip-protocol" | "icmp-type" | "icmp6-type";
  /** The protocol's number, or the type. */
  number: number;
  /** Of a type; absent: every code. */
  code?: number;
}

/** An address object that we declare. */
export interface Address {
  /** At most 63 characters: letters, digits, hyphens, underscores and periods. */
  name: string;
  /** The CIDR block that it stands for. */
  value: string;
  tag: string[];
}

/** A dynamic address group that we declare: its members are the addresses registered with a tag. */
export interface DynamicAddressGroup {
  /** At most 63 characters. */
  name: string;
  /** Tags in single quotes, with `and` and `or`. */
  filter: string;
  tag: string[];
}

/** A static address group that we declare. */
export interface StaticAddressGroup {
  /** At most 63 characters. */
  name: string;
  /** Names of address objects, or of other groups. */
  members: string[];
  tag: string[];
}

export type AddressGroup = DynamicAddressGroup | StaticAddressGroup;

/** A tag object that we declare. */
export interface Tag {
  name: string;
  comments: string;
}

/** A rule as somebody wrote it on the firewall, read for judging what is already allowed. */
export interface RulebaseRule {
  name: string;
  disabled: boolean;
  /** allow, deny, drop, reset-client, reset-server, reset-both */
  action: string;
  ruleType: "universal" | "intrazone" | "interzone";
  from: string[];
  to: string[];
  source: string[];
  negateSource: boolean;
  destination: string[];
  negateDestination: boolean;
  application: string[];
  service: string[];
  tag: string[];
  /**
   * Further conditions that are set to something else than "any" (source-user, category, schedule,
   * source-hip, …), by their PAN-OS names. A rule that has any matches only some of the traffic.
   */
  conditions: string[];
  /** Those of them that this program doesn't know: elements that no list of its names; absent: none. */
  unknown?: string[];
  /** Its whole entry, where it comes from a device. */
  found?: FoundRule;
  /** Of a rule that Panorama has pushed: the device group that wrote it, "shared", or "" where nobody says. */
  panorama?: string;
  /** Of a firewall's own rule, beside those of a device group: which firewalls have it. */
  firewall?: string;
}

/** A NAT rule as somebody wrote it on the firewall, as far as it says where packets go. */
export interface NatRule {
  name: string;
  disabled: boolean;
  from: string[];
  /** The zone of the destination before translation. */
  to: string[];
  source: string[];
  /** Before translation. */
  destination: string[];
  /** The name of a service or a group of them, or "any". */
  service: string;
  /** Absent: it leaves the destination as it is. */
  translation?: {
    /** An address, a range, a block, or the name of an object. */
    address: string;
    port?: string;
    /** Whether it picks one of several addresses for each session. */
    isDynamic: boolean;
  };
  /** What sources become, where packets to that are translated back as well: static, in both directions. */
  reverse?: string;
  /** What makes it match only some of the packets, or translates otherwise, by its PAN-OS name. */
  conditions: string[];
}

/** What Panorama has pushed: its rules stand above all local rules of their kind, or below them. */
export interface PushedRules {
  /** Names of security rules. */
  above: string[];
  below: string[];
  /** On either side: what changes destinations before security rules are looked at. Absent: none is known. */
  nat?: string[];
  /** The same: what changes applications. */
  overrides?: string[];
  /** The security rules themselves, in the order of evaluation; absent in earlier recordings. */
  rules?: { above: RulebaseRule[]; below: RulebaseRule[] };
  /** Tags that are the vsys's by it, and by whom each is. */
  tags?: Record<string, string>;
  /** Why it isn't known: then the rest is empty. */
  unread?: string;
}

/** How an address object says what it stands for. Anything we can't know without the device is opaque. */
export type AddressObject =
  | { kind: "ip-netmask"; value: string }
  | { kind: "ip-range"; value: string }
  | { kind: "static-group"; members: string[] }
  /** A region that an administrator has made, of addresses, never of objects' names. */
  | { kind: "region"; addresses: string[] }
  | Opaque
  | Ambiguous<AddressObject>;

export type ServiceObject =
  | { kind: "tcp" | "udp"; port: string; sourcePort?: string }
  | { kind: "group"; members: string[] }
  | Opaque
  | Ambiguous<ServiceObject>;

/** An application that isn't PAN-OS's own, or several by one name. A filter's content is opaque. */
export type ApplicationObject =
  { kind: "custom" } | { kind: "group"; members: string[] } | Opaque | Ambiguous<ApplicationObject>;

interface Opaque {
  kind: "opaque";
  why: string;
}

/** Several objects of one name, in the vsys and in shared or of several kinds: a rule means one of them. */
export interface Ambiguous<T> {
  kind: "ambiguous";
  readings: T[];
}

/** A rule that calls traffic an application without looking into it. Disabled ones are none. */
export interface ApplicationOverride extends Pick<
  RulebaseRule,
  "name" | "from" | "to" | "source" | "negateSource" | "destination" | "negateDestination" | "unknown"
> {
  /** tcp or udp */
  protocol: string;
  /** As PAN-OS writes them: "443", "80,8000-8100". */
  port: string;
  /** What it calls that traffic; "" where it doesn't say. */
  application: string;
}

/** Some firewalls of a device group that have the same rules in one place; several of these are all its firewalls. */
export interface RulesOnSome {
  /** Names of the firewalls. */
  on: string[];
  rules: RulebaseRule[];
}

/** What a firewall has in one configuration (candidate or running), as far as our rules meet it. */
export interface Rulebase {
  /** The local ones in evaluation order, our own rules included. */
  rules: RulebaseRule[];
  /** Address objects, groups, external lists and regions by name. */
  addresses: Map<string, AddressObject>;
  /** Address objects that carry tags: dynamic groups have them as members by these. */
  taggedAddresses: { name: string; tag: string[] }[];
  services: Map<string, ServiceObject>;
  /** Custom applications, groups and filters by name. */
  applications: Map<string, ApplicationObject>;
  /** In evaluation order, Panorama's included. */
  overrides: ApplicationOverride[];
  zones: string[];
  /** Of a candidate: zones that running hasn't, and that no template sets; absent: none, or nobody has looked. */
  uncommittedZones?: string[];
  profileGroups: string[];
  logSettings: string[];
  /** The action of the predefined interzone-default, where somebody, or Panorama, has overridden it; absent: it denies. */
  interzoneDefault?: string;
  /** In the order in which they are looked at, Panorama's included; absent: none. */
  nat?: NatRule[];
  /** Absent: Panorama has pushed nothing. */
  pushed?: PushedRules;
  /**
   * Of a device group: rules that come first on all of its firewalls, in their order. Those are pre-rules of shared and
   * of the groups above it, and before post-rules its own pre-rules as well.
   */
  inherited?: RulebaseRule[];
  /** Of a device group's post-rulebase: what comes next on its firewalls, before `rules`; absent: nothing. */
  between?: RulesOnSome[];
  /** Of a device group: rules that come behind all of `rules`; those of only some firewalls say so as a condition. */
  behind?: RulebaseRule[];
  /** Set where the firewall is told not to look at IPv6 packets. */
  ignoresIpv6?: true;
  /** Absent in earlier recordings, and where nothing has a name. */
  names?: TakenNames;
}

/** Names that objects have, each with what it is: "address object", "shared region". */
export interface TakenNames {
  addresses: ReadonlyMap<string, readonly string[]>;
  services: ReadonlyMap<string, readonly string[]>;
  applications: ReadonlyMap<string, readonly string[]>;
}
