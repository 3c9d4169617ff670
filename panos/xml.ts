import { XMLParser, XMLValidator } from "fast-xml-parser";

/** An XML element. `text` is its own character data, joined, without that of its children. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

/** An element of nothing but others, with no attributes. */
export function parent(name: string, children: XmlElement[]): XmlElement {
  return { name, attributes: {}, children, text: "" };
}

/** What an `<entry>` is called; "" where it has no name. */
export function nameOf({ attributes }: XmlElement): string {
  return attributes["name"] ?? "";
}

const PREDEFINED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

// Entity expansion stays off: a document can declare entities that grow without bound. Only XML's five
// predefined ones and character references are decoded, by `decode`.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: "#cdata",
});

/** PAN-OS gives an element fewer than ten. */
const MOST_ATTRIBUTES = 64;

type Node = Record<string, unknown>;

/**
 * Parses a document.
 * @returns its root element
 * @throws Error when it isn't well-formed XML with one root, or has a document type declaration,
 *   or more attributes in an element than PAN-OS has
 */
export function parseXml(text: string): XmlElement {
  if (text.includes("<!DOCTYPE")) throw new Error("the document has a DOCTYPE, which is refused");
  // The parser mends what is broken; half an answer must not be read as a whole one.
  const validity = XMLValidator.validate(text);
  if (validity !== true) throw new Error(`${validity.err.msg} (line ${validity.err.line})`);
  // Neither of the two looks at what follows the root.
  if (text.slice(text.lastIndexOf(">") + 1).trim() !== "") throw new Error("text follows the root element");
  const nodes = parser.parse(text) as Node[];
  const roots = nodes.map(toElement).filter((node): node is XmlElement => node !== undefined);
  if (roots.length !== 1) throw new Error(`the document has ${roots.length} root elements`);
  return roots[0]!;
}

function toElement(node: Node): XmlElement | undefined {
  const name = Object.keys(node).find((key) => key !== ":@" && !key.startsWith("#") && !key.startsWith("?"));
  if (name === undefined) return undefined;
  const element: XmlElement = { name, attributes: {}, children: [], text: "" };
  const attributes = Object.entries((node[":@"] ?? {}) as Record<string, string>);
  if (attributes.length > MOST_ATTRIBUTES)
    throw new Error(`an element has ${attributes.length} attributes, more than ${MOST_ATTRIBUTES}`);
  for (const [key, value] of attributes) {
    element.attributes[key] = decode(value);
  }
  for (const child of node[name] as Node[]) {
    if ("#text" in child) element.text += decode(String(child["#text"]));
    else if ("#cdata" in child) {
      for (const part of child["#cdata"] as Record<string, string>[]) element.text += part["#text"] ?? "";
    } else {
      const inner = toElement(child);
      if (inner !== undefined) element.children.push(inner);
    }
  }
  return element;
}

function decode(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^&;]*);?/g, (whole, entity: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(entity) ?? [];
    const code = hex === undefined ? parseInt(decimal ?? "", 10) : parseInt(hex, 16);
    const said = code <= 0x10ffff ? String.fromCodePoint(code) : PREDEFINED[entity];
    // What it stands for can't be known, so the text around it would be read wrong.
    if (said === undefined || !whole.endsWith(";")) throw new Error(`${whole} stands for nothing in XML`);
    return said;
  });
}

/** The first child element of that name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

/** The element at the end of a path of names, each the first of its name. */
export function find(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => child(at, name), element);
}

/** The trimmed text of the element at a path; "" where there is none. */
export function textAt(element: XmlElement | undefined, ...path: string[]): string {
  return find(element, ...path)?.text.trim() ?? "";
}

/** The `<entry>` children in document order, where several may have one name. */
export function entryList(element: XmlElement | undefined): XmlElement[] {
  return (element?.children ?? []).filter(({ name }) => name === "entry");
}

/** The `<entry>` children, by name, in document order. */
export function entries(element: XmlElement | undefined): Map<string, XmlElement> {
  return new Map(entryList(element).map((entry) => [nameOf(entry), entry]));
}

/** The texts of the `<member>` children. */
export function members(element: XmlElement | undefined): string[] {
  return (element?.children ?? []).filter(({ name }) => name === "member").map(({ text }) => text.trim());
}

/**
 * Text for an XML element or attribute. Characters that XML 1.0 can't carry at all (control characters,
 * lone surrogates) become spaces: a name from AWS may hold any of them.
 */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " ")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
      .replace(/'/g, "&apos;")
  );
}

/** `<tag>text</tag>` */
export function element(tag: string, text: string): string {
  return `<${tag}>${escapeXml(text)}</${tag}>`;
}

/** `<tag><member>…</member>…</tag>`; "" for an empty list. */
export function memberList(tag: string, list: readonly string[]): string {
  if (list.length === 0) return "";
  return `<${tag}>${list.map((member) => element("member", member)).join("")}</${tag}>`;
}
