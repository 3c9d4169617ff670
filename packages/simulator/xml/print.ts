import type { XmlElement } from "./element";

export function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (c) => TEXT[c] ?? c);
}

export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"\r\n\t]/g, (c) => ATTRIBUTE[c] ?? c);
}

const TEXT: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };
const ATTRIBUTE: Record<string, string> = { ...TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;" };

/** CDATA as PAN-OS wraps message lines in it; a closing mark inside is split. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}

export interface PrintOptions {
  /** Write `admin`, `dirtyId` and `time` on changed nodes, as answers from the candidate have them. */
  dirty?: boolean;
}

/** An element as XML text without white space between elements. */
export function print(node: XmlElement, options: PrintOptions = {}): string {
  let attributes = "";
  for (const [key, value] of Object.entries(node.attributes)) {
    attributes += ` ${key}="${escapeAttribute(value)}"`;
  }
  if (options.dirty && node.dirty) {
    const { admin, id, time } = node.dirty;
    attributes += ` admin="${escapeAttribute(admin)}" dirtyId="${id}" time="${time}"`;
  }
  if (node.children.length > 0) {
    const inner = node.children.map((child) => print(child, options)).join("");
    return `<${node.tag}${attributes}>${inner}</${node.tag}>`;
  }
  return node.text === ""
    ? `<${node.tag}${attributes}/>`
    : `<${node.tag}${attributes}>${escapeText(node.text)}</${node.tag}>`;
}
