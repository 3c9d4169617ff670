/** What decides over our rules on a firewall, and isn't in the rulebase that they are judged by. */
import { listed } from "../lib/text";
import type { PushedRules, Rulebase } from "../panos/policy";
import { parseCidr } from "../lib/net/cidr";
import { throughIsolation } from "./panorama";
import type { Isolation, MappedRule, MappingOptions } from "./types";

/** So many names are listed. */
const MOST = 10;

/**
 * What a person should know of a firewall besides its own rulebase, one sentence each.
 * @param rules those that are to be declared
 */
export function unseen(
  rulebase: Rulebase,
  rules: readonly MappedRule[],
  options: Pick<MappingOptions, "quarantine">,
  isolation?: Isolation,
): string[] {
  const { pushed, ignoresIpv6 } = rulebase;
  const notes = [
    ...(pushed === undefined ? [] : ofPanorama(pushed, options)),
    ...throughIsolation(rulebase, isolation, options),
  ];
  const ofIpv6 = ignoresIpv6 === true ? rules.filter(isOfIpv6) : [];
  if (ofIpv6.length > 0) {
    notes.push(
      "the firewall is told not to look at IPv6 (deviceconfig/setting/session/ipv6-firewalling is no), so what " +
        `${ofIpv6.length} ${ofIpv6.length === 1 ? "rule says" : "rules say"} of IPv6 does nothing: ` +
        `${listed(ofIpv6.map(({ rule }) => rule.name))}`,
    );
  }
  return notes;
}

/** What isn't known of what Panorama has pushed; an earlier recording has the names of its rules alone. */
function ofPanorama(pushed: PushedRules, { quarantine }: Pick<MappingOptions, "quarantine">): string[] {
  const isolation =
    quarantine?.deny === true ? ". Those that isolate instances stand below them as well" : "";
  if (pushed.unread !== undefined) {
    return [
      `whether Panorama has pushed rules and objects to this firewall can't be read: ${pushed.unread}. Rules of its ` +
        "may stand above the local rulebase and deny what ours allow, so nothing counts as allowed already" +
        isolation,
    ];
  }
  if (pushed.rules !== undefined) return [];
  const [above, below] = [counted(pushed.above), counted(pushed.below)];
  return [
    `Panorama manages this firewall, and what it has pushed isn't read: ${above} above the local rulebase, which may ` +
      `deny what ours allow or allow it already, ${below} below it${changing(pushed)}, and its objects, profiles and ` +
      `settings. Compare ours with them by hand${pushed.above.length > 0 ? isolation : ""}`,
  ];
}

/** The rules that make other packets of those that ours are written for. */
function changing({ nat = [], overrides = [] }: PushedRules): string {
  return [
    ...(nat.length > 0 ? [`${counted(nat, "NAT ")}, which may change their destinations`] : []),
    ...(overrides.length > 0
      ? [`${counted(overrides, "application override ")}, which may change their applications`]
      : []),
  ]
    .map((each) => `, ${each}`)
    .join("");
}

function counted(names: readonly string[], kind = ""): string {
  const what = `${names.length} ${kind}${names.length === 1 ? "rule" : "rules"}`;
  return names.length === 0 ? what : `${what} (${listed(names, MOST, " and")})`;
}

function isOfIpv6({ rule, prefixLists = [] }: MappedRule): boolean {
  const texts = [...rule.source, ...rule.destination, ...prefixLists.flatMap(({ entries }) => entries)];
  return texts.some((text) => parseCidr(text)?.family === "IPv6");
}
