/**
 * What was found, as rows: one for each finding, and for each thing that is no drift and is told beside it.
 *
 * @import { Reason } from "../../explain/reason"
 * @import { FieldChange } from "../../change/types"
 * @import { Finding, FindingKind, UnusedRule } from "../types"
 * @import { PageData } from "./types"
 */

/** @typedef {"drift" | "waiting" | "held" | "shadowed" | "unused" | "unconfirmed"} What */

/**
 * @typedef {object} Row
 * @property {number} place among all rows
 * @property {What} what
 * @property {string} firewall
 * @property {string} word what it is, in a few words
 * @property {string} name of the rule or object
 * @property {{ id: string, name?: string }} [group]
 * @property {string} [traffic]
 * @property {readonly FieldChange[]} fields
 * @property {readonly Reason[]} reasons
 * @property {string} [xml]
 * @property {FindingKind} [kind]
 * @property {Finding["where"]} [where]
 * @property {readonly string[]} by
 * @property {readonly string[]} notes in sentences
 */

/** @type {Record<What, { tile: string, sign: string }>} */
export const KINDS = {
  drift: { tile: "drift", sign: "≠" },
  waiting: { tile: "not applied yet", sign: "…" },
  held: { tile: "on hold", sign: "‖" },
  shadowed: { tile: "possibly denied", sign: "×" },
  unused: { tile: "unused", sign: "○" },
  unconfirmed: { tile: "to confirm", sign: "?" },
};

/** @type {readonly What[]} */
export const ORDER = ["drift", "waiting", "held", "shadowed", "unused", "unconfirmed"];

/**
 * All rows, drift first.
 * @param {PageData} data
 * @returns {Row[]}
 */
export function rowsOf({ firewalls, said }) {
  const none = { fields: [], reasons: [], by: [], notes: [] };
  const rows = firewalls.flatMap(
    ({ firewall, findings, notApplied, held, shadowed, unused, unconfirmed }) => [
      ...findings.map((finding) => ({
        ...{ ...none, firewall, what: /** @type {What} */ ("drift"), ...finding },
        word: `${finding.object} ${said[finding.kind]}`,
        notes: [
          ...(finding.movedOn ? ["What the stack declares has changed since, too."] : []),
          ...onNotes(finding),
        ],
      })),
      ...notApplied.map((each) => ({
        ...{ ...none, firewall, what: /** @type {What} */ ("waiting"), ...each },
        word: `${each.object} to ${each.change}`,
        notes: [
          each.on !== undefined
            ? `It is committed, and not pushed to ${each.on.join(", ")}. The next update pushes it.`
            : each.staged
              ? "It is in the candidate already, and not committed."
              : "The next update brings it.",
        ],
      })),
      ...held.map(({ rule, ...each }) => ({
        ...{ ...none, firewall, what: /** @type {What} */ ("held"), ...each },
        ...{ name: rule, word: "rule on hold" },
        notes: ["It is left as somebody changed it."],
      })),
      ...shadowed.map(({ rule, by, ...each }) => ({
        ...{ ...none, firewall, what: /** @type {What} */ ("shadowed"), name: rule, ...each },
        ...{
          word: "rule possibly denied",
          notes: [
            `${by.startsWith("Panorama's rule ") ? by : `The administrator's rule ${by}`} above it may deny part of it.`,
          ],
        },
      })),
      ...unused.rules.map((each) => ({
        ...{ ...none, firewall, what: /** @type {What} */ ("unused"), name: each.rule },
        ...{ group: each.group, traffic: each.traffic },
        ...{ word: "rule unused", notes: unusedNotes(each, unused.days) },
      })),
      ...(unconfirmed?.rules ?? []).map(({ id, group, traffic, rules, confirmed, confirm }) => ({
        ...{ ...none, firewall, what: /** @type {What} */ ("unconfirmed"), name: id, group, traffic },
        word: "rule to confirm",
        notes: [
          `${confirmed === undefined ? "It was never confirmed" : `It was confirmed on ${confirmed}`}. Our rules for it: ${rules.join(", ")}.`,
          `Whoever has looked at it says so: ${confirm}`,
        ],
      })),
    ],
  );
  rows.sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what));
  return rows.map((row, place) => ({ ...row, place }));
}

/**
 * On which firewalls of a device group it is so, or why one was not asked.
 * @param {Finding} finding
 */
function onNotes({ kind, on, why }) {
  if (why !== undefined) return [`${why}.`];
  if (on === undefined) return [];
  if (on.length === 0) return ["It is on no firewall yet."];
  return [`It is ${kind === "not-pushed" ? "not on" : "on"} ${on.join(", ")}.`];
}

/**
 * @param {UnusedRule} rule
 * @param {number} days
 */
function unusedNotes({ lastHit, countedSince, revoke }, days) {
  /** @type {(time: string | undefined) => string | undefined} */
  const day = (time) => time?.slice(0, 10);
  const candidates = revoke.map(({ id, description }) => (description ? `${id} (${description})` : id));
  return [
    `No hit for ${days} days: last hit ${day(lastHit) ?? "never"}, counted since ${day(countedSince) ?? "not said"}.`,
    candidates.length === 0
      ? "Nothing to revoke: another rule of the same permission is used, or may be."
      : `Could be revoked in AWS: ${candidates.join(", ")}.`,
  ];
}
