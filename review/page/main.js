/**
 * The page: what there is to say, the filters, the picture and the list.
 *
 * @import { PageData } from "./types"
 * @import { Focus, Wanted } from "./filter.js"
 * @import { Row } from "./rows.js"
 */
import { filtered } from "./filter.js";
import { byKey } from "./lists.js";
import { ruleCount } from "./layout.js";
import { draw } from "./picture.js";
import { groupLabel, KINDS, ORDER, ownerLabel, rowsOf } from "./rows.js";
import { Table } from "./table.js";
import { count, element } from "./text.js";

/** So many choices are offered for a filter; what isn't among them can be typed. */
const MOST_CHOICES = 300;
const MOST_MARKS = 12;

/** @type {PageData} */
const data = JSON.parse(document.getElementById("review")?.textContent ?? "");
const rows = rowsOf(data);
const table = new Table(data);
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
    const tile = element(
      "button",
      { type: "button", class: `tile ${what}`, "aria-pressed": "false" },
      element("b", {}, number.toLocaleString("en")),
      element("span", {}, `${KINDS[what].sign} ${KINDS[what].tile}`),
    );
    tile.disabled = own.length === 0;
    tile.addEventListener("click", () => {
      const kinds = new Set(wanted.what);
      if (!kinds.delete(what)) kinds.add(what);
      wanted = { ...wanted, what: kinds };
      update();
    });
    return [what, tile];
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
      const attributes = { type: "button", class: "chip", "aria-pressed": "false" };
      const chip = element("button", attributes, `⚠ ${mark} (${all.length.toLocaleString("en")})`);
      chip.addEventListener("click", () => {
        const { mark: now, ...others } = wanted;
        wanted = now === mark ? others : { ...others, mark };
        update();
      });
      return [mark, chip];
    }),
);

/** @type {HTMLInputElement[]} */
const inputs = [];

/**
 * @param {"text" | "port" | "group" | "instance"} key
 * @param {string} title
 * @param {string} placeholder
 * @param {Iterable<string>} [choices]
 */
function field(key, title, placeholder, choices) {
  const input = element("input", { type: "search", placeholder, autocomplete: "off" });
  input.addEventListener("input", () => {
    wanted = { ...wanted, [key]: input.value };
    update();
  });
  inputs.push(input);
  const made = element("label", { class: key }, element("span", {}, title), input);
  if (choices !== undefined) {
    const list = element("datalist", { id: `choices-${key}` });
    for (const choice of [...new Set(choices)].slice(0, MOST_CHOICES)) {
      list.append(element("option", { value: choice }));
    }
    input.setAttribute("list", list.id);
    made.append(list);
  }
  return made;
}

function filters() {
  const reset = element("button", { type: "button" }, "Show all");
  reset.addEventListener("click", () => {
    for (const input of inputs) input.value = "";
    wanted = nothingWanted();
    update();
  });
  const owners = Object.keys(data.addresses).map((address) => ownerLabel(address, data.addresses) ?? "");
  return element(
    "form",
    { class: "filters", role: "search", "aria-label": "Filter" },
    field("text", "Search", "anything: a rule, an address, a reason"),
    field("port", "Port", "443", new Set(rows.flatMap(({ ports }) => ports))),
    field("group", "Security group", "name or id", new Set(rows.map(({ group }) => groupLabel(group)))),
    field("instance", "Instance", "name, id or address", owners),
    reset,
  );
}

/**
 * @param {string} title
 * @param {string} kind
 * @param {readonly (Node | string)[]} items
 */
function listed(title, kind, items) {
  if (items.length === 0) return [];
  const list = element("ul", {}, ...items.map((item) => element("li", {}, item)));
  return [element("section", { class: `besides ${kind}` }, element("h2", {}, title), list)];
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
      element("div", { class: "tiles", role: "group", "aria-label": "What to show" }, ...tiles.values()),
      ...(chips.size === 0
        ? []
        : [element("div", { class: "chips", role: "group", "aria-label": "Look twice" }, ...chips.values())]),
      ...updates,
      filters(),
      crumb,
      picture,
      table.element,
      ...besides(),
    );
  document.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());
  update();
  let width = picture.clientWidth;
  new ResizeObserver(() => {
    if (picture.clientWidth === width) return;
    width = picture.clientWidth;
    paint();
  }).observe(table.element);
  // Which of these a browser has differs; each is enough.
  const paper = matchMedia("print");
  paper.addEventListener("change", () => table.print(paper.matches));
  addEventListener("beforeprint", () => table.print(true));
  addEventListener("afterprint", () => table.print(false));
  document.documentElement.dataset["ready"] = "true";
}

build();
