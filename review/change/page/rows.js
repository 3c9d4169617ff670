/**
 * What a review says, as rows: one for each flow that opens or closes, for each change that does neither, for what
 * is withheld and for what is allowed already.
 *
 * @import { AllowedRule, Flow, RuleChange, WithheldPermission } from "../types"
 * @import { PageData } from "./types"
 */
import { visible } from "../../page/text.js";

/** @typedef {"opens" | "closes" | "same" | "withheld" | "allowed"} What */

/**
 * @typedef {object} Row
 * @property {number} place among all rows
 * @property {What} what
 * @property {number} firewall which of the page's
 * @property {RuleChange} [change]
 * @property {Flow} [flow]
 * @property {WithheldPermission} [withheld]
 * @property {AllowedRule} [allowed]
 * @property {readonly string[]} source
 * @property {readonly string[]} destination
 * @property {readonly string[]} ports
 * @property {readonly string[]} applications
 * @property {{ id: string, name?: string }} group
 * @property {readonly string[]} marks what to look at twice
 * @property {boolean} isLoud whether one of them is about who is let in where
 */

/** @type {Record<What, { tile: string, word: string, sign: string }>} */
export const KINDS = {
  opens: { tile: "opens", word: "Opens", sign: "+" },
  closes: { tile: "closes", word: "Closes", sign: "−" },
  same: { tile: "no difference", word: "No difference", sign: "=" },
  withheld: { tile: "withheld", word: "Withheld", sign: "×" },
  allowed: { tile: "already allowed", word: "Already allowed", sign: "✓" },
};

/** @type {readonly What[]} */
export const ORDER = ["opens", "closes", "same", "withheld", "allowed"];

const LOUD = new Set(["world-administrative", "public-database", "any-port"]);

/**
 * All rows, what matters most first.
 * @param {PageData} data
 * @returns {Row[]}
 */
export function rowsOf({ firewalls }) {
  /** @type {Omit<Row, "place">[]} */
  const rows = [];
  const none = { source: [], destination: [], ports: [], applications: [], marks: [], isLoud: false };
  firewalls.forEach(({ changes, withheld, alreadyAllowed }, firewall) => {
    for (const change of changes) {
      const { group, opens, closes } = change;
      const marks = change.marks.map(({ text }) => text);
      const isLoud = change.marks.some(({ kind }) => LOUD.has(kind));
      const common = { firewall, change, group };
      for (const flow of opens) rows.push({ ...common, what: "opens", flow, ...ends(flow), marks, isLoud });
      // What to look at twice is about what is there afterwards.
      for (const flow of closes) {
        const cuts = flow.cut === undefined ? [] : [flow.cut.isSure ? "would be cut" : "may be cut"];
        rows.push({ ...common, what: "closes", flow, ...ends(flow), marks: cuts, isLoud: cuts.length > 0 });
      }
      if (opens.length + closes.length === 0) {
        rows.push({ ...none, ...common, what: "same", ports: [portsOf(change.traffic)], marks });
      }
    }
    for (const each of withheld) {
      const ports = [portsOf(each.traffic)];
      rows.push({ ...none, firewall, what: "withheld", withheld: each, group: each.group, ports });
    }
    for (const each of alreadyAllowed) {
      const { source, destination, group } = each;
      const ports = [portsOf(each.traffic)];
      rows.push({ ...none, firewall, what: "allowed", allowed: each, group, source, destination, ports });
    }
  });
  rows.sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what) || Number(b.isLoud) - Number(a.isLoud));
  return rows.map((row, place) => ({ place, ...row }));
}

/** @param {Flow} flow */
function ends({ source, destination, ports, applications }) {
  return { source, destination, ports, applications };
}

/**
 * Traffic as flows write it: "TCP ports 8000 to 8100" is tcp/8000-8100.
 * @param {string} traffic
 */
function portsOf(traffic) {
  const [, protocol = "", first, last] = /^(TCP|UDP) ports? (\d+)(?: to (\d+))?$/.exec(traffic) ?? [];
  if (first === undefined) return traffic;
  return `${protocol.toLowerCase()}/${first}${last === undefined ? "" : `-${last}`}`;
}

/**
 * Who has an address: an instance's name, its id, an interface's; undefined for those of nobody that is known.
 * @param {string} address
 * @param {PageData["addresses"]} addresses
 */
export function ownerLabel(address, addresses) {
  if (!Object.hasOwn(addresses, address)) return undefined;
  const owner = addresses[address];
  return owner && visible(owner.name ?? owner.instanceId ?? owner.interfaceId, 80);
}

/** @param {Row} row */
export function ruleName({ change, allowed }) {
  return change?.rule ?? allowed?.rule ?? "";
}
