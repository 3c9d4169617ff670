/**
 * The rows as a table. The first ones are drawn, others as a person comes to them; all of them where it is printed.
 *
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 */
import { detailOf } from "./detail.js";
import { byKey } from "./lists.js";
import { groupLabel, KINDS, ORDER, ownerLabel, ruleName } from "./rows.js";
import { count, element, some, visible } from "./text.js";

/** Rows that are drawn at once. */
const CHUNK = 100;
const MOST_MEMBERS = 4;
const MOST_REASONS = 2;

const collator = new Intl.Collator("en", { numeric: true });
/** @type {(list: readonly string[]) => string} */
const first = (list) => list[0] ?? "\uFFFF";

/** @type {{ title: string, key?: (row: Row, data: PageData) => string }[]} */
const COLUMNS = [
  { title: "What", key: ({ what }) => String(ORDER.indexOf(what)) },
  { title: "Source", key: ({ source }, data) => named(first(source), data) },
  { title: "Destination", key: ({ destination }, data) => named(first(destination), data) },
  { title: "Port", key: ({ ports }) => first(ports) },
  { title: "Application", key: ({ applications }) => first(applications) },
  { title: "Group", key: ({ group }) => groupLabel(group) },
  { title: "Why" },
];

/** @type {(address: string, data: PageData) => string} */
const named = (address, { addresses }) => ownerLabel(address, addresses) ?? address;

export class Table {
  /** @type {readonly Row[]} */
  #rows = [];
  #drawn = 0;
  /** @type {Set<number>} */
  #unfolded = new Set();
  /** @type {{ column: number, isDown: boolean } | undefined} */
  #sorting;
  #body = element("tbody", {});
  #more = element("button", { type: "button", class: "more" });
  #says = element("p", { class: "says", "aria-live": "polite" });
  /** @type {HTMLTableCellElement[]} */
  #heads = [];

  /** @param {PageData} data */
  constructor(data) {
    this.data = data;
    this.hasZones = new Set(data.firewalls.flatMap(({ changes }) => changes.flatMap(zonesOf))).size > 1;
    const head = element("tr", {});
    COLUMNS.forEach(({ title, key }, column) => {
      const cell = element("th", { scope: "col" });
      if (key === undefined) cell.append(title);
      else {
        const button = element("button", { type: "button" }, title);
        button.addEventListener("click", () => this.sort(column));
        cell.append(button);
      }
      this.#heads.push(cell);
      head.append(cell);
    });
    const caption = element("caption", { class: "unseen" }, "What opens, closes, or stays as it is, and why");
    const table = element("table", {}, caption, element("thead", {}, head), this.#body);
    this.element = element("section", { "aria-label": "List" }, this.#says, table, this.#more);
    this.#more.addEventListener("click", () => this.#draw(CHUNK));
    new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.#draw(CHUNK);
    }).observe(this.#more);
    this.#body.addEventListener("click", ({ target }) => this.#clicked(target));
    this.#body.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step === undefined || !(event.target instanceof HTMLButtonElement)) return;
      const buttons = [...this.#body.querySelectorAll("button")];
      buttons[buttons.indexOf(event.target) + step]?.focus();
      event.preventDefault();
    });
  }

  /**
   * Shows other rows.
   * @param {readonly Row[]} rows
   * @param {boolean} isUnfolded whether the first of them shows all that is known of it
   */
  show(rows, isUnfolded) {
    this.#rows = rows;
    this.#unfolded = new Set(isUnfolded && rows[0] ? [rows[0].place] : []);
    this.#redraw();
  }

