/** From a relevant permission to the security rule that says the same, never more. */
import type { SecurityRule, Service } from "../panos/policy";
import { applicationOf, everyDefaultPort } from "./applications";
import { FAMILIES } from "./cidr";
import { describePermission, permissionLabel } from "./describe";
import { isNameableGroup, ownerTag, ruleName, serviceName } from "./names";
import { compareTexts } from "./order";
import type { RelevantPermission } from "./permissions";
import { portsInName, trafficOf } from "./protocols";
import type { Traffic } from "./protocols";
import type { IngressPermission, MappedRule, MappingOptions, Withheld } from "./types";

/** What a rule says about applications and services, and the service object that it needs of us. */
interface Match {
  application: string[];
  service: string[];
}

const APPLICATION_DEFAULT = "application-default";

/** The rule of a permission; or, where PAN-OS can't say it without saying more, why it is withheld. */
export function ruleOf(relevant: RelevantPermission, options: MappingOptions): MappedRule | Withheld {
  const { permission, sources, destinations, groupRules } = relevant;
  const traffic = trafficOf(permission);
  if (!traffic) return withheld(permission, reasonAgainst(permission));
  const match = matchOf(traffic, options);
  if (!match) {
    return withheld(
      permission,
      "PAN-OS has no application for just this, only for echo requests and for all of the protocol.",
    );
  }
  const { securityGroupId } = permission;
  if (!isNameableGroup(securityGroupId)) {
    return withheld(
      permission,
      "the group's id can't be part of a rule's name: it is not of the form sg-0123abcd.",
    );
  }
  const rule: SecurityRule = {
    name: ruleName(securityGroupId, traffic.protocol, portsInName(traffic)),
    description: describePermission(permission, groupRules),
    tag: [ownerTag(options.ownerId)],
    from: [options.untrustZone],
    to: [options.trustZone],
    source: FAMILIES.flatMap((family) => sources[family].map(({ text }) => text)),
    destination: FAMILIES.flatMap((family) =>
      sources[family].length > 0 ? destinations[family].addresses : [],
    ),
    ...match,
    action: "allow",
    ...(options.profileGroup !== undefined && { profileGroup: options.profileGroup }),
    ...(options.logSetting !== undefined && { logSetting: options.logSetting }),
  };
  return { rule, permission };
}

/**
 * The service objects that these rules name, each once, sorted by name. For any subset of the rules that
 * `mapInventory` returned with this ownerId.
 */
export function servicesOf(rules: MappedRule[], ownerId: string): Service[] {
  const services = new Map<string, Service>();
  for (const { rule, permission } of rules) {
    const traffic = trafficOf(permission);
    if (traffic?.protocol !== "tcp" && traffic?.protocol !== "udp") continue;
    const { protocol } = traffic;
    const port = portsInName(traffic);
    const name = serviceName(ownerId, protocol, port);
    if (rule.service.includes(name)) services.set(name, { name, protocol, port, tag: [ownerTag(ownerId)] });
  }
  return [...services.values()].sort((a, b) => compareTexts(a.name, b.name));
}

/** What says exactly this traffic, or less; undefined where only more could be said. */
function matchOf(traffic: Traffic, options: MappingOptions): Match | undefined {
  switch (traffic.protocol) {
    case "all":
      return { application: ["any"], service: ["any"] };
    case "tcp":
    case "udp":
      return portMatch(traffic.protocol, traffic, options);
    case "icmp":
      return icmpMatch(traffic, { echoRequest: 8, ping: "ping", all: "icmp" });
    case "icmpv6":
      return icmpMatch(traffic, { echoRequest: 128, ping: "ping6", all: "ipv6-icmp" });
  }
}

function portMatch(
  protocol: "tcp" | "udp",
  traffic: Traffic & { protocol: "tcp" | "udp" },
  { ruleMode, applications, ownerId }: MappingOptions,
): Match {
  const ports = portsInName(traffic);
  const application =
    ruleMode === "application" ? applicationOf(`${protocol}/${ports}`, applications) : undefined;
  const exact = [serviceName(ownerId, protocol, ports)];
  if (application === undefined) return { application: ["any"], service: exact };
  const defaults = everyDefaultPort(application);
  const isWithin = (port: string) => {
    const [portProtocol, number] = port.split("/");
    return (
      portProtocol === protocol && Number(number) >= traffic.fromPort && Number(number) <= traffic.toPort
    );
  };
  // An application without ports here (unknown, or ICMP by an override) proves nothing about its ports.
  const isExact = defaults !== undefined && defaults.length > 0 && defaults.every(isWithin);
  return { application: [application], service: isExact ? [APPLICATION_DEFAULT] : exact };
}

/**
 * ICMP has no service objects: the application says it. `ping` is the echo request (of which only code 0
 * exists); `icmp` is the protocol without what has an application of its own, so all of it needs both.
 */
function icmpMatch(
  { type, code }: { type: number; code: number },
  names: { echoRequest: number; ping: string; all: string },
): Match | undefined {
  if (type === -1) return { application: [names.all, names.ping], service: [APPLICATION_DEFAULT] };
  if (type === names.echoRequest && code <= 0) {
    return { application: [names.ping], service: [APPLICATION_DEFAULT] };
  }
  return undefined;
}

function reasonAgainst({ ipProtocol, fromPort, toPort }: IngressPermission): string {
  return ["tcp", "udp", "icmp", "icmpv6"].includes(ipProtocol)
    ? `${fromPort} to ${toPort} is no range that this protocol has.`
    : "PAN-OS rules can't say an IP protocol other than TCP, UDP, ICMP and ICMPv6 by its number.";
}

function withheld(permission: IngressPermission, reason: string): Withheld {
  return {
    permission,
    reason: `${permissionLabel(permission)} is not opened: ${reason}`,
  };
}
