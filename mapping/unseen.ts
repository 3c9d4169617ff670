/** What decides over our rules on a firewall, and isn't in the rulebase that they are judged by. */
import type { PushedRules, Rulebase } from "../panos/policy";
import { parseCidr } from "../lib/net/cidr";
import type { MappedRule, MappingOptions } from "./types";

/** So many names are listed. */
const MOST = 10;

/**
 * What a person should know of a firewall besides its own rulebase, one sentence each.
 * @param rules those that are to be declared
 */
export function unseen(
  { pushed, ignoresIpv6 }: Rulebase,
  rules: readonly MappedRule[],
  { quarantine }: Pick<MappingOptions, "quarantine">,
): string[] {
  const notes: string[] = [];
  if (pushed !== undefined) {
    const [above, below] = [counted(pushed.above), counted(pushed.below)];
    const isolation =
      quarantine?.deny === true && pushed.above.length > 0
        ? ". Those that isolate instances stand below them as well"
        : "";
    notes.push(
      `Panorama manages this firewall, and what it has pushed isn't read: ${above} above the local rulebase, which may ` +
        `deny what ours allow or allow it already, ${below} below it${changing(pushed)}, and its objects, profiles and ` +
        `settings. Compare ours with them by hand${isolation}`,
    );
  }
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
  return names.length === 0 ? what : `${what} (${listed(names)})`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST;
  return names.slice(0, MOST).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function isOfIpv6({ rule, prefixLists = [] }: MappedRule): boolean {
  const texts = [...rule.source, ...rule.destination, ...prefixLists.flatMap(({ entries }) => entries)];
  return texts.some((text) => parseCidr(text)?.family === "IPv6");
}
