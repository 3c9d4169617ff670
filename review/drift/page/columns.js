/**
 * Rows as the table's cells, and all that is known of one.
 *
 * @import { FieldChange } from "../../change/types"
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 * @import { Shape } from "../../page/table.js"
 */
import { code, Facts, reasonList, xmlPart } from "../../page/detail.js";
import { element, groupLabel, some } from "../../page/text.js";
import { KINDS, ORDER } from "./rows.js";

const MOST_MEMBERS = 4;

/**
 * @param {PageData} data
 * @returns {Shape<Row>}
 */
export function driftTable({ places }) {
  return {
    caption: "What is not as it was last applied, and what there is to know besides",
    order: ({ what, word }) => `${ORDER.indexOf(what)} ${word}`,
    head: ({ what, word, name }) => ({ kind: what, sign: KINDS[what].sign, word, subject: name }),
    columns: [
      {
        title: "Name",
        key: ({ name }) => name,
        content: ({ name, group, traffic }) => [
          code(name),
          ...(group === undefined ? [] : [element("small", {}, `${groupLabel(group)}, ${traffic ?? ""}`)]),
        ],
      },
      { title: "Firewall", key: ({ firewall }) => firewall, content: ({ firewall }) => [firewall] },
      {
        title: "Where",
        key: ({ where }) => where ?? "",
        content: ({ where }) => (where === undefined || places[where] === "" ? [] : [places[where]]),
      },
      {
        title: "By whom",
        key: ({ by }) => by.join(", "),
        content: ({ by }) => (by.length === 0 ? [] : [some(by, MOST_MEMBERS)]),
      },
      {
        title: "Applied → there",
        content: ({ fields, notes }) => [
          ...fields.map(fieldLine),
          ...notes.map((text) => element("span", { class: "reason" }, text)),
        ],
      },
    ],
    unfolded: (row) => unfolded(row, places),
  };
}

/** @param {FieldChange} change */
function fieldLine({ field, added, removed }) {
  /** @type {(list: readonly string[]) => string} */
  const members = (list) => (list.length === 0 ? "–" : some(list, MOST_MEMBERS));
  return element("span", { class: "reason" }, `${field}: ${members(added)} → ${members(removed)}`);
}

/**
 * @param {Row} row
 * @param {PageData["places"]} places
 * @returns {HTMLElement}
 */
function unfolded({ name, group, traffic, firewall, where, by, fields, notes, reasons, xml }, places) {
  const facts = new Facts();
  facts.tell("Name", code(name));
  facts.tell("Firewall", firewall);
  if (where !== undefined) facts.tell("Where", places[where] || "running and candidate");
  if (by.length > 0) facts.tell("By whom", by.join(", "));
  if (group !== undefined) {
    facts.tell("Security group", group.name ? `${group.name} (${group.id})` : group.id);
    facts.tell("Traffic", traffic ?? "");
  }
  for (const text of notes) facts.tell("To know", text);
  for (const { field, added, removed } of fields) facts.tellField(field, added, removed);
  if (reasons.length > 0) facts.tell("In AWS now", reasonList(reasons));
  const after = xml === undefined ? {} : { after: xml };
  return element("div", { class: "detail" }, facts.element, ...xmlPart("XML, as it is there", name, after));
}
