import { XMLParser, XMLValidator } from "fast-xml-parser";
import { XmlElement } from "./element";

/** XML that isn't well formed, or that says more than a PAN-OS document may. */
export class MalformedXml extends Error {
  readonly code = "malformed-xml";
}

/** fast-xml-parser's ordered form: one key (the tag) beside the attributes. */
type OrderedNode = Record<string, unknown> & { ":@"?: Record<string, string> };

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  cdataPropName: "#cdata",
  ignoreDeclaration: true,
  ignorePiTags: true,
  // References are resolved below: the five names and character numbers, nothing a document declares.
  processEntities: false,
});

/** Parses a document with one root element. A declaration is accepted, a document type is not. */
export function parseXml(xml: string): XmlElement {
  const roots = parseFragment(xml);
  const root = roots[0];
  if (root === undefined || roots.length !== 1) throw new MalformedXml("exactly one root element is needed");
  return root;
}

/** Parses the `element` parameter of a request: one element or several beside each other. */
export function parseFragment(xml: string): XmlElement[] {
  const body = xml.replace(/^\uFEFF?\s*<\?xml\b[^>]*\?>/, "");
  if (/<!DOCTYPE/i.test(body)) throw new MalformedXml("a document type declaration is not allowed");
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(body)) throw new MalformedXml("invalid character");
  const wrapped = `<fragment>${body}</fragment>`;
  const valid = XMLValidator.validate(wrapped);
  if (valid !== true) throw new MalformedXml(valid.err.msg);
  let parsed: OrderedNode[];
  try {
    parsed = parser.parse(wrapped) as OrderedNode[];
  } catch (error) {
    throw new MalformedXml(error instanceof Error ? error.message : "not parseable");
  }
  const top = parsed[0]?.["fragment"] as OrderedNode[] | undefined;
  if (top === undefined) throw new MalformedXml("not parseable");
  const holder = new XmlElement("fragment");
  fill(holder, top);
  if (holder.text !== "" && holder.text.trim() !== "") throw new MalformedXml("text outside an element");
  const roots = [...holder.children];
  for (const root of roots) root.parent = undefined;
  return roots;
}

function fill(parent: XmlElement, nodes: OrderedNode[]): void {
  let text = "";
  for (const node of nodes) {
    const tag = Object.keys(node).find((key) => key !== ":@");
    if (tag === undefined) continue;
    if (tag === "#text") text += resolveReferences(String(node[tag]));
    else if (tag === "#cdata") text += cdataText(node[tag] as OrderedNode[]);
    else {
      const attributes: Record<string, string> = {};
      for (const [key, value] of Object.entries(node[":@"] ?? {})) attributes[key] = resolveReferences(value);
      const child = new XmlElement(tag, attributes);
      child.parent = parent;
      parent.children.push(child);
      fill(child, node[tag] as OrderedNode[]);
    }
  }
  // White space alone is indentation, or an empty element that somebody printed over two lines.
  if (text.trim() !== "") parent.text = text;
}

function cdataText(nodes: OrderedNode[]): string {
  return nodes.map((node) => (typeof node["#text"] === "string" ? node["#text"] : "")).join("");
}

const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function resolveReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&\s]*)(;?)/g, (whole, name: string, end: string) => {
    if (end !== ";") throw new MalformedXml(`"${whole}" is not a reference; write &amp;`);
    const named = NAMED[name];
    if (named !== undefined) return named;
    const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
    const point = number ? (number[1] ? parseInt(number[1], 16) : parseInt(number[2] ?? "", 10)) : NaN;
    const allowed =
      point === 9 ||
      point === 10 ||
      point === 13 ||
      (point >= 0x20 && point <= 0xd7ff) ||
      (point >= 0xe000 && point <= 0xfffd) ||
      (point >= 0x10000 && point <= 0x10ffff);
    if (!allowed) throw new MalformedXml(`unknown reference "${whole}"`);
    return String.fromCodePoint(point);
  });
}
