import type { XmlElement } from "../xml/element";
import type { Axis, Step } from "./ast";

/** The document that the root element is in: what an absolute path starts from. */
export interface DocumentNode {
  kind: "document";
  root: XmlElement;
}

/** An attribute or the text of an element. */
interface LeafNode {
  kind: "attribute" | "text";
  owner: XmlElement;
  /** The attribute's name; "" for a text. */
  name: string;
}

export type XpathNode = XmlElement | LeafNode | DocumentNode;

/** Attributes and texts are made when asked for, and one is the same whenever it is asked for. */
const leaves = new WeakMap<XmlElement, Map<string, LeafNode>>();

function leaf(owner: XmlElement, kind: LeafNode["kind"], name: string): LeafNode {
  let known = leaves.get(owner);
  if (!known) leaves.set(owner, (known = new Map<string, LeafNode>()));
  const key = `${kind} ${name}`;
  let node = known.get(key);
  if (!node) known.set(key, (node = { kind, owner, name }));
  return node;
}

export function isElement(node: XpathNode): node is XmlElement {
  return !("kind" in node);
}

export function stringOf(node: XpathNode): string {
  if (isElement(node)) return node.text + node.children.map(stringOf).join("");
  if (node.kind === "document") return stringOf(node.root);
  return node.kind === "text" ? node.owner.text : (node.owner.attributes[node.name] ?? "");
}

export function nameOf(node: XpathNode): string {
  if (isElement(node)) return node.tag;
  return node.kind === "attribute" ? node.name : "";
}

function parentOf(node: XpathNode, document: DocumentNode): XpathNode | undefined {
  if (!isElement(node)) return node.kind === "document" ? undefined : node.owner;
  return node.parent ?? (node === document.root ? document : undefined);
}

function childrenOf(node: XpathNode): XpathNode[] {
  if (!isElement(node)) return node.kind === "document" ? [node.root] : [];
  return node.text === "" ? node.children : [leaf(node, "text", ""), ...node.children];
}

function* below(node: XpathNode): Generator<XpathNode> {
  for (const child of childrenOf(node)) {
    yield child;
    yield* below(child);
  }
}

function ancestors(node: XpathNode, document: DocumentNode): XpathNode[] {
  const found: XpathNode[] = [];
  for (let above = parentOf(node, document); above; above = parentOf(above, document)) found.push(above);
  return found;
}

function siblings(node: XpathNode, document: DocumentNode, side: "before" | "after"): XpathNode[] {
  const parent = parentOf(node, document);
  if (!parent || (!isElement(node) && node.kind === "attribute")) return [];
  const all = childrenOf(parent);
  const at = all.indexOf(node);
  return side === "before" ? all.slice(0, at).reverse() : all.slice(at + 1);
}

/** The nodes of an axis in its own order: backwards on those that look back. */
function onAxis(node: XpathNode, axis: Axis, document: DocumentNode): XpathNode[] {
  switch (axis) {
    case "self":
      return [node];
    case "child":
      return childrenOf(node);
    case "attribute":
      return isElement(node) ? Object.keys(node.attributes).map((name) => leaf(node, "attribute", name)) : [];
    case "parent": {
      const parent = parentOf(node, document);
      return parent ? [parent] : [];
    }
    case "descendant":
      return [...below(node)];
    case "descendant-or-self":
      return [node, ...below(node)];
    case "ancestor":
      return ancestors(node, document);
    case "ancestor-or-self":
      return [node, ...ancestors(node, document)];
    case "following-sibling":
      return siblings(node, document, "after");
    case "preceding-sibling":
      return siblings(node, document, "before");
    case "following":
      return [node, ...ancestors(node, document)].flatMap((each) =>
        siblings(each, document, "after").flatMap((sibling) => [sibling, ...below(sibling)]),
      );
    case "preceding":
      return [node, ...ancestors(node, document)].flatMap((each) =>
        siblings(each, document, "before").flatMap((sibling) => [sibling, ...below(sibling)].reverse()),
      );
  }
}

/** What a step takes of its axis, before its predicates. */
export function candidates(node: XpathNode, step: Step, document: DocumentNode): XpathNode[] {
  const nodes = onAxis(node, step.axis, document);
  if (step.test === "node") return nodes;
  if (step.test === "text") return nodes.filter((each) => !isElement(each) && each.kind === "text");
  const isPrincipal = (each: XpathNode): boolean =>
    step.axis === "attribute" ? !isElement(each) && each.kind === "attribute" : isElement(each);
  return nodes.filter((each) => isPrincipal(each) && (step.name === "*" || nameOf(each) === step.name));
}

/** Nodes in document order, each once. */
export function inDocumentOrder(nodes: readonly XpathNode[], document: DocumentNode): XpathNode[] {
  const wanted = new Set(nodes);
  if (wanted.size < 2) return [...wanted];
  const ordered: XpathNode[] = [];
  const take = (node: XpathNode): void => {
    if (wanted.delete(node)) ordered.push(node);
    if (!isElement(node)) return;
    for (const name of Object.keys(node.attributes)) {
      const attribute = leaf(node, "attribute", name);
      if (wanted.delete(attribute)) ordered.push(attribute);
    }
  };
  take(document);
  for (const node of below(document)) {
    if (wanted.size === 0) break;
    take(node);
  }
  return ordered;
}
