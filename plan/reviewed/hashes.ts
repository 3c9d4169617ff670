/**
 * What a review rests on, in hashes: what AWS has, and what of a firewall's rulebase decides. By them an apply knows
 * whether either has moved on.
 */
import { createHash } from "node:crypto";
import { sorted } from "../../inventory/validate";
import type { Inventory } from "../../inventory/types";
import { grouped } from "../../lib/grouped";
import { given } from "../../lib/records";
import { defaultAllows, deniesEverything } from "../../mapping/cleanup";
import { TAG_PREFIX } from "../../declaration/names";
import { evaluatedRules, ruleLabel, rulesBefore } from "../../panos/evaluated";
import type { Rulebase } from "../../panos/policy";
import { ownsRule } from "../../declaration/ownership";

/** Hashes by what they are of: "running rule allow-web", "candidate address web-servers". */
export type Parts = Record<string, string>;

export function hashOf(content: unknown): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(content)).digest("hex")}`;
}

/** An inventory's hash: one for whatever order it is in, and for whatever says the same. */
export function inventoryHash(inventory: Inventory): string {
  return hashOf(canonical(inventory));
}

/**
 * What differs between two inventories, object by object, for people: "instance i-0a1", "security group sg-0b2".
 */
export function inventoryMoves(before: Inventory, after: Inventory): string[] {
  const [old, now] = [canonical(before), canonical(after)] as Record<string, unknown>[];
  const moves: string[] = [];
  for (const key of new Set([...Object.keys(old!), ...Object.keys(now!)])) {
    const [had, has] = [objectsById(old![key]), objectsById(now![key])];
    if (had === undefined || has === undefined) {
      if (JSON.stringify(old![key]) !== JSON.stringify(now![key])) moves.push(`${key} is another`);
      continue;
    }
    for (const id of new Set([...had.keys(), ...has.keys()])) {
      if (had.get(id) === has.get(id)) continue;
      const how = had.has(id) ? (has.has(id) ? "has changed" : "is gone") : "is new";
      moves.push(`${KINDS[key] ?? key} ${id} ${how}`);
    }
  }
  return moves;
}

const KINDS: Record<string, string> = {
  vpcs: "VPC",
  subnets: "subnet",
  routeTables: "route table",
  instances: "instance",
  networkInterfaces: "network interface",
  securityGroups: "security group",
  prefixLists: "prefix list",
  vpcPeeringConnections: "VPC peering",
  transitGatewayAttachments: "transit gateway attachment",
  transitGatewayRouteTables: "transit gateway route table",
  gatewayLoadBalancerEndpoints: "Gateway Load Balancer endpoint",
  endpointServices: "endpoint service",
};

/** Undefined for what is no list of objects; an old snapshot may lack a list. */
function objectsById(value: unknown): Map<string, string> | undefined {
  if (value === undefined) return new Map();
  if (!Array.isArray(value)) return undefined;
  const objects = value as { id?: unknown }[];
  if (objects.some(({ id }) => typeof id !== "string")) return undefined;
  // Both sides of a peering of transit gateways may have one id.
  const byId = grouped(objects.map((object) => [String(object.id), JSON.stringify(object)] as const));
  return new Map([...byId].map(([id, texts]) => [id, texts.join()]));
}

/**
 * In one order, without what changes by itself and decides nothing: a pending instance counts as a running one,
 * an interface that is being attached as one that is, and AWS words a refusal with a new id each time. What AWS itself
 * stops changes no rule, and what the tags of instances that don't run decide is in what is declared.
 */
function canonical(inventory: Inventory): object {
  const ordered = sorted(given({ ...inventory, filters: undefined, stopped: undefined }));
  return {
    ...ordered,
    ...(ordered.unread && { unread: ordered.unread.map((each) => ({ ...each, reason: "" })) }),
    instances: ordered.instances.map((each) => ({ ...each, state: "running" })),
    networkInterfaces: ordered.networkInterfaces.map((each) =>
      each.attachmentStatus === "attaching" ? { ...each, attachmentStatus: "attached" } : each,
    ),
  };
}

/**
 * What of a firewall's rulebases decides: every rule of the vsys in its order, and the objects that they name.
 * Ours in the candidate are left out: what a run that failed has staged there is written again anyway.
 */
export function rulebaseParts(
  { candidate, running }: { candidate: Rulebase; running: Rulebase },
  ownerId: string,
): Parts {
  const staged = { ...candidate, rules: candidate.rules.filter((rule) => !ownsRule(ownerId, rule)) };
  return {
    ...partsOf("running", running),
    ...partsOf("candidate", staged),
    ...panoramasOf(running),
    ...defaultOf("running", running),
    ...defaultOf("candidate", candidate),
  };
}

/**
 * Where the predefined interzone-default lets through what comes to it, rules of ours close nothing by going. No part
 * where it denies, whether somebody has set that or not, and where a rule denies everything before.
 */
function defaultOf(configuration: string, rulebase: Rulebase): Parts {
  if (!defaultAllows(rulebase) || evaluatedRules(rulebase).some(deniesEverything)) return {};
  return { [`${configuration} override of interzone-default`]: hashOf(rulebase.interzoneDefault) };
}

/** What Panorama has pushed is the same in both configurations; nothing of it, no part. */
function panoramasOf({ pushed, ...running }: Rulebase): Parts {
  const { above, below } = pushed?.rules ?? { above: [], below: [] };
  const alone = { ...running, overrides: [], taggedAddresses: [] };
  if (running.inherited !== undefined) {
    // Several groups and firewalls may each have a rule of one name.
    const before = rulesBefore(running).map((rule) => ({ ...rule, name: ruleLabel(rule) }));
    return partsOf("what comes before the device group:", { ...alone, rules: before });
  }
  const parts = [
    ...Object.entries(partsOf("Panorama's pre-rulebase", { ...alone, rules: above })),
    ...Object.entries(partsOf("Panorama's post-rulebase", { ...alone, rules: below })),
  ];
  return pushed?.rules === undefined ? {} : Object.fromEntries(parts);
}

function partsOf(configuration: string, rulebase: Rulebase): Parts {
  const { rules, addresses, services, applications, overrides, taggedAddresses } = rulebase;
  const parts = new Map<string, string>();
  const name = (kind: string, of: string) => `${configuration} ${kind} ${of}`;
  for (const rule of rules) {
    parts.set(name("rule", rule.name), hashOf([rule.found ?? rule, rule.conditions]));
  }
  parts.set(`order of the rules in ${configuration}`, hashOf(rules.map((rule) => rule.name)));
  const visit = (kind: string, of: string, objects: ReadonlyMap<string, object>): void => {
    const [object, key] = [objects.get(of), name(kind, of)];
    if (object === undefined || parts.has(key)) return;
    parts.set(key, hashOf(object));
    for (const member of membersOf(object)) visit(kind, member, objects);
  };
  for (const { source, destination } of [...rules, ...overrides]) {
    for (const each of [...source, ...destination]) visit("address", each, addresses);
  }
  for (const { service, application } of rules) {
    for (const each of service) visit("service", each, services);
    for (const each of application) visit("application", each, applications);
  }
  for (const override of overrides) parts.set(name("application override", override.name), hashOf(override));
  // Dynamic groups have these as members, ours among them.
  const tagged = taggedAddresses.filter(({ tag }) => tag.some((each) => each.startsWith(TAG_PREFIX)));
  for (const { name: address, tag } of tagged) parts.set(name("tagged address", address), hashOf(tag));
  return Object.fromEntries(parts);
}

interface Named {
  members?: string[];
  readings?: Named[];
}

function membersOf({ members = [], readings = [] }: Named): string[] {
  return [...members, ...readings.flatMap(membersOf)];
}

/** One hash of all parts. */
export function partsHash(parts: Parts): string {
  return hashOf(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What differs between parts, for people. */
export function partsMoves(before: Parts, after: Parts): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((part) => before[part] !== after[part])
    .map((part) => {
      const how =
        before[part] === undefined ? "is new" : after[part] === undefined ? "is gone" : "has changed";
      return `${part} ${how}`;
    });
}
