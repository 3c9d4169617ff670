import { textOf } from "../lib/text";
import { NO_GUARDRAILS, type GuardedTraffic, type Guardrails } from "../mapping/guardrails";
import { PROJECT } from "./configuration";
import { normalised, trafficOf } from "../lib/net/protocols";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import { SETTINGS } from "./table";
import { SECURITY_GROUP } from "./table/forms";
import { GUARDRAILS } from "./table/structures";
import type { Report } from "./problems";

/** What the stack configuration forbids, and whether a preview fails because of it. */
export interface GuardrailSettings extends Guardrails {
  enforce: boolean;
  /** How many rules one firewall may have of us. */
  maxRules: number | undefined;
}

const KEY = `${PROJECT}:guardrails`;
const KEYS = Object.keys(GUARDRAILS.properties);
const EXCLUDED = ["securityGroups", "vpcs", "instances"] as const;

/** `guardrails`: what is never opened, whatever a security group says. */
export function guardrailSettings(value: unknown, report: Report): GuardrailSettings {
  const none: GuardrailSettings = { ...NO_GUARDRAILS, enforce: false, maxRules: undefined };
  if (value === undefined) return none;
  if (!isRecord(value)) {
    report(KEY, "is not an object", SETTINGS.guardrails.example);
    return none;
  }
  for (const key of Object.keys(value)) {
    reportUnlessKnown(key, `${KEY}.${key}`, KEYS, report);
  }
  const { enforce = false, unboundApprovalTag = false, maxRules } = value;
  if (typeof unboundApprovalTag !== "boolean")
    report(`${KEY}.unboundApprovalTag`, "is neither true nor false", "true");
  if (typeof enforce !== "boolean") report(`${KEY}.enforce`, "is neither true nor false", "true");
  if (maxRules !== undefined && !(Number.isInteger(maxRules) && Number(maxRules) >= 0)) {
    report(`${KEY}.maxRules`, `${JSON.stringify(maxRules)} is not a whole number`, "500");
  }
  const exclude = isRecord(value["exclude"]) ? value["exclude"] : {};
  for (const key of Object.keys(exclude)) {
    reportUnlessKnown(key, `${KEY}.exclude.${key}`, EXCLUDED, report);
  }
  if (value["exclude"] !== undefined && exclude !== value["exclude"]) {
    report(`${KEY}.exclude`, "is not an object of lists of tags", '{"instances": ["public=no"]}');
  }
  const [securityGroups, vpcs, instances] = EXCLUDED.map((kind) =>
    list(exclude[kind], `${KEY}.exclude.${kind}`, "public=no", report).flatMap(
      (tag) => tagText(tag, `${KEY}.exclude.${kind}`, report) ?? [],
    ),
  ) as [string[], string[], string[]];
  return {
    neverOpen: list(value["neverOpen"], `${KEY}.neverOpen`, "tcp/3389", report).flatMap(
      (text) => traffic(text, `${KEY}.neverOpen`, report) ?? [],
    ),
    exemptReferences: list(
      value["exemptReferences"],
      `${KEY}.exemptReferences`,
      "sg-0123456789abcdef0",
      report,
    ).flatMap((id) => groupId(id, report) ?? []),
    widestSource: widestSources(value["widestSource"], report),
    exclude: { securityGroups, vpcs, instances },
    approvalTag:
      value["approvalTag"] === undefined
        ? undefined
        : tagText(value["approvalTag"], `${KEY}.approvalTag`, report),
    ...(unboundApprovalTag === true && { unboundApprovalTag }),
    enforce: enforce === true,
    maxRules: maxRules === undefined ? undefined : Number(maxRules),
  };
}

function widestSources(value: unknown, report: Report): Guardrails["widestSource"] {
  const key = `${KEY}.widestSource`;
  const example = '{"tcp/22": {"IPv4": 24, "IPv6": 56}}';
  if (value === undefined) return [];
  if (!isRecord(value)) {
    report(key, "is not an object of prefix lengths by traffic", example);
    return [];
  }
  return Object.entries(value).flatMap(([text, lengths]) => {
    const place = `${key}["${text}"]`;
    const guarded = text === "any" ? ANY : traffic(text, place, report);
    const { IPv4, IPv6, ...others } = isRecord(lengths) ? lengths : {};
    const isLength = (length: unknown, most: number) =>
      Number.isInteger(length) && Number(length) >= 0 && Number(length) <= most;
    if (!isLength(IPv4, 32) || !isLength(IPv6, 128) || Object.keys(others).length > 0) {
      report(place, "is not one prefix length for IPv4 and one for IPv6", example);
      return [];
    }
    return guarded ? [{ ...guarded, IPv4: Number(IPv4), IPv6: Number(IPv6) }] : [];
  });
}

/** All traffic, "any". */
export const ANY: GuardedTraffic = { text: "any", traffic: { protocol: "all" } };

/** Reads traffic as guardrails name it: "tcp/22", "udp/1-1023", "icmp", "protocol/47". */
export function traffic(text: unknown, key: string, report: Report): GuardedTraffic | undefined {
  const match = /^(?:(tcp|udp)\/(\d{1,5})(?:-(\d{1,5}))?|(icmp|icmpv6)|protocol\/(\d{1,3}))$/.exec(
    textOf(text),
  );
  const [, protocol, first, last = first, icmp, number] = match ?? [];
  if (protocol !== undefined && Number(first) <= Number(last) && Number(last) <= 65535) {
    const ports = { fromPort: Number(first), toPort: Number(last) };
    return { text: textOf(text), traffic: { protocol: protocol as "tcp" | "udp", ...ports } };
  }
  if (icmp !== undefined) {
    return { text: icmp, traffic: { protocol: icmp as "icmp" | "icmpv6", type: -1, code: -1 } };
  }
  if (number !== undefined && Number(number) >= 1 && Number(number) <= 255) {
    // 6 is TCP and 1 is ICMP, as in a security-group rule: unnamed, it would meet neither.
    const whole = trafficOf(normalised({ ipProtocol: String(Number(number)), fromPort: -1, toPort: -1 }));
    if (whole !== undefined) return { text: textOf(text), traffic: whole };
  }
  report(
    key,
    `${JSON.stringify(text)} is not a protocol with ports`,
    "tcp/22, udp/1-1023, icmp, protocol/47",
  );
  return undefined;
}

function tagText(text: unknown, key: string, report: Report): string | undefined {
  if (typeof text === "string" && /^[^=]{1,128}(=.*)?$/su.test(text)) return text;
  report(key, `${JSON.stringify(text)} is not a tag`, "firewall-approved=yes");
  return undefined;
}

function groupId(id: unknown, report: Report): string | undefined {
  if (typeof id === "string" && SECURITY_GROUP.test(id)) return id;
  report(
    `${KEY}.exemptReferences`,
    `${JSON.stringify(id)} is not a security group's id`,
    "sg-0123456789abcdef0",
  );
  return undefined;
}

function list(value: unknown, key: string, example: string, report: Report): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as unknown[];
  report(key, "is not a list", `["${example}"]`);
  return [];
}
