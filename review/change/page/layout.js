/**
 * The picture as boxes and lines: sources, ports, destinations, grouped until they fit.
 *
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 * @import { Focus } from "./filter.js"
 */
import { byKey } from "../../page/lists.js";
import { groupLabel } from "../../page/text.js";
import { addressBlock, portBlock, SIZES } from "./blocks.js";
import { ownerLabel, ruleName } from "./rows.js";

/** @typedef {"source" | "port" | "destination"} Side */

/**
 * @typedef {object} Box
 * @property {Side} side
 * @property {string} label
 * @property {Set<string>} members the addresses or ports in it
 * @property {Set<Row>} rows
 * @property {boolean} isLoud
 * @property {boolean} [isRest] of what has no room for boxes of its own
 */

/**
 * @typedef {object} Line
 * @property {Box} from
 * @property {Box} to
 * @property {"opens" | "closes"} what
 * @property {Set<Row>} rows
 */

/** So many boxes have room in a column. */
export const MOST = { source: 10, port: 12, destination: 12 };

/**
 * @param {readonly Row[]} rows those that are left; only what opens and closes is in the picture
 * @param {PageData} data
 * @param {Focus} [focus] shows nothing of what else these rows let through
 * @returns {{ columns: Record<Side, Box[]>, lines: Line[] }}
 */
export function layoutOf(rows, { addresses }, focus) {
  const flows = rows.filter(({ what }) => what === "opens" || what === "closes");
  /** @type {Record<Side, (row: Row) => readonly string[]>} */
  const ends = {
    source: (row) => left(row.source, focus?.source),
    port: (row) => left(row.ports, focus?.port),
    destination: (row) => left(row.destination, focus?.destination),
  };
  /** @type {Map<string, string>} */
  const groups = new Map();
  for (const { source, destination, group, change } of flows) {
    const inside = change?.direction === "egress" ? source : destination;
    for (const address of inside) if (!groups.has(address)) groups.set(address, groupLabel(group));
  }
  /** @type {(address: string, size: number) => string} */
  const ofAddress = (address, size) => {
    const owner = ownerLabel(address, addresses);
    if (owner === undefined) return addressBlock(address, size);
    const group = groups.get(address);
    return size === 0 || group === undefined ? owner : `group ${group}`;
  };
  const columns = {
    source: grouped("source", flows, ends.source, ofAddress),
    port: grouped("port", flows, ends.port, portBlock),
    destination: grouped("destination", flows, ends.destination, ofAddress),
  };
  const lines = linesOf(flows, columns, ends);
  order(columns, lines);
  return { columns, lines };
}

/**
 * @param {readonly string[]} members
 * @param {ReadonlySet<string>} [focus]
 */
function left(members, focus) {
  return focus === undefined ? members : members.filter((each) => focus.has(each));
}

/**
 * The boxes of a column: in the smallest blocks that fit, and the smallest of them together where none do.
 * @param {Side} side
 * @param {readonly Row[]} flows
 * @param {(row: Row) => readonly string[]} membersOf
 * @param {(member: string, size: number) => string} blockOf
 * @returns {Box[]}
 */
function grouped(side, flows, membersOf, blockOf) {
  /** @type {Map<string, Set<Row>>} */
  const rowsOf = new Map();
  for (const row of flows) {
    for (const member of membersOf(row)) {
      const own = rowsOf.get(member);
      if (own === undefined) rowsOf.set(member, new Set([row]));
      else own.add(row);
    }
  }
  /** @type {Box[]} */
  let boxes = [];
  for (let size = 0; size < SIZES; size++) {
    const blocks = byKey(rowsOf.keys(), (member) => blockOf(member, size));
    boxes = [...blocks].map(([label, members]) =>
      box(side, members.length === 1 ? blockOf(members[0] ?? "", 0) : label, members, rowsOf),
    );
    if (boxes.length <= MOST[side]) return boxes;
  }
  boxes.sort(byWeight);
  const rest = boxes.splice(MOST[side] - 1);
  const members = rest.flatMap((each) => [...each.members]);
  return [...boxes, { ...box(side, `${rest.length} others`, members, rowsOf), isRest: true }];
}

