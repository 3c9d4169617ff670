/**
 * The page: what there is to say, the filters, the picture and the list.
 *
 * @import { PageData } from "./types"
 * @import { Focus, Wanted } from "./filter.js"
 * @import { Row } from "./rows.js"
 */
import { filterForm, group, listed, switched, tile, toggle, whenPrinted } from "../../page/controls.js";
import { byKey } from "../../page/lists.js";
import { Table } from "../../page/table.js";
import { count, element, groupLabel } from "../../page/text.js";
import { reviewTable } from "./columns.js";
import { filtered } from "./filter.js";
import { ruleCount } from "./layout.js";
import { draw } from "./picture.js";
import { KINDS, ORDER, ownerLabel, rowsOf } from "./rows.js";

const MOST_MARKS = 12;

/** @type {PageData} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "");
const rows = rowsOf(data);
const table = new Table(reviewTable(data));
const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
const picture = element("section", { class: "picture", "aria-label": "Picture" });
const crumb = element("p", { class: "crumb" });

/** @type {Wanted} */
let wanted = nothingWanted();
/** @type {readonly Row[]} */
let shown = rows;

/** @returns {Wanted} */
function nothingWanted() {
  return { text: "", port: "", group: "", instance: "", what: new Set() };
}

/** Shows what is left. @param {boolean} [isUnfolded] */
function update(isUnfolded = false) {
  shown = filtered(rows, wanted, data);
  table.show(shown, isUnfolded);
  crumb.replaceChildren();
  if (wanted.focus !== undefined) {
    const back = element("button", { type: "button" }, `Only ${wanted.focus.label}: back to all`);
    back.addEventListener("click", () => choose(undefined));
    crumb.append(back);
  }
  for (const [what, tile] of tiles) tile.setAttribute("aria-pressed", String(wanted.what.has(what)));
  for (const [mark, chip] of chips) chip.setAttribute("aria-pressed", String(wanted.mark === mark));
  paint();
}

function paint() {
  const width = Math.max(300, Math.min(1160, picture.clientWidth || 1160));
  picture.hidden = !draw(svg, shown, data, wanted.focus, width, choose);
}

/** @param {Focus | undefined} focus */
function choose(focus) {
  wanted = { ...wanted };
  if (focus === undefined) delete wanted.focus;
  else wanted.focus = focus;
  const hadFocus = picture.contains(document.activeElement);
  update(focus !== undefined);
  // What a person stood on is drawn anew, or gone.
  if (focus === undefined) /** @type {SVGElement | null} */ (svg.querySelector("g[role]"))?.focus();
  else if (hadFocus) crumb.querySelector("button")?.focus();
}

const tiles = new Map(
  ORDER.map((what) => {
    const own = rows.filter((row) => row.what === what);
    const number = what === "withheld" ? own.length : ruleCount(own);
    const { sign, tile: words } = KINDS[what];
    const pressed = () => {
      wanted = { ...wanted, what: switched(wanted.what, what) };
      update();
    };
    return [what, tile(what, number, `${sign} ${words}`, own.length === 0, pressed)];
  }),
);

const chips = new Map(
  [
    ...byKey(
      rows.flatMap(({ marks }) => marks),
      (mark) => mark,
    ),
  ]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST_MARKS)
    .map(([mark, all]) => {
      const pressed = () => {
        const { mark: now, ...others } = wanted;
        wanted = now === mark ? others : { ...others, mark };
        update();
      };
      return [mark, toggle("chip", pressed, `⚠ ${mark} (${all.length.toLocaleString("en")})`)];
    }),
);

function filters() {
  const owners = Object.keys(data.addresses).map((address) => ownerLabel(address, data.addresses) ?? "");
  const fields = [
    { key: "text", title: "Search", placeholder: "anything: a rule, an address, a reason" },
    { key: "port", title: "Port", placeholder: "443", choices: rows.flatMap(({ ports }) => ports) },
    {
      ...{ key: "group", title: "Security group", placeholder: "name or id" },
      choices: rows.map((row) => groupLabel(row.group)),
    },
    { key: "instance", title: "Instance", placeholder: "name, id or address", choices: owners },
  ];
  const asked = (/** @type {string} */ key, /** @type {string} */ text) => {
    wanted = { ...wanted, [key]: text };
    update();
  };
  return filterForm(fields, asked, () => {
    wanted = nothingWanted();
    update();
  });
}

function besides() {
  const several = data.firewalls.length > 1;
  /** @type {(names: readonly string[]) => string} */
  const of = (names) => (several ? `${names.join(", ")}: ` : "");
  return [
    ...listed(
      "Takes the place of an administrator's rule",
      "adopted",
      data.firewalls.flatMap(({ names, adopted }) =>
        adopted.map(({ name, by, lost }) => {
          const gone = lost.length > 0 ? `; lost with it: ${lost.join("; ")}` : "";
          return `${of(names)}${name}: replaced by ${by.join(", ")}${gone}`;
        }),
      ),
    ),
    ...listed(
      "On hold: left as somebody changed it",
      "held",
      data.firewalls.flatMap(({ names, held }) => held.map((name) => of(names) + name)),
    ),
    ...listed("To know besides", "notes", data.notes),
  ];
}

function build() {
  const against = data.against.map(({ kind, firewall, text }) =>
    element(
      "span",
      {},
      element("b", {}, kind),
      firewall === undefined ? `: ${text}` : ` on ${firewall}: ${text}`,
    ),
  );
  const updates = data.firewalls.map(({ names, update: text, refusal }) =>
    element(
      "p",
      { class: refusal === undefined ? "update" : "update refusal" },
      element("b", {}, `${names.join(", ")}: `),
      refusal === undefined ? text : `nothing is known of it: ${refusal}`,
    ),
  );
  picture.append(
    element("h2", {}, "Who reaches what"),
    element(
      "p",
      { class: "legend" },
      element("span", { class: "key opens" }, "+ opens"),
      element("span", { class: "key closes" }, "− closes"),
      "A thicker line is more rules. Click a line or a box, or walk there with the arrow keys and press Enter, for its rules.",
    ),
    svg,
  );
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", `Sources, ports and destinations of ${count(ruleCount(rows), "rule")}`);
  document
    .getElementById("main")
    ?.replaceChildren(
      ...listed("Against it", "against", against),
      ...group("tiles", "What to show", [...tiles.values()]),
      ...group("chips", "Look twice", [...chips.values()]),
      ...updates,
      filters(),
      crumb,
      picture,
      table.element,
      ...besides(),
    );
  update();
  let width = picture.clientWidth;
  new ResizeObserver(() => {
    if (picture.clientWidth === width) return;
    width = picture.clientWidth;
    paint();
  }).observe(table.element);
  whenPrinted((isPrinted) => table.print(isPrinted));
  document.documentElement.dataset["ready"] = "true";
}

build();
