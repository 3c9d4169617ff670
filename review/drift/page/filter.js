/**
 * Which rows are left by what a person asks for.
 *
 * @import { FindingKind } from "../types"
 * @import { PageData } from "./types"
 * @import { Row, What } from "./rows.js"
 */
import { groupLabel, reasonTexts, wordsOf } from "../../page/text.js";

/**
 * @typedef {object} Wanted
 * @property {string} text words, each of which a row has somewhere
 * @property {string} firewall part of its name
 * @property {string} group part of its name or id
 * @property {ReadonlySet<What>} what none: all
 * @property {FindingKind} [kind]
 */

/**
 * The rows that are left.
 * @param {readonly Row[]} rows
 * @param {Wanted} wanted
 * @param {PageData["places"]} places
 */
export function filtered(rows, wanted, places) {
  const words = wordsOf(wanted.text);
  const [firewall = "", group = ""] = [wanted.firewall, wanted.group].map((text) =>
    text.trim().toLowerCase(),
  );
  const { what, kind } = wanted;
  return rows.filter((row) => {
    if (what.size > 0 && !what.has(row.what)) return false;
    if (kind !== undefined && row.kind !== kind) return false;
    if (!row.firewall.toLowerCase().includes(firewall)) return false;
    const { id = "", name = "" } = row.group ?? {};
    if (!`${id} ${name}`.toLowerCase().includes(group)) return false;
    if (words.length === 0) return true;
    const said = textOf(row, places);
    return words.every((word) => said.includes(word));
  });
}

/** @type {WeakMap<Row, string>} */
const said = new WeakMap();

/**
 * All that a row says, in small letters.
 * @param {Row} row
 * @param {PageData["places"]} places
 */
function textOf(row, places) {
  let text = said.get(row);
  if (text === undefined) {
    text = [
      ...[row.word, row.name, row.firewall, row.traffic ?? ""],
      ...(row.group ? [row.group.id, groupLabel(row.group)] : []),
      ...(row.where ? [places[row.where]] : []),
      ...row.fields.flatMap(({ field, added, removed }) => [field, ...added, ...removed]),
      ...row.by,
      ...row.notes,
      ...row.reasons.flatMap(reasonTexts),
    ]
      .join("\n")
      .toLowerCase();
    said.set(row, text);
  }
  return text;
}
