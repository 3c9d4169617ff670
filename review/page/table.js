/** Rows as a table. The first ones are drawn, others as a person comes to them; all of them where it is printed. */
import { count, element, visible } from "./text.js";

/** Rows that are drawn at once. */
const CHUNK = 100;

const collator = new Intl.Collator("en", { numeric: true });

/**
 * @template R
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: R) => string} [key] what it is sorted by; absent: it isn't
 * @property {(row: R) => readonly (Node | string)[]} content
 */

/**
 * What a table shows. The first column, which the table makes, says what a row is, and unfolds it.
 * @template R
 * @typedef {object} Shape
 * @property {string} caption
 * @property {(row: R) => string} order what the first column is sorted by
 * @property {(row: R) => { kind: string, sign: string, word: string, subject: string }} head
 * @property {readonly Column<R>[]} columns
 * @property {(row: R) => HTMLElement} unfolded all that is known of a row
 */

/** @template {{ place: number }} R by its place a row is known again */
export class Table {
  /** @type {readonly R[]} */
  #rows = [];
  #drawn = 0;
  /** @type {Set<number>} */
  #unfolded = new Set();
  /** @type {{ column: number, isDown: boolean } | undefined} */
  #sorting;
  #isPrinted = false;
  #body = element("tbody", {});
  #more = element("button", { type: "button", class: "more" });
  #says = element("p", { class: "says", "aria-live": "polite" });
  /** @type {HTMLTableCellElement[]} */
  #heads = [];
  /** @type {readonly Pick<Column<R>, "title" | "key">[]} */
  #columns;

  /** @param {Shape<R>} shape */
  constructor(shape) {
    this.shape = shape;
    this.#columns = [{ title: "What", key: shape.order }, ...shape.columns];
    const head = element("tr", {});
    this.#columns.forEach(({ title, key }, column) => {
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
    const caption = element("caption", { class: "unseen" }, shape.caption);
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
   * @param {readonly R[]} rows
   * @param {boolean} [isUnfolded] whether the first of them shows all that is known of it
   */
  show(rows, isUnfolded = false) {
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
    this.#isPrinted = isPrinted;
    this.#redraw();
  }

  #redraw() {
    this.#drawn = 0;
    this.#body.replaceChildren();
    this.#draw(this.#isPrinted ? this.#rows.length : CHUNK);
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

  /** @type {{ rows: readonly R[], sorting: unknown, sorted: readonly R[] } | undefined} */
  #known;

  #sorted() {
    const [rows, sorting] = [this.#rows, this.#sorting];
    if (this.#known?.rows === rows && this.#known.sorting === sorting) return this.#known.sorted;
    const key = sorting && this.#columns[sorting.column]?.key;
    let sorted = rows;
    if (key !== undefined) {
      const keys = new Map(rows.map((row) => [row, key(row)]));
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
      line.after(this.#unfoldedRow(row));
    }
    line.querySelector("button")?.setAttribute("aria-expanded", String(!isUnfolded));
  }

  /** @param {R} row */
  #rowOf(row) {
    const isUnfolded = this.#isPrinted || this.#unfolded.has(row.place);
    const { kind, sign, word, subject } = this.shape.head(row);
    const button = element(
      "button",
      { type: "button", class: "what", "aria-expanded": String(isUnfolded) },
      element("span", { class: "mark-sign", "aria-hidden": "true" }, sign),
      word,
    );
    button.setAttribute("aria-label", visible(`${word}: ${subject}`));
    const line = element("tr", { "data-row": String(row.place), class: kind });
    [[button], ...this.shape.columns.map(({ content }) => content(row))].forEach((content, column) => {
      line.append(element("td", { "data-title": this.#columns[column]?.title ?? "" }, ...content));
    });
    return isUnfolded ? [line, this.#unfoldedRow(row)] : [line];
  }

  /** @param {R} row */
  #unfoldedRow(row) {
    const cell = element("td", { colspan: String(this.#columns.length) }, this.shape.unfolded(row));
    return element("tr", { class: "unfolded" }, cell);
  }
}
