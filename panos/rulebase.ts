import type { PanosClient } from "./client";
import { ruleFrom } from "./entries";
import { SESSION_XPATH, SHARED_XPATH, vsysXpath } from "./location";
import {
  addressObjects,
  applicationObjects,
  serviceObjects,
  taggedAddresses,
  takenNames,
} from "./named-objects";
import { natRules } from "./nat";
import type { ApplicationOverride, Rulebase, RulebaseRule } from "./policy";
import { pushedRules, readPushed } from "./pushed";
import { conditionsIn, unknownIn } from "./rule-elements";
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
  const places = [shared, vsys];
  const names = (...path: string[]) => [
    ...new Set(places.flatMap((place) => [...entries(find(place, ...path)).keys()])),
  ];
  const defaults = entries(find(vsys, "rulebase", "default-security-rules", "rules"));
  const nat = natRules(vsys);
  const interzoneDefault = textAt(defaults.get("interzone-default"), "action");
  return {
    rules: [...entries(find(vsys, "rulebase", "security", "rules")).values()].map(rulebaseRule),
    addresses: addressObjects(places),
    taggedAddresses: places.flatMap(taggedAddresses),
    services: serviceObjects(places),
    applications: applicationObjects(places),
    overrides: [...entries(find(vsys, "rulebase", "application-override", "rules")).values()].flatMap(
      override,
    ),
    zones: [...entries(child(vsys, "zone")).keys()],
    profileGroups: names("profile-group"),
    logSettings: names("log-settings", "profiles"),
    ...(interzoneDefault !== "" && { interzoneDefault }),
    ...(nat.length > 0 && { nat }),
    names: takenNames((place, name) => child(place === "shared" ? shared : vsys, name)),
  };
}

function rulebaseRule(entry: XmlElement): RulebaseRule {
  const rule = ruleFrom(entry);
  const ruleType = textAt(entry, "rule-type");
  const { conditions, unknown } = conditionsIn(entry);
  return {
    name: rule.name,
    disabled: textAt(entry, "disabled") === "yes",
    action: rule.action,
    ruleType: ruleType === "intrazone" || ruleType === "interzone" ? ruleType : "universal",
    from: rule.from,
    to: rule.to,
    source: rule.source,
    negateSource: textAt(entry, "negate-source") === "yes",
    destination: rule.destination,
    negateDestination: textAt(entry, "negate-destination") === "yes",
    application: rule.application,
    service: rule.service,
    tag: rule.tag,
    conditions,
    ...(unknown.length > 0 && { unknown }),
    found: rule,
  };
}

function override(entry: XmlElement): ApplicationOverride[] {
  if (textAt(entry, "disabled") === "yes") return [];
  const list = (name: string) => members(child(entry, name));
  const unknown = unknownIn(entry, ["port", "protocol"]);
  return [
    {
      name: entry.attributes["name"] ?? "",
      from: list("from"),
      to: list("to"),
      source: list("source"),
      negateSource: textAt(entry, "negate-source") === "yes",
      destination: list("destination"),
      negateDestination: textAt(entry, "negate-destination") === "yes",
      ...(unknown.length > 0 && { unknown }),
      protocol: textAt(entry, "protocol"),
      port: textAt(entry, "port"),
      application: textAt(entry, "application"),
    },
  ];
}
