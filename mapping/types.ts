import type { AddressGroup, Application, SecurityRule, Service } from "../panos/policy";

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
  /** Overrides of the application table: "tcp/8443" → an application's name, or null for none. */
  applications: Record<string, string | null>;
}

/** One group's ingress permission: everything of one security group with the same protocol and ports. */
export interface IngressPermission {
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
  permission: IngressPermission;
}

/** A security group's dynamic address group, and whom it stands for. */
export interface MappedAddressGroup {
  group: AddressGroup;
  /** What its members are registered with. */
  memberTag: string;
  /** The addresses of running instances that carry the security group: its members now. */
  members: string[];
  /** The addresses of all instances that carry it, also stopped ones: whom its rules may come to let in to. */
  carriers: string[];
}

/** A permission, or a part of one, that does not become a rule although it crosses the firewall. */
export interface Withheld {
  permission: IngressPermission;
  /** A whole sentence that names the group, the protocol and ports, and why. */
  reason: string;
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
  withheld: Withheld[];
  /** Things that a person should know, one sentence each. */
  warnings: string[];
  /** Ids of the interfaces behind the firewall. */
  protectedInterfaces: string[];
}