  /** Sorts by a column: upwards, then downwards, then as it was. @param {number} column */
  sort(column) {
    const { column: now, isDown } = this.#sorting ?? {};
    this.#sorting =
      now !== column ? { column, isDown: false } : isDown ? undefined : { column, isDown: true };
    this.#heads.forEach((cell, each) => {
      if (each !== this.#sorting?.column) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", this.#sorting.isDown ? "descending" : "ascending");
    });
    this.#redraw();
  }

  /** Draws every row with all that is known of it, for paper; and as it was again. @param {boolean} isPrinted */
  print(isPrinted) {
    this.isPrinted = isPrinted;
    this.#redraw();
  }

  #redraw() {
    this.#drawn = 0;
    this.#body.replaceChildren();
    this.#draw(this.isPrinted ? this.#rows.length : CHUNK);
  }

  /** @param {number} number */
  #draw(number) {
    const sorted = this.#sorted();
    const next = sorted.slice(this.#drawn, this.#drawn + number);
    this.#body.append(...next.flatMap((row) => this.#rowOf(row)));
    this.#drawn += next.length;
    const rest = sorted.length - this.#drawn;
    this.#says.textContent =
      sorted.length === 0
        ? "Nothing of that kind."
        : `${count(sorted.length, "row")}${rest > 0 ? `, the first ${this.#drawn.toLocaleString("en")} shown` : ""}`;
    this.#more.hidden = rest === 0;
    this.#more.textContent = `Show more: ${rest.toLocaleString("en")} left`;
  }

  /** @type {{ rows: readonly Row[], sorting: unknown, sorted: readonly Row[] } | undefined} */
  #known;

  #sorted() {
    const [rows, sorting] = [this.#rows, this.#sorting];
    if (this.#known?.rows === rows && this.#known.sorting === sorting) return this.#known.sorted;
    const key = sorting && COLUMNS[sorting.column]?.key;
    let sorted = rows;
    if (key !== undefined) {
      const keys = new Map(rows.map((row) => [row, key(row, this.data)]));
      const sign = sorting?.isDown ? -1 : 1;
      sorted = rows.toSorted((a, b) => sign * collator.compare(keys.get(a) ?? "", keys.get(b) ?? ""));
    }
    this.#known = { rows, sorting, sorted };
    return sorted;
  }

  /** @param {EventTarget | null} target */
  #clicked(target) {
    const line = target instanceof Element ? target.closest("tr[data-row]") : undefined;
    // Who marks a text doesn't ask for more.
    if (!(line instanceof HTMLTableRowElement) || getSelection()?.type === "Range") return;
    const row = this.#rows.find(({ place }) => String(place) === line.dataset["row"]);
    if (row === undefined) return;
    const isUnfolded = this.#unfolded.has(row.place);
    if (isUnfolded) {
      this.#unfolded.delete(row.place);
      line.nextElementSibling?.remove();
    } else {
      this.#unfolded.add(row.place);
      line.after(this.#detailRow(row));
    }
    line.querySelector("button")?.setAttribute("aria-expanded", String(!isUnfolded));
  }

  /** @param {Row} row */
  #rowOf(row) {
    const { what, source, destination, ports, applications, group, flow, place } = row;
    const isUnfolded = this.isPrinted || this.#unfolded.has(place);
    const { word, sign } = KINDS[what];
    const button = element(
      "button",
      { type: "button", class: "what", "aria-expanded": String(isUnfolded) },
      element("span", { class: "mark-sign", "aria-hidden": "true" }, sign),
      word,
    );
    const name = ruleName(row);
    button.setAttribute("aria-label", visible(`${word}: ${name || groupLabel(group)}`));
    const but = flow?.except?.length ? ` but ${some(flow.except, MOST_MEMBERS)}` : "";
    const part = flow?.partly
      ? [element("small", {}, `(in part: the rest ${what === "opens" ? "was" : "stays"} open)`)]
      : [];
    const cells = [
      [button],
      [...this.#members(source), ...this.#zone(flow?.from), ...part],
      [...this.#members(destination), ...this.#zone(flow?.to)],
      [element("span", { class: "port" }, some(ports, MOST_MEMBERS))],
      applications.length === 0 ? [] : [some(applications, MOST_MEMBERS) + but],
      [groupLabel(group)],
      this.#why(row),
    ];
    const line = element("tr", { "data-row": String(place), class: what });
    cells.forEach((content, column) => {
      line.append(element("td", { "data-title": COLUMNS[column]?.title ?? "" }, ...content));
    });
    return isUnfolded ? [line, this.#detailRow(row)] : [line];
  }

  /** @param {Row} row */
  #detailRow(row) {
    const cell = element("td", { colspan: String(COLUMNS.length) }, detailOf(row, this.data));
    return element("tr", { class: "unfolded" }, cell);
  }

  /** @param {string | undefined} zone */
  #zone(zone) {
    return zone === undefined || !this.hasZones ? [] : [element("small", {}, `in ${zone}`)];
  }

  /**
   * Addresses, those of an instance with its name.
   * @param {readonly string[]} addresses
   */
  #members(addresses) {
    if (addresses.length === 0) return [];
    const owners = byKey(addresses, (address) => ownerLabel(address, this.data.addresses) ?? "");
    const list = element("span", { class: "members" });
    const others = owners.get("") ?? [];
    owners.delete("");
    if (others.length > 0) list.append(element("code", {}, some(others, MOST_MEMBERS)));
    const instances = [...owners];
    for (const [owner, own] of instances.slice(0, MOST_MEMBERS)) {
      list.append(element("span", {}, element("b", {}, owner), " ", element("code", {}, some(own, 2))));
    }
    const more = instances.length - MOST_MEMBERS;
    if (more > 0) list.append(`and ${more} more`);
    return [list];
  }

  /** @param {Row} row */
  #why({ change, withheld, allowed, marks }) {
    if (withheld !== undefined) return [`${withheld.guardrail ? "Guardrail: " : ""}${withheld.text}`];
    if (allowed !== undefined) return [`the firewall's rule ${allowed.by.join(" with ")} allows it`];
    const reasons = change?.reasons ?? [];
    const more = reasons.length - MOST_REASONS;
    return [
      ...marks.map((text) => element("strong", { class: "mark" }, text)),
      ...reasons.slice(0, MOST_REASONS).map(({ text }) => element("span", { class: "reason" }, text)),
      ...(more > 0 ? [element("small", {}, `and ${more} more`)] : []),
    ];
  }
}

/** @param {import("../types").RuleChange} change */
function zonesOf({ opens, closes }) {
  return [...opens, ...closes].map(({ from, to }) => `${from} ${to}`);
}
