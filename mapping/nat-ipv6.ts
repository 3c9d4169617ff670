/**
 * NAT rules that match IPv6 packets (NPTv6, NAT64). NPTv6 changes a host's part so that checksums stay as they are (RFC
 * 6296): which address becomes which isn't worked out here, so no rule names what is translated.
 */
import type { Rulebase } from "../panos/policy";
import { intersection, overlaps, setOf, type IntervalSet } from "../lib/net/intervals";
import { isOverIpv6 } from "./translations";
import { addressTexts, without } from "./nat-members";
import { addressBounds } from "./objects";
import { trafficOf, type NamedObjects } from "./own-traffic";
import type { MappedRule } from "./types";

/** What a NAT rule may do with IPv6 packets to some addresses. */
interface Ipv6Step {
  name: string;
  from: readonly string[];
  to: readonly string[];
  source: IntervalSet;
  destination: IntervalSet;
  /** Everything that it may translate these to. */
  target: IntervalSet;
}

/** The NAT rules of a configuration that may change IPv6 destinations, also back from a source's translation. */
export function ipv6StepsOf({ nat = [], addresses }: Rulebase): Ipv6Step[] {
  const possibly = (members: string[]) => addressBounds(members, false, addresses).possibly.IPv6;
  return nat
    .filter((rule) => !rule.disabled && isOverIpv6(rule))
    .flatMap(({ name, from, to, translation, reverse, ...rule }): Ipv6Step[] => {
      const [source, destination] = [possibly(rule.source), possibly(rule.destination)];
      const everybody = { from: ["any"], to: ["any"], source: possibly(["any"]) };
      return [
        ...(translation === undefined
          ? []
          : [{ name, from, to, source, destination, target: possibly([translation.address]) }]),
        ...(reverse === undefined
          ? []
          : [{ name, ...everybody, destination: possibly([reverse]), target: source }]),
      ];
    });
}

/** A rule without the IPv6 destinations, packets to which NAT may take elsewhere. */
export function overIpv6(
  mapped: MappedRule,
  own: NamedObjects,
  steps: readonly Ipv6Step[],
): { rule?: MappedRule; withheld: string[]; missed: string[] } {
  const box = trafficOf(mapped, own).find(({ family }) => family === "IPv6")?.box;
  if (box === undefined) return { rule: mapped, withheld: [], missed: [] };
  const [from = "", to = ""] = [mapped.rule.from[0], mapped.rule.to[0]];
  const met = steps.filter(
    (step) => (step.from.includes("any") || step.from.includes(from)) && overlaps(step.source, box.source),
  );
  const taking = met.filter(
    (step) =>
      (step.to.includes("any") || step.to.includes(to)) && overlaps(step.destination, box.destination),
  );
  const missed = met.filter(({ target }) => overlaps(target, box.destination)).map(({ name }) => name);
  const lost = intersection(setOf(taking.flatMap(({ destination }) => [...destination])), box.destination);
  if (lost.length === 0) return { rule: mapped, withheld: [], missed: [...new Set(missed)] };
  const by = [...new Set(taking.map(({ name }) => name))].join(", ");
  const destination = without(mapped.rule.destination, lost, own, "IPv6");
  if (destination === undefined || destination.length === 0) {
    return {
      withheld: [`: the firewall's NAT rule ${by} may take packets to its instances elsewhere.`],
      missed,
    };
  }
  return {
    rule: { ...mapped, rule: { ...mapped.rule, destination } },
    withheld: [
      ` in full: the firewall's NAT rule ${by} may take packets to ${addressTexts(lost, "IPv6").join(", ")} ` +
        "elsewhere, so these are left out.",
    ],
    missed,
  };
}
