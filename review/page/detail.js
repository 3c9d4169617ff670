/**
 * Parts of what is shown of a row when it is unfolded.
 *
 * @import { Reason } from "../explain/reason"
 */
import { element } from "./text.js";
import { xmlLines } from "./xml.js";

/** Facts under their terms. */
export class Facts {
  element = element("dl", {});

  /** @param {string} term @param {...(Node | string)} content */
  tell(term, ...content) {
    this.element.append(element("dt", {}, term), element("dd", {}, ...content));
  }

  /** What a field was and what it is. @param {string} field @param {readonly string[]} old @param {readonly string[]} now */
  tellField(field, old, now) {
    this.tell(
      `Field ${field}`,
      ...old.map((text) => element("del", {}, text)),
      ...now.map((text) => element("ins", {}, text)),
    );
  }
}

/** @param {string} text */
export function code(text) {
  return element("code", {}, text);
}

/**
 * @param {readonly Reason[]} reasons
 * @returns {HTMLElement}
 */
export function reasonList(reasons) {
  const list = element("ul", {});
  for (const { text, because = [] } of reasons) {
    const item = element("li", {}, text);
    if (because.length > 0) item.append(reasonList(because));
    list.append(item);
  }
  return list;
}

/**
 * A rule's entry under a title; nothing where there is none.
 * @param {string} title
 * @param {string} rule
 * @param {{ before?: string, after?: string }} xml
 */
export function xmlPart(title, rule, xml) {
  const lines = xmlLines(xml);
  if (lines.length === 0) return [];
  const pre = element("pre", { tabindex: "0", role: "region", "aria-label": `XML of ${rule}` });
  for (const { sign, text } of lines) {
    const kind = { "+": "ins", "−": "del", " ": "span" }[sign];
    pre.append(element(/** @type {"ins" | "del" | "span"} */ (kind), {}, `${sign} ${text}`), "\n");
  }
  // On paper it is left out.
  return [element("div", { class: "xml" }, element("h3", {}, title), pre)];
}
