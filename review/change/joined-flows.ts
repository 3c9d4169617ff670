/** Flows that say the same of several families, or of several points of a protocol, told as one. */
import type { Family } from "../../lib/net/cidr";
import { cutOf, type MetFlow } from "../evidence/summary";
import type { Flow } from "./types";

/** A flow of one family, and what of it was seen. */
export type FamilyFlow = Flow & { family: Family; met?: MetFlow[] };

/**
 * Flows that differ in nothing but the family, or in the application of protocols without ports, as one: no
 * packet has two families.
 */
export function joined(flows: FamilyFlow[]): Flow[] {
  const isPointed = ({ ports }: Flow) => !ports.some((port) => /^(tcp|udp)\/|^any/.test(port));
  const byEnds = new Map<string, FamilyFlow>();
  for (const flow of flows) {
    const { family, source, destination, from, to, ports, partly, applications, already } = flow;
    const what = isPointed(flow) ? "points" : [ports, applications];
    const key = JSON.stringify([family, source, destination, from, to, partly, what, already]);
    const known = byEnds.get(key);
    const both = known && {
      ...known,
      ...union(known, flow, ["ports", "applications"]),
      ...bothMet(known, flow),
    };
    byEnds.set(key, both ? { ...both, ports: widest(both.ports) } : flow);
  }
  const byFamily = new Map<string, FamilyFlow[]>();
  for (const flow of byEnds.values()) {
    const { from, to, ports, applications, except } = flow;
    const key = JSON.stringify([from, to, ports, applications, except]);
    byFamily.set(key, [...(byFamily.get(key) ?? []), flow]);
  }
  return [...byFamily.values()].flatMap((alike) => {
    const [first, second] = alike;
    if (alike.length !== 2 || first === undefined || second === undefined || first.family === second.family) {
      return alike.map(plain);
    }
    const partly = first.partly ?? second.partly;
    const already = [...(first.already ?? []), ...(second.already ?? [])];
    const more = {
      ...(partly && { partly }),
      ...(already.length > 0 && { already }),
      ...bothMet(first, second),
    };
    return [plain({ ...first, ...union(first, second, ["source", "destination"]), ...more })];
  });
}

/** Without the types of a protocol that is there as a whole. */
function widest(ports: string[]): string[] {
  return ports.filter((port) => !ports.includes(port.replace(/ type .*$/, "")) || !port.includes(" type "));
}

function union<K extends "source" | "destination" | "ports" | "applications">(a: Flow, b: Flow, keys: K[]) {
  return Object.fromEntries(keys.map((key) => [key, [...new Set([...a[key], ...b[key]])]])) as Pick<Flow, K>;
}

function bothMet(a: FamilyFlow, b: FamilyFlow): Pick<FamilyFlow, "met"> {
  return { met: [...(a.met ?? []), ...(b.met ?? [])] };
}

function plain(flow: FamilyFlow): Flow {
  const { source, destination, ports, applications, except, already, from, to, partly, met = [] } = flow;
  const cut = met.length > 0 && { cut: cutOf(met) };
  const but = { ...(except && { except }), ...(already && { already }) };
  return { source, destination, ports, applications, ...but, from, to, ...(partly && { partly }), ...cut };
}
