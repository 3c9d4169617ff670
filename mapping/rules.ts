/** From a relevant permission to the security rule that says the same, never more. */
import type { Application, SecurityRule, Service } from "../panos/policy";
import { applicationOf } from "./applications";
import { everyDefaultPort } from "../panos/applications";
import { FAMILIES } from "../lib/net/cidr";
import {
  applicationOfOurs,
  applicationsInside,
  applicationsNamedBy,
} from "../declaration/custom-applications";
import { describePermission, permissionLabel } from "./describe";
import {
  addressGroupName,
  isAddressGroupName,
  isNameableGroup,
  isOfThisProgram,
  isRuleName,
  ownerTag,
  ruleName,
  serviceName,
  serviceNamed,
} from "../declaration/names";
import { APPLICATION_DEFAULT } from "./objects";
import { compareTexts } from "../lib/order";
import type { RelevantPermission } from "./permissions";
import { portsInName, trafficOf } from "../lib/net/protocols";
import type { Traffic } from "../lib/net/protocols";
import type { Permission, MappedRule, MappingOptions, Withheld } from "./types";

/** What a rule says about applications and services, and the service object that it needs of us. */
interface Match {
  application: string[];
  service: string[];
}

/** The rule of a permission; or, where PAN-OS can't say it without saying more, why it is withheld. */
export function ruleOf(relevant: RelevantPermission, options: MappingOptions): MappedRule | Withheld {
  const { permission, zones, groupRules } = relevant;
  const traffic = trafficOf(permission);
  if (!traffic) return withheld(permission, reasonAgainst(permission));
  const { securityGroupId } = permission;
  if (!isNameableGroup(securityGroupId)) {
    return withheld(
      permission,
      "the group's id can't be part of a rule's name: it is not of the form sg-0123abcd.",
    );
  }
  const isEgress = permission.direction === "egress";
  const isUsual = zones.inside === options.trustZone && zones.outside === options.untrustZone;
  const [from, to] = isEgress ? [zones.inside, zones.outside] : [zones.outside, zones.inside];
  const { policy } = relevant.carriers;
  const name = ruleName(securityGroupId, traffic.protocol, portsInName(traffic), {
    direction: permission.direction,
    ...(!isUsual && { zones: [from, to] as const }),
    ...(policy && { policy: policy.tag }),
  });
  if (!isRuleName(name)) {
    return withheld(
      permission,
      `its rule's name would be ${name}, and PAN-OS allows 63 characters: the group's id is too long.`,
    );
  }
  const [profileGroup, logSetting] = (["profileGroup", "logSetting"] as const).map(
    (setting) => policy?.[setting] ?? options[setting],
  );
  const [near, far] = [nearEnd(relevant, options), farEnd(relevant)];
  const group = near[0] ?? "";
  if (isOfThisProgram(group) && !isAddressGroupName(group, options.ownerId)) {
    return withheld(
      permission,
      `its address group's name would be ${group}, and PAN-OS allows 63 characters: the group's id is too long.`,
    );
  }
  const { prefixLists } = relevant;
  const rule: SecurityRule = {
    name,
    description: describePermission(permission, groupRules),
    tag: [ownerTag(options.ownerId)],
    from: [from],
    to: [to],
    source: isEgress ? near : far,
    destination: isEgress ? far : near,
    ...matchOf(traffic, relevant, options),
    action: "allow",
    ...(profileGroup !== undefined && { profileGroup }),
    ...(logSetting !== undefined && { logSetting }),
  };
  return { rule, permission, ...(prefixLists.length > 0 && { prefixLists }) };
}

/** The instances: their addresses, of the families that the far end has, or their address group. */
function nearEnd({ permission, remotes, carriers }: RelevantPermission, options: MappingOptions): string[] {
  const { direction, securityGroupId } = permission;
  if (options.destinations === "dynamic") {
    const end = direction === "egress" && options.destinationAddress === "public" ? "sources" : undefined;
    return [addressGroupName(options.ownerId, securityGroupId, carriers.policy?.tag, end)];
  }
  const lists = FAMILIES.filter((family) => remotes[family].length > 0).map(
    (family) => carriers.families[family].addresses[direction],
  );
  // Thousands of rules can share one list of thousands of addresses.
  return lists.length === 1 ? lists[0]! : lists.flat();
}

function farEnd({ prefixLists, named }: RelevantPermission): string[] {
  return [...prefixLists.map(({ name }) => name), ...named.map(({ text }) => text)];
}

/**
 * The service objects that these rules name, each once, sorted by name. For any subset of the rules that
 * mapping made with this ownerId.
 */
