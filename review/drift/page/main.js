/**
 * The page: what was found of each firewall, the filters and the list.
 *
 * @import { FindingKind } from "../types"
 * @import { PageData } from "./types"
 * @import { Wanted } from "./filter.js"
 */
import { filterForm, group, switched, tile, toggle, whenPrinted } from "../../page/controls.js";
import { Table } from "../../page/table.js";
import { count, element, groupLabel } from "../../page/text.js";
import { driftTable } from "./columns.js";
import { filtered } from "./filter.js";
import { KINDS, ORDER, rowsOf } from "./rows.js";

/** @type {PageData} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "");
const rows = rowsOf(data);
const table = new Table(driftTable(data));

/** @type {Wanted} */
let wanted = nothingWanted();

/** @returns {Wanted} */
function nothingWanted() {
  return { text: "", firewall: "", group: "", what: new Set() };
}

/** Shows what is left of other wishes. @param {Wanted} wishes */
function show(wishes) {
  wanted = wishes;
  table.show(filtered(rows, wanted, data.places));
  for (const [what, button] of tiles) button.setAttribute("aria-pressed", String(wanted.what.has(what)));
  for (const [kind, chip] of chips) chip.setAttribute("aria-pressed", String(wanted.kind === kind));
}

const tiles = new Map(
  // Most stacks ask nobody to confirm anything.
  ORDER.filter((what) => what !== "unconfirmed" || data.firewalls.some((each) => each.unconfirmed)).map(
    (what) => {
      const number = rows.filter((row) => row.what === what).length;
      const { sign, tile: words } = KINDS[what];
      const pressed = () => show({ ...wanted, what: switched(wanted.what, what) });
      return [what, tile(what, number, `${sign} ${words}`, number === 0, pressed)];
    },
  ),
);

const chips = new Map(
  /** @type {FindingKind[]} */ (Object.keys(data.said)).flatMap((kind) => {
    const number = rows.filter((row) => row.kind === kind).length;
    if (number === 0) return [];
    const pressed = () => {
      const { kind: now, ...others } = wanted;
      show(now === kind ? others : { ...others, kind });
    };
    const text = `${data.said[kind]} (${number.toLocaleString("en")})`;
    return [/** @type {const} */ ([kind, toggle("chip", pressed, text)])];
  }),
);

function filters() {
  const fields = [
    { key: "text", title: "Search", placeholder: "anything: a rule, an address, an administrator" },
    {
      ...{ key: "firewall", title: "Firewall", placeholder: "name" },
      choices: data.firewalls.map(({ firewall }) => firewall),
    },
    {
      ...{ key: "group", title: "Security group", placeholder: "name or id" },
      choices: rows.flatMap((row) => (row.group === undefined ? [] : [groupLabel(row.group)])),
    },
  ];
  const asked = (/** @type {string} */ key, /** @type {string} */ text) => show({ ...wanted, [key]: text });
  return filterForm(fields, asked, () => show(nothingWanted()));
}

/** What there is to know of a firewall as a whole. @param {PageData["firewalls"][number]} firewall */
function about({ firewall, refusal, findings, unused, commits, pushes }) {
  const sentences =
    refusal !== undefined
      ? [`nothing is known of it: ${refusal}`]
      : [
          findings.length === 0 ? "no drift." : `${count(findings.length, "finding")}.`,
          ...(commits.length > 0
            ? [`Last commits, the newest first: ${commits.map(commitText).join(", ")}.`]
            : []),
          ...(pushes === undefined ? [] : pushSentences(pushes)),
          ...(unused.unknown === undefined
            ? []
            : [`Which rules are unused is not known: ${unused.unknown}.`]),
          ...(unused.notJudged === 0
            ? []
            : [
                `${count(unused.notJudged, "rule")} not counted for ${unused.days} days yet, or without effect where ${unused.notJudged === 1 ? "it stands" : "they stand"}.`,
              ]),
        ];
  const kind = refusal === undefined ? "update" : "update refusal";
  return element("p", { class: kind }, element("b", {}, `${firewall}: `), sentences.join(" "));
}

/**
 * How far the firewalls of a device group are.
 * @param {NonNullable<PageData["firewalls"][number]["pushes"]>} pushes
 */
function pushSentences({ firewalls, waiting }) {
  const having = firewalls.filter(({ behind }) => behind === 0).length;
  const others = firewalls.filter(({ behind }) => behind !== 0);
  const said = others.map(({ firewall, isConnected, behind, lastPush }) => {
    const what = behind === undefined ? "not known" : `${count(behind, "object")} behind`;
    const last = lastPush === undefined ? "" : `, last push: ${lastPush}`;
    return `${firewall} (${what}${isConnected ? "" : ", not connected"}${last})`;
  });
  return [
    `${having} of ${count(firewalls.length, "firewall")} ${having === 1 ? "has" : "have"} ours as Panorama runs them.`,
    ...(said.length === 0 ? [] : [`The others: ${said.join("; ")}.`]),
    ...((waiting ?? []).length === 0 ? [] : [`Committed by ${waiting?.join(", ")}, and waiting for a push.`]),
  ];
}

/** @param {PageData["firewalls"][number]["commits"][number]} commit */
function commitText({ job, by, ended }) {
  return `${by} (job ${job}, ${ended})`;
}

document
  .getElementById("main")
  ?.replaceChildren(
    ...group("tiles", "What to show", [...tiles.values()]),
    ...group("chips", "Kinds of drift", [...chips.values()]),
    ...data.firewalls.map(about),
    filters(),
    element("h2", { class: "unseen" }, "What was found"),
    table.element,
  );
show(wanted);
whenPrinted((isPrinted) => table.print(isPrinted));
document.documentElement.dataset["ready"] = "true";
