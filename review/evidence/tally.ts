/** Counts the records of flow logs by interface, peer, protocol and the server's port, in bounded memory. */
import type { Entry, FlowRecord } from "../../aws/flow-logs/record";
import { counted } from "../../lib/text";
import { isInside, parseAddress, parseBlock, type Cidr } from "../../lib/net/cidr";
import { withKnownServers, type Kept } from "./lasting";
import { LAST_STEP, networkAt, prefixLengthsAt } from "./networks";
import { PortRanges } from "./port-ranges";
import { directionOf } from "./server";
import type { Observed, RecordCounts, WatchedInterface } from "./types";
import { WatchedHours } from "./watched-hours";

/** So many of interface, peer, protocol and port are kept apart; each takes some 300 bytes. */
const MOST_KEYS = 100_000;

/** So many ids of interfaces that nothing is known of are counted. */
const MOST_UNKNOWN = 10_000;

interface Watched {
  number: number;
  addresses: string[];
  own: ReadonlySet<string>;
  prefixes: Cidr[];
  hours: WatchedHours;
  skipped: number;
  unplaced: number;
}

type Key = Omit<Kept, "requests" | "replies" | "first" | "last">;

/** What an inventory has, by which records of other interfaces are told from those that nothing is known of. */
export interface KnownElsewhere {
  interfaceIds: ReadonlySet<string>;
  vpcIds: ReadonlySet<string>;
  /** Absent: the inventory doesn't say whose it is. */
  accountIds?: ReadonlySet<string>;
}

/** What files there were, for what the logs lack. */
interface FilesRead {
  unread: readonly { file: string; because: string }[];
  withoutStatus: number;
}

export class Tally {
  private readonly watched = new Map<string, Watched>();
  private readonly unknown = new Set<string>();
  private readonly records: RecordCounts = {
    accepted: 0,
    rejected: 0,
    noData: 0,
    skipped: 0,
    elsewhere: 0,
    unknown: 0,
    unplaced: 0,
    malformed: 0,
  };
  private flows = new Map<string, Kept>();
  /** How far peers are widened. */
  private step = 0;

  /** @param interfaces the addresses of those in question, by their ids */
  constructor(
    interfaces: ReadonlyMap<string, readonly string[]>,
    private readonly elsewhere: KnownElsewhere,
    private readonly mostKeys = MOST_KEYS,
  ) {
    for (const [id, addresses] of interfaces) {
      const blocks = addresses.flatMap((text) => (text.includes("/") ? (parseBlock(text) ?? []) : []));
      this.watched.set(id, {
        number: this.watched.size,
        addresses: [...addresses],
        own: new Set(addresses.map(canonical)),
        prefixes: blocks,
        hours: new WatchedHours(),
        skipped: 0,
        unplaced: 0,
      });
    }
  }

  readonly take = (entry: Entry): void => {
    const { records } = this;
    if (entry.kind === "malformed") {
      records.malformed++;
      return;
    }
    const { interfaceId, start, end } = entry.kind === "flow" ? entry.record : entry;
    const watched = this.watched.get(interfaceId);
    if (watched === undefined) {
      if (this.isElsewhere(entry, interfaceId)) records.elsewhere++;
      else {
        records.unknown++;
        if (this.unknown.size < MOST_UNKNOWN) this.unknown.add(interfaceId);
      }
      return;
    }
    watched.hours.add(start, end);
    if (entry.kind === "flow") {
      if (entry.record.isAccepted) this.accept(entry.record, watched);
      else records.rejected++;
    } else if (entry.kind === "no data") records.noData++;
    else {
      records.skipped++;
      watched.skipped++;
    }
  };

  /** Whether what an interface carried doesn't matter: it is known, or of a VPC or an account that isn't in question. */
  private isElsewhere(entry: Exclude<Entry, { kind: "malformed" }>, interfaceId: string): boolean {
    const { interfaceIds, vpcIds, accountIds } = this.elsewhere;
    if (interfaceIds.has(interfaceId)) return true;
    if (entry.kind !== "flow") return false;
    const { vpcId, accountId, isAccepted } = entry.record;
    const isOthers = accountId !== undefined && accountIds?.has(accountId) === false;
    return !isAccepted || isOthers || (vpcId !== undefined && !vpcIds.has(vpcId));
  }

  private accept(record: FlowRecord, watched: Watched): void {
    const isIncoming = incoming(record, watched);
    if (isIncoming === undefined) {
      this.records.unplaced++;
      watched.unplaced++;
      return;
    }
    this.records.accepted++;
    const { interfaceId, protocol, source, destination, sourcePort, destinationPort, start, end } = record;
    const [nearPort, peerPort] = isIncoming ? [destinationPort, sourcePort] : [sourcePort, destinationPort];
    const { direction, isTold } = directionOf(record, isIncoming);
    const isReply = direction === "unknown" ? !isIncoming : isIncoming !== (direction === "ingress");
    const flow: Key = {
      interfaceId,
      protocol,
      direction,
      peer: isIncoming ? source : destination,
      port: direction === "egress" ? peerPort : nearPort,
      isTold,
    };
    if (direction === "unknown") flow.peerPort = peerPort;
    else {
      flow.others = new PortRanges();
      flow.others.add(direction === "egress" ? nearPort : peerPort);
    }
    this.count(flow, { requests: isReply ? 0 : 1, replies: isReply ? 1 : 0, first: start, last: end });
    while (this.flows.size > this.mostKeys && this.step < LAST_STEP) this.widen();
  }

