/**
 * Applications of ours, for what PAN-OS has neither a service nor an application for: ICMP and ICMPv6 types
 * and codes, and IP protocols by number. Such an application has no signature, only a default that says the
 * protocol, or the type and code (PAN-OS documentation, "Defining Applications": protocols 1 to 255, types
 * and codes 0 to 255, the code optional), so it can't be taken for anything else.
 */
import type { Application } from "../panos/policy";
import { applicationName, applicationParts, ownerTag } from "./names";
import { compareTexts } from "../lib/order";
import { describeTraffic } from "../lib/net/protocols";
import type { Traffic } from "../lib/net/protocols";

const KINDS = {
  i4: { identifiedBy: "icmp-type", ipProtocol: "icmp" },
  i6: { identifiedBy: "icmp6-type", ipProtocol: "icmpv6" },
  ip: { identifiedBy: "ip-protocol", ipProtocol: undefined },
} as const;

/** The application of ours that identifies exactly this traffic; undefined where that takes none of ours. */
export function applicationOfOurs(traffic: Traffic, ownerId: string): string | undefined {
  switch (traffic.protocol) {
    case "icmp":
    case "icmpv6":
      if (traffic.type === -1) return undefined;
      return applicationName(
        ownerId,
        traffic.protocol === "icmp" ? "i4" : "i6",
        traffic.type,
        traffic.code === -1 ? undefined : traffic.code,
      );
    case "ip":
      return applicationName(ownerId, "ip", traffic.number);
    case "all":
    case "tcp":
    case "udp":
      return undefined;
  }
}

/** The application of ours that a name stands for, or undefined if it is none. */
export function applicationNamed(name: string, ownerId: string): Application | undefined {
  const parts = applicationParts(name, ownerId);
  if (parts === undefined) return undefined;
  const { kind, number, code } = parts;
  const { identifiedBy, ipProtocol } = KINDS[kind];
  const described = describeTraffic({
    ipProtocol: ipProtocol ?? String(number),
    fromPort: number,
    toPort: code ?? -1,
  });
  return {
    name,
    // Its start marks it as ours: see ownership.
    description: `${ownerTag(ownerId)}: ${described}`,
    identifiedBy,
    number,
    ...(code !== undefined && { code }),
  };
}

/** The applications of ours that rules name, each once, sorted by name. */
export function applicationsNamedBy(
  rules: readonly { application: readonly string[] }[],
  ownerId: string,
): Application[] {
  const names = new Set(rules.flatMap(({ application }) => application));
  return [...names].sort(compareTexts).flatMap((name) => applicationNamed(name, ownerId) ?? []);
}

/**
 * Those of our applications that lie inside some ICMP traffic without being all of it. PAN-OS doesn't say
 * which application it takes a packet for that two identify: whoever lets in the wider traffic has to name
 * the narrower ones too.
 */
export function applicationsInside(traffic: Traffic, applications: readonly Application[]): string[] {
  if (traffic.protocol !== "icmp" && traffic.protocol !== "icmpv6") return [];
  const identifiedBy = traffic.protocol === "icmp" ? "icmp-type" : "icmp6-type";
  return applications
    .filter(
      (application) =>
        application.identifiedBy === identifiedBy &&
        (traffic.type === -1 ||
          (traffic.type === application.number && traffic.code === -1 && application.code !== undefined)),
    )
    .map(({ name }) => name);
}
