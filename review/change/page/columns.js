/**
 * A review's rows as the table's cells.
 *
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 * @import { Shape } from "../../page/table.js"
 */
import { byKey } from "../../page/lists.js";
import { element, groupLabel, some } from "../../page/text.js";
import { KINDS, ORDER, ownerLabel, ruleName } from "./rows.js";
import { partText, unfolded } from "./unfolded.js";

const MOST_MEMBERS = 4;
const MOST_REASONS = 2;

/** @type {(list: readonly string[]) => string} */
const first = (list) => list[0] ?? "\uFFFF";

/**
 * @param {PageData} data
 * @returns {Shape<Row>}
 */
export function reviewTable(data) {
  const { addresses } = data;
  const hasZones = new Set(data.firewalls.flatMap(({ changes }) => changes.flatMap(zonesOf))).size > 1;
  /** @type {(address: string) => string} */
  const named = (address) => ownerLabel(address, addresses) ?? address;
  /** @type {(zone: string | undefined) => Node[]} */
  const zoneOf = (zone) => (zone === undefined || !hasZones ? [] : [element("small", {}, `in ${zone}`)]);
  return {
    caption: "What opens, closes, or stays as it is, and why",
    order: ({ what }) => String(ORDER.indexOf(what)),
    head: (row) => {
      const { word, sign } = KINDS[row.what];
      return { kind: row.what, sign, word, subject: ruleName(row) || groupLabel(row.group) };
    },
    columns: [
      {
        title: "Source",
        key: ({ source }) => named(first(source)),
        content: ({ source, flow, what }) => [
          ...members(source, addresses),
          ...zoneOf(flow?.from),
          ...(flow?.partly
            ? [element("small", {}, `(in part: the rest ${what === "opens" ? "was" : "stays"} open)`)]
            : []),
        ],
      },
      {
        title: "Destination",
        key: ({ destination }) => named(first(destination)),
        content: ({ destination, flow }) => [...members(destination, addresses), ...zoneOf(flow?.to)],
      },
      {
        title: "Port",
        key: ({ ports }) => first(ports),
        content: ({ ports }) => [element("span", { class: "port" }, some(ports, MOST_MEMBERS))],
      },
      {
        title: "Application",
        key: ({ applications }) => first(applications),
        content: ({ applications, flow }) => {
          const but = flow?.except?.length ? ` but ${some(flow.except, MOST_MEMBERS)}` : "";
          const parts = flow?.already?.length
            ? ` but ${some(
                flow.already.map((part) => partText(part, flow)),
                MOST_MEMBERS,
              )}`
            : "";
          return applications.length === 0 ? [] : [some(applications, MOST_MEMBERS) + but + parts];
        },
      },
      { title: "Group", key: ({ group }) => groupLabel(group), content: ({ group }) => [groupLabel(group)] },
      { title: "Why", content: why },
    ],
    unfolded: (row) => unfolded(row, data),
  };
}

/**
 * Addresses, those of an instance with its name.
 * @param {readonly string[]} list
 * @param {PageData["addresses"]} addresses
 */
function members(list, addresses) {
  if (list.length === 0) return [];
  const owners = byKey(list, (address) => ownerLabel(address, addresses) ?? "");
  const shown = element("span", { class: "members" });
  const others = owners.get("") ?? [];
  owners.delete("");
  if (others.length > 0) shown.append(element("code", {}, some(others, MOST_MEMBERS)));
  const instances = [...owners];
  for (const [owner, own] of instances.slice(0, MOST_MEMBERS)) {
    shown.append(element("span", {}, element("b", {}, owner), " ", element("code", {}, some(own, 2))));
  }
  const more = instances.length - MOST_MEMBERS;
  if (more > 0) shown.append(`and ${more} more`);
  return [shown];
}

/** @param {import("../types").AllowedRule} allowed */
function partDenied({ deniedBy = [] }) {
  return deniedBy.length > 0 ? `; of that, ${deniedBy.join(" and ")} above may deny a part` : "";
}

/**
 * One of Panorama's rules says that it is one.
 * @param {string} label
 */
function theRule(label) {
  return label.startsWith("Panorama's rule ") ? label : `the firewall's rule ${label}`;
}

/** @param {Row} row */
function why({ change, flow, withheld, allowed, marks }) {
  if (withheld !== undefined) return [`${withheld.guardrail ? "Guardrail: " : ""}${withheld.text}`];
  if (allowed !== undefined) return [`${theRule(allowed.by.join(" with "))} allows it${partDenied(allowed)}`];
  const reasons = change?.reasons ?? [];
  const more = reasons.length - MOST_REASONS;
  return [
    // Of what is cut, all there is to say; the mark alone is for the filter.
    ...(flow?.cut ? [flow.cut.text] : marks).map((text) => element("strong", { class: "mark" }, text)),
    ...reasons.slice(0, MOST_REASONS).map(({ text }) => element("span", { class: "reason" }, text)),
    ...(more > 0 ? [element("small", {}, `and ${more} more`)] : []),
  ];
}

/** @param {import("../types").RuleChange} change */
function zonesOf({ opens, closes }) {
  return [...opens, ...closes].map(({ from, to }) => `${from} ${to}`);
}