  private count(flow: Key, more: Pick<Kept, "requests" | "replies" | "first" | "last">): void {
    const { interfaceId, protocol, direction, isTold, others } = flow;
    const peer = networkAt(flow.peer, this.step);
    // Which ports clients have says little, and there are many of them.
    const keepsPorts = this.step === 0 || (direction !== "unknown" && this.step < LAST_STEP);
    const [port, peerPort] = keepsPorts ? [flow.port, flow.peerPort] : [];
    const number = this.watched.get(interfaceId)!.number;
    const key = `${number} ${peer} ${protocol} ${direction[0]}${isTold ? "!" : ""}${port ?? ""} ${peerPort ?? ""}`;
    const known = this.flows.get(key);
    if (known === undefined) {
      this.flows.set(key, {
        // A piece of a text would keep the whole text in memory, which is a part of a file.
        interfaceId: ownText(interfaceId),
        peer: ownText(peer),
        protocol,
        direction,
        isTold,
        ...(others !== undefined && { others }),
        ...more,
        ...(port !== undefined && { port }),
        ...(peerPort !== undefined && { peerPort }),
      });
      return;
    }
    if (others !== undefined) known.others?.addAll(others);
    known.requests += more.requests;
    known.replies += more.replies;
    if (more.first < known.first) known.first = more.first;
    if (more.last > known.last) known.last = more.last;
  }

  private widen(): void {
    this.step++;
    const before = this.flows;
    this.flows = new Map();
    for (const { requests, replies, first, last, ...flow } of before.values())
      this.count(flow, { requests, replies, first, last });
  }

  /** What was seen. @param files what became of the logs' files */
  observed(files: FilesRead = { unread: [], withoutStatus: 0 }): Observed {
    const times = [...this.watched.values()].flatMap(({ hours: { first, last } }) =>
      first === undefined || last === undefined ? [] : [{ first, last }],
    );
    const first = times.reduce((least, time) => Math.min(least, time.first), Infinity);
    const last = times.reduce((most, time) => Math.max(most, time.last), 0);
    return {
      format: 2,
      ...(times.length > 0 && { first, last }),
      records: { ...this.records },
      gaps: this.gaps(files),
      ...(this.step > 0 && { widened: prefixLengthsAt(this.step) }),
      interfaces: Object.fromEntries(
        [...this.watched].map(([id, each]): [string, WatchedInterface] => [id, interfaceSeen(each)]),
      ),
      flows: withKnownServers([...this.flows.values()]).map(
        ({ requests, replies, first: since, last: until, isTold, others, ...flow }) => ({
          ...flow,
          ...(!isTold && others !== undefined && { otherPorts: others.all }),
          count: Math.max(requests, replies),
          first: since,
          last: until,
        }),
      ),
    };
  }

  private gaps({ unread, withoutStatus }: FilesRead): string[] {
    const { malformed, unknown } = this.records;
    const { size } = this.unknown;
    const most = size === MOST_UNKNOWN ? "or more " : "";
    return [
      ...unread.map(({ file, because }) => `${file} could not be read: ${because}`),
      ...(malformed > 0 ? [`${counted(malformed, "line")} could not be made out`] : []),
      ...(unknown > 0
        ? [
            `${counted(unknown, "record")} of ${size} ${most}${size === 1 ? "interface" : "interfaces"} that the inventory doesn't have: which groups they carried isn't known`,
          ]
        : []),
      ...(withoutStatus > 0
        ? [
            `${counted(withoutStatus, "file")} ${withoutStatus === 1 ? "has" : "have"} no log-status, which says when records were skipped`,
          ]
        : []),
    ];
  }
}

function interfaceSeen({ addresses, hours, skipped, unplaced }: Watched): WatchedInterface {
  const { first, last, missing } = hours;
  const times = first === undefined || last === undefined ? {} : { first, last };
  return { addresses, ...times, skipped, missingHours: missing, unplaced };
}

/** The same text with memory of its own. */
function ownText(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Whether packets came to the interface; undefined where neither the record nor the addresses say. */
function incoming({ direction, source, destination }: FlowRecord, watched: Watched): boolean | undefined {
  if (direction !== undefined) return direction === "ingress";
  const [isFrom, isTo] = [isOwn(source, watched), isOwn(destination, watched)];
  return isFrom === isTo ? undefined : isTo;
}

function isOwn(address: string, { own, prefixes }: Watched): boolean {
  if (own.has(address)) return true;
  if (prefixes.length === 0 && !address.includes(":")) return false;
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  const block = { first: parsed.value, last: parsed.value };
  return (
    own.has(parsed.text) || prefixes.some((each) => each.family === parsed.family && isInside(block, each))
  );
}

function canonical(text: string): string {
  return parseAddress(text)?.text ?? text;
}
