/**
 * What PAN-OS does with a packet, from its documentation: the first rule whose zones, addresses,
 * application and service all match decides; between zones, what nothing matches is denied.
 */
import { registrationsOf } from "../../../mapping";
import type { MappedAddressGroup } from "../../../mapping/types";
import type { Address, Application, SecurityRule, Service, StaticAddressGroup } from "../../../panos/policy";
import { isWithin } from "./bits";
import type { Packet } from "./packet";

/** Every port on which `application-default` lets an application in, decrypted or not. */
const DEFAULT_PORTS: Record<string, string[]> = {
  dns: ["tcp/53", "udp/53", "udp/5353", "tcp/853"],
  imap: ["tcp/143", "tcp/993"],
  ldap: ["tcp/389", "tcp/636", "tcp/3268", "tcp/3269", "udp/389"],
  "ms-rdp": ["tcp/3389", "udp/3389"],
  mysql: ["tcp/3306"],
  oracle: ["tcp/1521"],
  pop3: ["tcp/110", "tcp/995"],
  smtp: ["tcp/25", "tcp/587", "tcp/465"],
  ssh: ["tcp/22"],
  ssl: ["tcp/443"],
  "web-browsing": ["tcp/80", "tcp/443"],
  "in-house": ["tcp/22", "tcp/8443", "udp/8443"],
  ping: ["icmp"],
  icmp: ["icmp"],
  ping6: ["icmpv6"],
  "ipv6-icmp": ["icmpv6"],
};

export interface Declared {
  rules: (SecurityRule & { direction: "ingress" | "egress" })[];
  services: Service[];
  applications: Application[];
}

/**
 * The rule that lets the packet through when App-ID takes it for this application, if one does. All of ours
 * allow, so the first match lets it through.
 * @param only the zones that it goes between, and which permissions' rules count; any, where not given
 */
export function ruleThatAllows(
  { rules, services, applications }: Declared,
  packet: Packet,
  application: string,
  only: { from?: string; to?: string; direction?: "ingress" | "egress" } = {},
): SecurityRule | undefined {
  return rules.find(
    (rule) =>
      (only.from === undefined || rule.from.includes(only.from)) &&
      (only.to === undefined || rule.to.includes(only.to)) &&
      (only.direction === undefined || rule.direction === only.direction) &&
      matchesAddress(rule.source, packet.source) &&
      matchesAddress(rule.destination, packet.destination) &&
      (rule.application.includes("any") || rule.application.includes(application)) &&
      rule.service.some((name) => matchesService(name, services, applications, packet, application)),
  );
}

/** The rule that decides about the packet, if one matches. @param only zones that it goes between; any, where not given */
export function firstMatch(
  { rules, services, applications }: Omit<Declared, "rules"> & { rules: readonly SecurityRule[] },
  packet: Packet,
  application: string,
  only: { from?: string; to?: string },
): SecurityRule | undefined {
  const has = (zones: string[], zone: string | undefined) =>
    zone === undefined || zones.includes("any") || zones.includes(zone);
  return rules.find(
    (rule) =>
      has(rule.from, only.from) &&
      has(rule.to, only.to) &&
      matchesAddress(rule.source, packet.source) &&
      matchesAddress(rule.destination, packet.destination) &&
      (rule.application.includes("any") || rule.application.includes(application)) &&
      rule.service.some((name) => matchesService(name, services, applications, packet, application)),
  );
}

/** Addresses, with static groups as the values of the address objects that they consist of in the end. */
export function valuesOf(
  members: string[],
  lists: { addressGroups: StaticAddressGroup[]; addresses: Address[] },
): string[] {
  return members.flatMap((member) => {
    const group = lists.addressGroups.find(({ name }) => name === member);
    if (group) return valuesOf(group.members, lists);
    return [lists.addresses.find(({ name }) => name === member)?.value ?? member];
  });
}

/** Addresses, with dynamic groups as what is registered with the tag that their filter names. */
export function resolved(members: string[], groups: MappedAddressGroup[]): string[] {
  return members.flatMap((member) => {
    const group = groups.find((candidate) => candidate.group.name === member)?.group;
    if (!group) return [member];
    const tag = /^'([^']+)'$/.exec(group.filter)?.[1] ?? "";
    const registered = registrationsOf(groups)[tag];
    if (!registered) throw new Error(`nothing is said of the tag of ${group.name}: ${group.filter}`);
    return registered;
  });
}

/**
 * What App-ID may take the packet for: any application of ours that identifies it, the most exact first, or
 * what it would be without ours. Which of them wins is not documented.
 */
export function identities(applications: Application[], packet: Packet): string[] {
  const ours = applications.filter((application) => identifies(application, packet));
  ours.sort((a, b) => Number(b.code !== undefined) - Number(a.code !== undefined));
  return [...ours.map(({ name }) => name), packet.application];
}

function identifies({ identifiedBy, number, code }: Application, packet: Packet): boolean {
  switch (identifiedBy) {
    case "ip-protocol":
      return packet.protocol === number;
    case "icmp-type":
      return packet.protocol === 1 && packet.type === number && (code ?? packet.code) === packet.code;
    case "icmp6-type":
      return packet.protocol === 58 && packet.type === number && (code ?? packet.code) === packet.code;
  }
}

function matchesAddress(members: string[], address: string): boolean {
  return members.some((member) => member === "any" || isWithin(address, member));
}

function matchesService(
  name: string,
  services: Service[],
  applications: Application[],
  packet: Packet,
  application: string,
): boolean {
  if (name === "any") return true;
  if (name === "application-default") {
    const ours = applications.find((candidate) => candidate.name === application);
    if (ours) return identifies(ours, packet);
    const transport = { 1: "icmp", 58: "icmpv6", 6: `tcp/${packet.port}`, 17: `udp/${packet.port}` };
    const port = transport[packet.protocol as keyof typeof transport];
    return (DEFAULT_PORTS[application] ?? []).includes(port);
  }
  const service = services.find((candidate) => candidate.name === name);
  if (!service) throw new Error(`the rule names the service ${name}, which is not declared`);
  if (packet.protocol !== { tcp: 6, udp: 17 }[service.protocol]) return false;
  const [first, last] = service.port.split("-").map(Number);
  return packet.port >= first! && packet.port <= (last ?? first!);
}
