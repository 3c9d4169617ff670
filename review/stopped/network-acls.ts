/**
 * What network ACLs deny of some traffic, on its way between the firewall and the subnets of instances. An ACL holds no
 * connections, so answers need an entry, too (VPC user guide, "Network ACLs"). No rule is changed by it: an ACL that
 * denies today may allow tomorrow, and whoever may change one would change the firewall.
 */
import type { NetworkAcl, NetworkAclEntry } from "../../inventory/filters";
import type { Inventory } from "../../inventory/types";
import { coalesced, intersectionOf, without, type Box } from "../../lib/net/boxes";
import { grouped } from "../../lib/grouped";
import { FAMILIES, parseCidr, type Cidr, type Family } from "../../lib/net/cidr";
import { setOf, type IntervalSet } from "../../lib/net/intervals";
import type { Traffic } from "../../lib/net/protocols";
import type { Direction } from "../../mapping/types";
import { answersTo, lineOf, lineOfEntry, unanswered } from "./line";

/** Some traffic of a permission: between what is far and some subnets. */
export interface Judged {
  direction: Direction;
  /** Sources of ingress, destinations of egress. */
  far: readonly Cidr[];
  traffic: Traffic;
  /** Those of the instances. */
  subnetIds: readonly string[];
}

/** What one entry of a network ACL denies. */
export interface Denial {
  aclId: string;
  /** Its number; "*" for what no entry fits. */
  entry: string;
  way: "inbound" | "outbound";
  /** Of the answers, not of what is asked for. */
  isAnswer: boolean;
  family: Family;
  /** Far ends with protocols and ports. */
  boxes: Box[];
  /** Those of the judged subnets that have this ACL. */
  subnetIds: string[];
}

export interface Stopped {
  /** Nothing of it gets through, by any subnet. */
  isWhole: boolean;
  denials: Denial[];
  /** Subnets whose ACL was not read. */
  unknown: string[];
}

/** The far ends are one side of a box; the near one is the same for all. */
const NEAR: IntervalSet = [{ first: 0n, last: 0n }];

/** Judges traffic by the network ACLs of an inventory. */
export class NetworkAcls {
  /** Whether there are any to judge by. */
  readonly areRead: boolean;
  private readonly bySubnet = new Map<string, NetworkAcl>();
  private readonly defaults = new Map<string, NetworkAcl>();
  private readonly vpcs: ReadonlyMap<string, string>;
  private readonly entries = new Map<string, SortedEntry[]>();

  constructor({ filters, subnets }: Pick<Inventory, "filters" | "subnets">) {
    this.areRead = filters?.networkAcls !== undefined;
    for (const acl of filters?.networkAcls ?? []) {
      if (acl.isDefault) this.defaults.set(acl.vpcId, acl);
      for (const id of acl.subnetIds) this.bySubnet.set(id, acl);
    }
    this.vpcs = new Map(subnets.map(({ id, vpcId }) => [id, vpcId]));
  }

  stopped({ direction, far, traffic, subnetIds }: Judged): Stopped {
    const byAcl = grouped(
      [...new Set(subnetIds)].map(
        (id) => [this.bySubnet.get(id) ?? this.defaults.get(this.vpcs.get(id) ?? ""), id] as const,
      ),
    );
    const unknown = byAcl.get(undefined) ?? [];
    const judged = [...byAcl].flatMap(([acl, ids]) =>
      FAMILIES.flatMap((family) => {
        if (acl === undefined) return [];
        const source = setOf(far.filter((each) => each.family === family));
        const asked = { source, destination: NEAR, ports: lineOf(traffic, family) };
        return source.length === 0 ? [] : [this.judge(acl, ids, { family, direction, asked })];
      }),
    );
    return {
      isWhole: unknown.length === 0 && judged.length > 0 && judged.every(({ isWhole }) => isWhole),
      denials: judged.flatMap(({ denials }) => denials),
      unknown: unknown.sort(),
    };
  }

  private judge(
    acl: NetworkAcl,
    subnetIds: string[],
    { family, direction, asked }: { family: Family; direction: Direction; asked: Box },
  ): { isWhole: boolean; denials: Denial[] } {
    const way = direction === "ingress" ? "inbound" : "outbound";
    const back = direction === "ingress" ? "outbound" : "inbound";
    const there = this.pass(acl, family, way, [asked]);
    const answers = there.passing.flatMap((box) => {
      const ports = answersTo(box.ports);
      return ports.length === 0 ? [] : [{ ...box, ports }];
    });
    const backAgain = this.pass(acl, family, back, coalesced(answers));
    const told = (isAnswer: boolean, of: "inbound" | "outbound", denied: Map<string, Box[]>) =>
      [...denied].map(([entry, boxes]): Denial => ({
        aclId: acl.id,
        entry,
        way: of,
        isAnswer,
        family,
        subnetIds,
        boxes: coalesced(boxes),
      }));
    const isAnswered =
      backAgain.passing.length > 0 || there.passing.some(({ ports }) => unanswered(ports).length > 0);
    return {
      isWhole: there.passing.length === 0 || !isAnswered,
      denials: [...told(false, way, there.denied), ...told(true, back, backAgain.denied)],
    };
  }

  /** What of some traffic passes an ACL in one way, and what is denied by which entry. */
  private pass(
    acl: NetworkAcl,
    family: Family,
    way: "inbound" | "outbound",
    boxes: readonly Box[],
  ): { passing: Box[]; denied: Map<string, Box[]> } {
    const passing: Box[] = [];
    const denied = new Map<string, Box[]>();
    let left = [...boxes];
    for (const { name, allows, box } of this.entriesOf(acl, family, way)) {
      const met = left.flatMap((each) => intersectionOf(each, box) ?? []);
      if (met.length === 0) continue;
      if (allows) passing.push(...met);
      else denied.set(name, [...(denied.get(name) ?? []), ...met]);
      left = left.flatMap((each) => without(each, box));
    }
    if (left.length > 0) denied.set("*", [...(denied.get("*") ?? []), ...left]);
    return { passing, denied };
  }

  private entriesOf(acl: NetworkAcl, family: Family, way: "inbound" | "outbound"): SortedEntry[] {
    const key = `${acl.id} ${family} ${way}`;
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const found = acl.entries
      .filter(({ egress }) => egress === (way === "outbound"))
      .toSorted((a, b) => a.ruleNumber - b.ruleNumber)
      .flatMap((entry) => sortedEntry(entry, family));
    this.entries.set(key, found);
    return found;
  }
}

interface SortedEntry {
  name: string;
  allows: boolean;
  box: Box;
}

/** The last entries, that deny what no other fits (VPC user guide: "*"). */
const LAST = 32767;

function sortedEntry(entry: NetworkAclEntry, family: Family): SortedEntry[] {
  const cidr = parseCidr(entry.cidrBlock ?? entry.ipv6CidrBlock ?? "");
  if (cidr === undefined || cidr.family !== family) return [];
  const name = entry.ruleNumber >= LAST ? "*" : String(entry.ruleNumber);
  const box = { source: setOf([cidr]), destination: NEAR, ports: lineOfEntry(entry) };
  return [{ name, allows: entry.ruleAction === "allow", box }];
}
