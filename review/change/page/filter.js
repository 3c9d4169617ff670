/**
 * Which rows are left by what a person asks for.
 *
 * @import { PageData } from "./types"
 * @import { Row, What } from "./rows.js"
 */
import { groupLabel, reasonTexts, wordsOf } from "../../page/text.js";
import { KINDS, ownerLabel, ruleName } from "./rows.js";

/**
 * A part of the picture: what passes between these. An absent end is any.
 * @typedef {object} Focus
 * @property {string} label
 * @property {ReadonlySet<string>} [source]
 * @property {ReadonlySet<string>} [port]
 * @property {ReadonlySet<string>} [destination]
 */

/**
 * @typedef {object} Wanted
 * @property {string} text words, each of which a row has somewhere
 * @property {string} port
 * @property {string} group part of its name or id
 * @property {string} instance part of its name, id or address
 * @property {ReadonlySet<What>} what none: all
 * @property {string} [mark]
 * @property {Focus} [focus]
 */

/**
 * The rows that are left.
 * @param {readonly Row[]} rows
 * @param {Wanted} wanted
 * @param {PageData} data
 */
export function filtered(rows, wanted, data) {
  const words = wordsOf(wanted.text);
  const [group, instance] = [wanted.group, wanted.instance].map((text) => text.trim().toLowerCase());
  const port = wanted.port.trim().toLowerCase();
  const { what, mark, focus } = wanted;
  return rows.filter((row) => {
    if (what.size > 0 && !what.has(row.what)) return false;
    if (mark !== undefined && !row.marks.includes(mark)) return false;
    if (focus !== undefined && !isInFocus(row, focus)) return false;
    if (port !== "" && !row.ports.some((ports) => hasPort(ports, port))) return false;
    if (group && !`${row.group.id} ${row.group.name ?? ""}`.toLowerCase().includes(group)) return false;
    if (instance && !instancesOf(row, data).toLowerCase().includes(instance)) return false;
    if (words.length === 0) return true;
    const said = textOf(row, data);
    return words.every((word) => said.includes(word));
  });
}

/**
 * @param {Row} row
 * @param {Focus} focus
 */
function isInFocus({ what, source, ports, destination }, focus) {
  if (what !== "opens" && what !== "closes") return false;
  /** @type {(list: readonly string[], of: ReadonlySet<string> | undefined) => boolean} */
  const meets = (list, of) => of === undefined || list.some((each) => of.has(each));
  return meets(source, focus.source) && meets(ports, focus.port) && meets(destination, focus.destination);
}

/**
 * Whether ports as flows write them have the one that is asked for: "443", "tcp/443", or part of a text.
 * @param {string} ports
 * @param {string} asked
 * @returns {boolean}
 */
export function hasPort(ports, asked) {
  const [, only, number] = /^(?:(tcp|udp)[/ ]?)?(\d+)$/.exec(asked) ?? [];
  if (number === undefined) return ports.toLowerCase().includes(asked);
  if (ports.startsWith("any but ")) {
    const excepted = ports.slice("any but ".length).split(", ");
    return !(only === undefined ? ["tcp", "udp"] : [only]).every((protocol) =>
      excepted.some((each) => hasPort(each, `${protocol}/${number}`)),
    );
  }
  if (ports === "any" || ports === "all protocols") return true;
  const [, protocol, first, last = first] = /^(tcp|udp)(?:\/(\d+)(?:-(\d+))?)?$/.exec(ports) ?? [];
  if (protocol === undefined || (only !== undefined && only !== protocol)) return false;
  return first === undefined || (Number(first) <= Number(number) && Number(number) <= Number(last));
}

/**
 * Instances at a row's ends: names, ids, addresses.
 * @param {Row} row
 * @param {PageData} data
 */
function instancesOf({ source, destination }, { addresses }) {
  return [...source, ...destination]
    .filter((address) => ownerLabel(address, addresses) !== undefined)
    .map((address) => [address, ...Object.values(addresses[address] ?? {})].join(" "))
    .join(" ");
}

/** @type {WeakMap<Row, string>} */
const said = new WeakMap();

/**
 * All that a row says, in small letters.
 * @param {Row} row
 * @param {PageData} data
 */
function textOf(row, data) {
  let text = said.get(row);
  if (text === undefined) {
    const { what, change, withheld, allowed } = row;
    text = [
      KINDS[what].word,
      ruleName(row),
      ...(data.firewalls[row.firewall]?.names ?? []),
      ...[row.group.id, groupLabel(row.group)],
      ...[row.source, row.destination, row.ports, row.applications, row.marks].flat(),
      instancesOf(row, data),
      change?.traffic ?? withheld?.traffic ?? allowed?.traffic ?? "",
      ...(change?.reasons ?? []).flatMap(reasonTexts),
      ...(change?.fields ?? []).flatMap(({ field, added, removed }) => [field, ...added, ...removed]),
      withheld?.text ?? "",
      ...(allowed?.by ?? []),
      ...(allowed?.deniedBy ?? []),
    ]
      .join("\n")
      .toLowerCase();
    said.set(row, text);
  }
  return text;
}
