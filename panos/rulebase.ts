import type { PanosClient } from "./client";
import { ruleFrom } from "./entries";
import { SESSION_XPATH, SHARED_XPATH, vsysXpath } from "./location";
import { natRules } from "./nat";
import type { AddressObject, Rulebase, RulebaseRule, ServiceObject } from "./policy";
import { pushedRules, readPushed } from "./pushed";
import { child, entries, find, members, textAt, type XmlElement } from "./xml";

/**
 * Reads everything that judging a rulebase takes, in both configurations: the vsys and what is shared, as candidate
 * and as running, what Panorama has pushed, and the device's session settings.
 * @returns also the vsys's `<entry>` of each as it is, for whoever wants to know more of it
 */
export async function readRulebases(client: PanosClient): Promise<{
  candidate: Rulebase;
  running: Rulebase;
  candidateVsys: XmlElement | undefined;
  runningVsys: XmlElement | undefined;
}> {
  const vsys = vsysXpath(client.connection);
  const [candidateVsys, candidateShared, runningVsys, runningShared, panorama, session] = await Promise.all([
    client.get(vsys),
    client.get(SHARED_XPATH),
    client.show(vsys),
    client.show(SHARED_XPATH),
    readPushed(client),
    // As candidate, because that has what a template of Panorama sets, too.
    client.get(SESSION_XPATH),
  ]);
  const pushed = pushedRules(panorama, client.connection.vsys);
  const device = {
    ...(pushed && { pushed }),
    // Factory setting: yes, as devices' answers to `show session info` have it that nobody changed.
    ...(textAt(session, "session", "ipv6-firewalling") === "no" && { ignoresIpv6: true as const }),
  };
  return {
    candidate: {
      ...rulebaseFrom(child(candidateVsys, "entry"), child(candidateShared, "shared")),
      ...device,
    },
    running: { ...rulebaseFrom(child(runningVsys, "entry"), child(runningShared, "shared")), ...device },
    candidateVsys: child(candidateVsys, "entry"),
    runningVsys: child(runningVsys, "entry"),
  };
}

/** Puts a Rulebase together from a vsys's `<entry>` and `<shared>`. */
export function rulebaseFrom(vsys: XmlElement | undefined, shared: XmlElement | undefined): Rulebase {
  // A vsys's own object hides a shared one of the same name, so the shared ones go in first.
  const places = [shared, vsys];
  const names = (...path: string[]) => [
    ...new Set(places.flatMap((place) => [...entries(find(place, ...path)).keys()])),
  ];
  const defaults = entries(find(vsys, "rulebase", "default-security-rules", "rules"));
  const nat = natRules(vsys);
  const interzoneDefault = textAt(defaults.get("interzone-default"), "action");
  return {
    rules: [...entries(find(vsys, "rulebase", "security", "rules")).values()].map(rulebaseRule),
    addresses: new Map(places.flatMap(addresses)),
    taggedAddresses: places.flatMap(taggedAddresses),
    services: new Map(places.flatMap(services)),
    zones: [...entries(child(vsys, "zone")).keys()],
    profileGroups: names("profile-group"),
    logSettings: names("log-settings", "profiles"),
    ...(interzoneDefault !== "" && { interzoneDefault }),
    ...(nat.length > 0 && { nat }),
  };
}

function rulebaseRule(entry: XmlElement): RulebaseRule {
  const rule = ruleFrom(entry);
  return {
    name: rule.name,
    disabled: textAt(entry, "disabled") === "yes",
    action: rule.action,
    ruleType: (textAt(entry, "rule-type") || "universal") as RulebaseRule["ruleType"],
    from: rule.from,
    to: rule.to,
    source: rule.source,
    negateSource: textAt(entry, "negate-source") === "yes",
    destination: rule.destination,
    negateDestination: textAt(entry, "negate-destination") === "yes",
    application: rule.application,
    service: rule.service,
    tag: rule.tag,
    conditions: conditions(entry),
    found: rule,
  };
}

/** Match conditions beyond zones, addresses, applications and services; "any" and absence are none. */
const CONDITIONS = [
  "source-user",
  "category",
  "source-hip",
  "destination-hip",
  "hip-profiles",
  "schedule",
  "source-imei",
  "source-imsi",
  "source-nw-slice",
];

function conditions(entry: XmlElement): string[] {
  return CONDITIONS.filter((name) => {
    const setting = child(entry, name);
    if (setting === undefined) return false;
    const values = [...members(setting), setting.text.trim()].filter((value) => value !== "");
    return values.some((value) => value !== "any");
  });
}

function addresses(place: XmlElement | undefined): [string, AddressObject][] {
  const objects = [...entries(child(place, "address"))].map(([name, entry]): [string, AddressObject] => {
    const netmask = textAt(entry, "ip-netmask");
    const range = textAt(entry, "ip-range");
    if (netmask !== "") return [name, { kind: "ip-netmask", value: netmask }];
    if (range !== "") return [name, { kind: "ip-range", value: range }];
    return [name, opaque(entry)];
  });
  const groups = [...entries(child(place, "address-group"))].map(([name, entry]): [string, AddressObject] => {
    const fixed = child(entry, "static");
    return [name, fixed === undefined ? opaque(entry) : { kind: "static-group", members: members(fixed) }];
  });
  const lists = [...entries(child(place, "external-list")).keys()].map((name): [string, AddressObject] => [
    name,
    { kind: "opaque", why: "an external dynamic list" },
  ]);
  return [...lists, ...objects, ...groups];
}

function taggedAddresses(place: XmlElement | undefined): Rulebase["taggedAddresses"] {
  return [...entries(child(place, "address"))]
    .map(([name, entry]) => ({ name, tag: members(child(entry, "tag")) }))
    .filter(({ tag }) => tag.length > 0);
}

function opaque(entry: XmlElement): { kind: "opaque"; why: string } {
  const kind = entry.children.find(({ name }) => name !== "description" && name !== "tag")?.name ?? "empty";
  return { kind: "opaque", why: `its value is known to the firewall only (${kind})` };
}

function services(place: XmlElement | undefined): [string, ServiceObject][] {
  const objects = [...entries(child(place, "service"))].map(([name, entry]): [string, ServiceObject] => {
    const protocol = child(entry, "protocol")?.children[0];
    if (protocol === undefined || (protocol.name !== "tcp" && protocol.name !== "udp")) {
      return [name, { kind: "opaque", why: `protocol ${protocol?.name ?? "missing"}` }];
    }
    const sourcePort = textAt(protocol, "source-port");
    return [
      name,
      {
        kind: protocol.name,
        port: textAt(protocol, "port"),
        ...(sourcePort !== "" && { sourcePort }),
      },
    ];
  });
  const groups = [...entries(child(place, "service-group"))].map(([name, entry]): [string, ServiceObject] => [
    name,
    { kind: "group", members: members(child(entry, "members")) },
  ]);
  return [...objects, ...groups];
}
