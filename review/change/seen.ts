/** What of the traffic that a change closes was seen in flow logs: who would notice. */
import { applicationNamed } from "../../declaration/custom-applications";
import type { Traffic } from "../../lib/net/boxes";
import { parseBlock, type Cidr, type Family } from "../../lib/net/cidr";
import { difference, intersection, overlaps, setOf, type IntervalSet } from "../../lib/net/intervals";
import { commonNumbers } from "../../lib/net/bits";
import { once } from "../../lib/once";
import { overlapIndex } from "../../lib/net/overlap-index";
import { directionsOf, opposite, packetsOf, portsOf } from "../evidence/fates";
import { judgeOf } from "../evidence/judge";
import { judgedPolicy } from "../evidence/policy";
import type { MetFlow } from "../evidence/summary";
import type { Observed, SeenFlow } from "../evidence/types";
import type { FirewallFacts } from "./facts";
import type { Standing } from "./standing";

/** Finds the flows that some closed traffic of rules of one direction meets, and that nothing else lets through. */
export type SeenIn = (
  direction: "ingress" | "egress",
) => (closed: Traffic, from: string, to: string) => MetFlow[];

/** @param after what will let something through */
export function seenIn(observed: Observed, after: Standing, facts: FirewallFacts): SeenIn {
  const judge = judgeOf(judgedPolicy(after, facts));
  const byInterface = new Map<string, { flow: SeenFlow; peer: Cidr }[]>();
  for (const flow of observed.flows) {
    const peer = parseBlock(flow.peer);
    if (peer === undefined) continue;
    const known = byInterface.get(flow.interfaceId);
    if (known === undefined) byInterface.set(flow.interfaceId, [{ flow, peer }]);
    else known.push({ flow, peer });
  }
  const finder = once((family: Family) => {
    const ids = [...byInterface.keys()];
    const sets = ids.map((id) => addressesOf(observed, id, family));
    const index = overlapIndex(sets);
    return {
      at: (near: IntervalSet) =>
        commonNumbers(index.find(near)).map((at) => ({ id: ids[at]!, own: sets[at]! })),
    };
  });
  return (direction) => (closed, from, to) => {
    const { family, box, application } = closed;
    const [near, far] =
      direction === "ingress" ? [box.destination, box.source] : [box.source, box.destination];
    const own = applicationNamed(application, after.ownerId);
    const met: MetFlow[] = [];
    for (const each of finder(family).at(near)) {
      // Those of its addresses that are closed: the others' traffic is another closing's, or goes on.
      const addresses = intersection(each.own, near);
      for (const { flow, peer } of byInterface.get(each.id) ?? []) {
        if (peer.family !== family || !directionsOf(flow).includes(direction)) continue;
        if (own?.identifiedBy === "ip-protocol" && own.number !== flow.protocol) continue;
        const packets = packetsOf(flow, peer, addresses, direction);
        const ports = portsOf(packets.traffic);
        if (!overlaps([peer], far) || !overlaps(ports, box.ports)) continue;
        const { what } = judge(packets, from, to);
        if (what === "allowed") continue;
        const isWhole = [
          difference([peer], far),
          difference(ports, box.ports),
          // Which of several addresses it was that packets came to, the logs don't say.
          difference(each.own, near),
        ].every((rest) => rest.length === 0);
        const isRead =
          flow.direction === direction &&
          // Likely only: the other reading counts where a rule of ours lets that through.
          (flow.otherPorts === undefined ||
            judge(packetsOf(flow, peer, each.own, opposite(direction)), to, from).ours.length === 0);
        met.push({ flow, direction, isSure: what === "cut" && isWhole && isRead });
      }
    }
    return met;
  };
}

function addressesOf({ interfaces }: Observed, id: string, family: Family): IntervalSet {
  const blocks = (interfaces[id]?.addresses ?? []).flatMap((text) => parseBlock(text) ?? []);
  return setOf(blocks.filter((block) => block.family === family));
}
