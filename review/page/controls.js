/** What a person filters with, and lists beside the table. */
import { element } from "./text.js";

/** So many choices are offered for a filter; what isn't among them can be typed. */
const MOST_CHOICES = 300;

/**
 * A button that is pressed or not; whoever has it says which.
 * @param {string} kind its class
 * @param {() => void} pressed
 * @param {...(Node | string)} content
 */
export function toggle(kind, pressed, ...content) {
  const button = element("button", { type: "button", class: kind, "aria-pressed": "false" }, ...content);
  button.addEventListener("click", pressed);
  return button;
}

/**
 * Counts of kinds that each show their kind alone, or with others that are pressed.
 * @param {string} kind its class besides
 * @param {number} number
 * @param {string} what
 * @param {boolean} isEmpty
 * @param {() => void} pressed
 */
export function tile(kind, number, what, isEmpty, pressed) {
  const content = [element("b", {}, number.toLocaleString("en")), element("span", {}, what)];
  const button = toggle(`tile ${kind}`, pressed, ...content);
  button.disabled = isEmpty;
  return button;
}

/**
 * The same set with one more, or one less. @template T @param {ReadonlySet<T>} set @param {T} one
 * @returns {ReadonlySet<T>}
 */
export function switched(set, one) {
  const other = new Set(set);
  if (!other.delete(one)) other.add(one);
  return other;
}

/**
 * Buttons in a row that is told as one; nothing where there are none.
 * @param {string} kind
 * @param {string} label
 * @param {readonly Node[]} buttons
 */
export function group(kind, label, buttons) {
  return buttons.length === 0
    ? []
    : [element("div", { class: kind, role: "group", "aria-label": label }, ...buttons)];
}

/**
 * @typedef {object} Field
 * @property {string} key
 * @property {string} title
 * @property {string} placeholder
 * @property {Iterable<string>} [choices]
 */

/**
 * A form with a text to look for in each field.
 * @param {readonly Field[]} fields
 * @param {(key: string, text: string) => void} asked
 * @param {() => void} reset all fields are empty by then
 */
export function filterForm(fields, asked, reset) {
  const inputs = fields.map(({ key, placeholder }) => {
    const input = element("input", { type: "search", placeholder, autocomplete: "off" });
    input.addEventListener("input", () => asked(key, input.value));
    return input;
  });
  const labels = fields.map(({ key, title, choices }, index) => {
    const input = /** @type {HTMLInputElement} */ (inputs[index]);
    const label = element("label", { class: key }, element("span", {}, title), input);
    if (choices !== undefined) {
      const list = element("datalist", { id: `choices-${key}` });
      for (const choice of [...new Set(choices)].slice(0, MOST_CHOICES)) {
        list.append(element("option", { value: choice }));
      }
      input.setAttribute("list", list.id);
      label.append(list);
    }
    return label;
  });
  const button = element("button", { type: "button" }, "Show all");
  button.addEventListener("click", () => {
    for (const input of inputs) input.value = "";
    reset();
  });
  const attributes = { class: "filters", role: "search", "aria-label": "Filter" };
  const form = element("form", attributes, ...labels, button);
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

/**
 * A list under a title; nothing where it is empty.
 * @param {string} title
 * @param {string} kind
 * @param {readonly (Node | string)[]} items
 */
export function listed(title, kind, items) {
  if (items.length === 0) return [];
  const list = element("ul", {}, ...items.map((item) => element("li", {}, item)));
  return [element("section", { class: `besides ${kind}` }, element("h2", {}, title), list)];
}

/**
 * Has everything unfolded while it is printed. Which of these a browser has differs; each is enough.
 * @param {(isPrinted: boolean) => void} print
 */
export function whenPrinted(print) {
  const paper = matchMedia("print");
  paper.addEventListener("change", () => print(paper.matches));
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}