export function servicesOf(rules: readonly MappedRule[], ownerId: string): Service[] {
  const names = new Set(rules.flatMap(({ rule }) => rule.service));
  return [...names].sort(compareTexts).flatMap((name) => serviceNamed(name, ownerId) ?? []);
}

/**
 * The custom applications that these rules name, each once, sorted by name. For any subset of the rules that
 * mapping made with this ownerId.
 */
export function applicationsOf(rules: MappedRule[], ownerId: string): Application[] {
  return applicationsNamedBy(
    rules.map(({ rule }) => rule),
    ownerId,
  );
}

/** The rules, those for wider ICMP traffic naming the applications of ours that others have inside it. */
export function withApplicationsInside(rules: MappedRule[], ownerId: string): MappedRule[] {
  const applications = applicationsOf(rules, ownerId);
  if (applications.length === 0) return rules;
  return rules.map((mapped) => {
    const traffic = trafficOf(mapped.permission);
    const inside = traffic ? applicationsInside(traffic, applications) : [];
    if (inside.length === 0) return mapped;
    const application = [...new Set([...mapped.rule.application, ...inside])];
    return { ...mapped, rule: { ...mapped.rule, application } };
  });
}

/** What says exactly this traffic, or less. */
function matchOf(traffic: Traffic, relevant: RelevantPermission, options: MappingOptions): Match {
  switch (traffic.protocol) {
    case "all":
      return { application: ["any"], service: ["any"] };
    case "tcp":
    case "udp":
      return portMatch(traffic.protocol, traffic, relevant, options);
    case "icmp":
    case "icmpv6":
    case "ip":
      return {
        application: applicationsAlone(traffic, options.ownerId),
        service: [APPLICATION_DEFAULT],
      };
  }
}

function portMatch(
  protocol: "tcp" | "udp",
  traffic: Traffic & { protocol: "tcp" | "udp" },
  { applications }: RelevantPermission,
  { ruleMode, ownerId }: MappingOptions,
): Match {
  const ports = portsInName(traffic);
  const application =
    ruleMode === "application" ? applicationOf(`${protocol}/${ports}`, applications) : undefined;
  const exact = [serviceName(ownerId, protocol, ports)];
  if (application === undefined) return { application: ["any"], service: exact };
  const isExact = isWithinPorts(application, traffic);
  return { application: [application], service: isExact ? [APPLICATION_DEFAULT] : exact };
}

/** Whether all default ports of an application are among these. */
export function isWithinPorts(
  application: string,
  { protocol, fromPort, toPort }: Traffic & { protocol: "tcp" | "udp" },
): boolean {
  const defaults = everyDefaultPort(application);
  const isWithin = (port: string) => {
    const [portProtocol, number] = port.split("/");
    return portProtocol === protocol && Number(number) >= fromPort && Number(number) <= toPort;
  };
  // An application without ports here (unknown, or ICMP by an override) proves nothing about its ports.
  return defaults !== undefined && defaults.length > 0 && defaults.every(isWithin);
}

/** What says traffic that has no ports, where nothing of ours lies inside it; none: PAN-OS can't say it. */
export function applicationsAlone(traffic: Traffic, ownerId: string): string[] {
  const own = applicationOfOurs(traffic, ownerId);
  return predefinedMatch(traffic) ?? (own === undefined ? [] : [own]);
}

/**
 * What PAN-OS's own applications say of ICMP, which has no service objects. `ping` is the echo request (of
 * which only code 0 exists); `icmp` is the protocol without what has an application of its own, so all of it
 * needs both.
 */
function predefinedMatch(traffic: Traffic): string[] | undefined {
  if (traffic.protocol !== "icmp" && traffic.protocol !== "icmpv6") return undefined;
  const { echoRequest, ping, all } = PREDEFINED_ICMP[traffic.protocol];
  if (traffic.type === -1) return [all, ping];
  return traffic.type === echoRequest && traffic.code <= 0 ? [ping] : undefined;
}

const PREDEFINED_ICMP = {
  icmp: { echoRequest: 8, ping: "ping", all: "icmp" },
  icmpv6: { echoRequest: 128, ping: "ping6", all: "ipv6-icmp" },
};

function reasonAgainst({ ipProtocol, fromPort, toPort }: Permission): string {
  return ["tcp", "udp", "icmp", "icmpv6"].includes(ipProtocol)
    ? `${fromPort} to ${toPort} is no range that this protocol has.`
    : "PAN-OS knows IP protocols by their numbers, 1 to 255, and this is none.";
}

function withheld(permission: Permission, reason: string): Withheld {
  return {
    permission,
    reason: `${permissionLabel(permission)} is not opened: ${reason}`,
  };
}