/**
 * @param {Side} side
 * @param {string} label
 * @param {readonly string[]} members
 * @param {ReadonlyMap<string, Set<Row>>} rowsOf
 * @returns {Box}
 */
function box(side, label, members, rowsOf) {
  /** @type {Set<Row>} */
  const rows = new Set();
  for (const member of members) for (const row of rowsOf.get(member) ?? []) rows.add(row);
  return { side, label, members: new Set(members), rows, isLoud: [...rows].some(({ isLoud }) => isLoud) };
}

/**
 * @param {readonly Row[]} flows
 * @param {Record<Side, Box[]>} columns
 * @param {Record<Side, (row: Row) => readonly string[]>} ends
 * @returns {Line[]}
 */
function linesOf(flows, columns, ends) {
  /** @type {Map<Box, Map<Box, Partial<Record<"opens" | "closes", Line>>>>} */
  const found = new Map();
  /** @type {Line[]} */
  const lines = [];
  /** @type {(side: Side) => Map<string, Box>} */
  const index = (side) =>
    new Map(columns[side].flatMap((each) => [...each.members].map((member) => [member, each])));
  const boxes = { source: index("source"), port: index("port"), destination: index("destination") };
  for (const row of flows) {
    /** @type {(side: Side) => Set<Box>} */
    const at = (side) => new Set(ends[side](row).flatMap((member) => boxes[side].get(member) ?? []));
    const ports = at("port");
    /** @type {(from: Box, to: Box) => void} */
    const join = (from, to) => {
      /** @type {"opens" | "closes"} */
      const what = row.what === "opens" ? "opens" : "closes";
      const of = found.get(from) ?? new Map();
      found.set(from, of);
      const pair = of.get(to) ?? {};
      of.set(to, pair);
      if (pair[what] === undefined) lines.push((pair[what] = { from, to, what, rows: new Set() }));
      pair[what].rows.add(row);
    };
    for (const from of at("source")) for (const port of ports) join(from, port);
    for (const to of at("destination")) for (const port of ports) join(port, to);
  }
  return lines;
}

/**
 * Puts each box near those that it has lines with, the whole internet on top.
 * @param {Record<Side, Box[]>} columns
 * @param {readonly Line[]} lines
 */
function order({ source, port, destination }, lines) {
  source.sort(byWeight);
  /** @type {(column: Box[], beside: readonly Box[]) => void} */
  const near = (column, beside) => {
    const places = new Map(beside.map((each, place) => [each, place]));
    const middles = new Map(
      column.map((each) => {
        const own = lines.filter(({ from, to }) => from === each || to === each);
        const others = own.flatMap(({ from, to }) => places.get(from) ?? places.get(to) ?? []);
        return [each, others.reduce((sum, place) => sum + place, 0) / Math.max(others.length, 1)];
      }),
    );
    column.sort(
      (a, b) =>
        Number(a.isRest ?? false) - Number(b.isRest ?? false) ||
        (middles.get(a) ?? 0) - (middles.get(b) ?? 0) ||
        b.rows.size - a.rows.size,
    );
  };
  near(port, source);
  near(destination, port);
}

/**
 * The whole internet, then what to look at twice, then many rules; what has no box of its own last.
 * @param {Box} a
 * @param {Box} b
 */
function byWeight(a, b) {
  /** @type {(of: (box: Box) => boolean) => number} */
  const first = (of) => Number(of(b)) - Number(of(a));
  return (
    first(({ isRest }) => !isRest) ||
    first(isWorld) ||
    first(({ isLoud }) => isLoud) ||
    b.rows.size - a.rows.size
  );
}

/** @param {Box} box */
function isWorld({ members }) {
  return [...members].some((member) => member === "any" || /\/0$/.test(member));
}

/**
 * How many rules rows are of.
 * @param {Iterable<Row>} rows
 */
export function ruleCount(rows) {
  return new Set([...rows].map((row) => `${row.firewall} ${ruleName(row)}`)).size;
}
