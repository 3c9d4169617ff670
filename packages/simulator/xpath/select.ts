import type { XmlElement } from "../xml/element";
import { evaluate } from "./evaluate";
import type { Value } from "./functions";
import { isElement } from "./nodes";
import { parseXpath } from "./parse";

/** What an XPath matched: elements, and attributes (which a `get` answers in its own way); not texts. */
export interface Selection {
  elements: XmlElement[];
  attributes: { owner: XmlElement; name: string }[];
}

/**
 * Evaluates an XPath on a document. Elements come in document order.
 * @throws InvalidXpath
 */
export function select(root: XmlElement, xpath: string): Selection {
  const found = evaluate(parseXpath(xpath), root);
  const nodes = Array.isArray(found) ? found : [];
  return {
    elements: elementsOf(found),
    attributes: nodes.flatMap((node) => (!isElement(node) && node.kind === "attribute" ? [node] : [])),
  };
}

/** The elements alone. */
export function selectElements(root: XmlElement, xpath: string): XmlElement[] {
  return select(root, xpath).elements;
}

/** The elements in what an expression came to. */
export function elementsOf(value: Value): XmlElement[] {
  return Array.isArray(value) ? value.filter(isElement) : [];
}
