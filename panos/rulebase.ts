import type { PanosClient } from "./client";
import { ruleFrom } from "./entries";
import { SESSION_XPATH, SHARED_XPATH, vsysXpath } from "./location";
import {
  addressObjects,
  applicationObjects,
  localPlaces,
  serviceObjects,
  taggedAddresses,
  takenNames,
  type NamingPlace,
} from "./named-objects";
import { natRules } from "./nat";
import { groupText } from "./evaluated";
import type { ApplicationOverride, PushedRules, Rulebase, RulebaseRule } from "./policy";
import { requirePresent } from "./presence";
import { locOf, readPushed, type Pushed } from "./pushed";
import { countsOf, sumOf, type Counts } from "./room";
import { conditionsIn, unknownIn } from "./rule-elements";
import { child, entries, find, members, textAt, type XmlElement } from "./xml";

/**
 * Reads everything that judging a rulebase takes, in both configurations: the vsys and what is shared, as candidate
 * and as running, what Panorama has pushed, and the device's session settings.
 * @returns also the vsys's `<entry>` of each as it is, for whoever wants to know more of it
 * @throws PanosError `unsupported` where the candidate has no such vsys: nothing there would be denied, or named
 */
export async function readRulebases(client: PanosClient): Promise<{
  candidate: Rulebase;
  running: Rulebase;
  candidateVsys: XmlElement | undefined;
  runningVsys: XmlElement | undefined;
  /** What the device runs beside the vsys's own: what is shared, and what Panorama has pushed. */
  elsewhere: Counts;
}> {
  const vsys = vsysXpath(client.connection);
  const [reading, candidateVsys, candidateShared, runningVsys, runningShared, session] = await Promise.all([
    // First, because it may take two questions, one after the other.
    readPushed(client),
    client.get(vsys),
    client.get(SHARED_XPATH),
    client.show(vsys),
    client.show(SHARED_XPATH),
    // As candidate, because that has what a template of Panorama sets, too.
    client.get(SESSION_XPATH),
  ]);
  requirePresent(child(candidateVsys, "entry"), client.connection);
  const isUnread = reading !== undefined && "unread" in reading;
  const pushed = isUnread ? undefined : reading;
  const device = {
    ...(isUnread && { pushed: { above: [], below: [], unread: reading.unread } }),
    // Factory setting: yes, as devices' answers to `show session info` have it that nobody changed.
    ...(textAt(session, "session", "ipv6-firewalling") === "no" && { ignoresIpv6: true as const }),
  };
  const rulebase = (own: XmlElement | undefined, common: XmlElement | undefined): Rulebase => ({
    ...rulebaseFrom(child(own, "entry"), child(common, "shared"), pushed),
    ...device,
  });
  const newZones = uncommittedZones(child(candidateVsys, "entry"), child(runningVsys, "entry"));
  return {
    candidate: {
      ...rulebase(candidateVsys, candidateShared),
      ...(newZones.length > 0 && { uncommittedZones: newZones }),
    },
    running: rulebase(runningVsys, runningShared),
    candidateVsys: child(candidateVsys, "entry"),
    runningVsys: child(runningVsys, "entry"),
    elsewhere: sumOf([countsOf(child(runningShared, "shared")), ...(pushed ? [countsOfPushed(pushed)] : [])]),
  };
}

/** Running has none of a template's zones, also where they are in force: the candidate says whose they are. */
function uncommittedZones(candidate: XmlElement | undefined, running: XmlElement | undefined): string[] {
  const zonesIn = (vsys: XmlElement | undefined) => entries(child(vsys, "zone"));
  const committed = zonesIn(running);
  return [...zonesIn(candidate)]
    .filter(([name, { attributes }]) => !committed.has(name) && attributes["src"] === undefined)
    .map(([name]) => name);
}

function countsOfPushed({ own, shared, rules }: Pushed): Counts {
  const sides = ["pre-rulebase", "post-rulebase"] as const;
  return {
    ...sumOf([own, shared].map(countsOf)),
    rules: sides.reduce((sum, side) => sum + rules(side, "security").length, 0),
  };
}

/** Puts a Rulebase together from a vsys's `<entry>` and `<shared>`, and what Panorama has pushed. */
export function rulebaseFrom(
  vsys: XmlElement | undefined,
  shared: XmlElement | undefined,
  pushed?: Pushed,
): Rulebase {
  const places = [shared, pushed?.shared, vsys, pushed?.own];
  const names = (...path: string[]) => [
    ...new Set(places.flatMap((place) => [...entries(find(place, ...path)).keys()])),
  ];
  const evaluated = (kind: string) => [
    ...(pushed?.rules("pre-rulebase", kind) ?? []),
    ...localRules(vsys, kind),
    ...(pushed?.rules("post-rulebase", kind) ?? []),
  ];
  const defaults = entries(find(vsys, "rulebase", "default-security-rules", "rules"));
  const nat = natRules(evaluated("nat"));
  const interzoneDefault =
    textAt(defaults.get("interzone-default"), "action") || (pushed?.defaultAction("interzone-default") ?? "");
  return {
    rules: localRules(vsys, "security").map(rulebaseRule),
    addresses: addressObjects(places),
    taggedAddresses: places.flatMap(taggedAddresses),
    services: serviceObjects(places),
    applications: applicationObjects(places),
    overrides: evaluated("application-override").flatMap(override),
    zones: [...entries(child(vsys, "zone")).keys()],
    profileGroups: names("profile-group"),
    logSettings: names("log-settings", "profiles"),
    ...(interzoneDefault !== "" && { interzoneDefault }),
    ...(nat.length > 0 && { nat }),
    ...(pushed && { pushed: pushedRules(pushed) }),
    names: takenNames([...localPlaces(vsys, shared), ...pushedPlaces(pushed)]),
  };
}

function localRules(vsys: XmlElement | undefined, kind: string): XmlElement[] {
  return [...entries(find(vsys, "rulebase", kind, "rules")).values()];
}

function pushedRules(pushed: Pushed): PushedRules {
  const rules = (side: Parameters<Pushed["rules"]>[0]) =>
    pushed.rules(side, "security").map((entry) => ({ ...rulebaseRule(entry), panorama: locOf(entry) }));
  const [above, below] = [rules("pre-rulebase"), rules("post-rulebase")];
  const namesOf = (kind: string) =>
    [...pushed.rules("pre-rulebase", kind), ...pushed.rules("post-rulebase", kind)].map(
      ({ attributes }) => attributes["name"] ?? "",
    );
  const tags = Object.fromEntries(
    [...entries(child(pushed.own, "tag"))].map(([name, entry]) => [name, locOf(entry)]),
  );
  return {
    above: above.map(({ name }) => name),
    below: below.map(({ name }) => name),
    nat: namesOf("nat"),
    overrides: namesOf("application-override"),
    rules: { above, below },
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

/** No object of ours is one of these, whatever its name: nothing local can stand beside what Panorama has pushed. */
function pushedPlaces(pushed: Pushed | undefined): NamingPlace[] {
  const what = (noun: string, entry: XmlElement) =>
    `${noun} of Panorama's ${groupText(locOf(entry))}`.trimEnd();
  return pushed === undefined ? [] : [pushed.shared, pushed.own].map((place) => ({ place, what }));
}

export function rulebaseRule(entry: XmlElement): RulebaseRule {
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
