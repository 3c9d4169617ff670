import { FIREWALL } from "../schema/firewall";
import { below } from "../schema/schema";
import type { Schema } from "../schema/schema";
import type { XmlElement } from "../xml/element";
import type { LocationPath } from "../xpath/ast";
import { entryNames } from "../xpath/entry-names";

/**
 * One node of the configuration by tags from the root; an entry is `entry:NAME`, a member `member:TEXT`,
 * so that a path means the same node in candidate and in running.
 */
export type NodePath = readonly string[];

export function pathOf(node: XmlElement): NodePath {
  const steps: string[] = [];
  for (let here: XmlElement | undefined = node; here; here = here.parent) steps.unshift(stepOf(here));
  return steps;
}

export function stepOf(node: XmlElement): string {
  if (node.tag === "entry" && node.name !== undefined) return `entry:${node.name}`;
  return node.tag === "member" ? `member:${node.text}` : node.tag;
}

export function locate(root: XmlElement, path: NodePath): XmlElement | undefined {
  let here: XmlElement | undefined = path[0] === root.tag ? root : undefined;
  for (const step of path.slice(1)) here = here && childAt(here, step);
  return here;
}

export function childAt(parent: XmlElement, step: string): XmlElement | undefined {
  if (step.startsWith("entry:")) return parent.entry(step.slice(6));
  if (step.startsWith("member:")) {
    const text = step.slice(7);
    return parent.children.find((child) => child.tag === "member" && child.text === text);
  }
  return parent.child(step);
}

/** As PAN-OS prints a node's place. */
export function xpathOf(path: NodePath): string {
  return path
    .map((step) => {
      if (step.startsWith("entry:")) return `/entry[@name=${quoted(step.slice(6))}]`;
      return step.startsWith("member:") ? `/member[text()=${quoted(step.slice(7))}]` : `/${step}`;
    })
    .join("");
}

function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? `concat('${text.replaceAll("'", `', "'", '`)}')` : `"${text}"`;
}

/** The single node that an XPath names whether it exists or not; undefined when it could be several. */
export function namedPath(path: LocationPath): NodePath | undefined {
  if (!path.absolute) return undefined;
  const steps: string[] = [];
  for (const step of path.steps) {
    if (step.axis !== "child" || step.test !== "name" || step.name === "*") return undefined;
    if (step.name === "entry") {
      const names = entryNames(step);
      if (names?.length !== 1) return undefined;
      steps.push(`entry:${names[0]}`);
    } else if (step.predicates.length === 0) steps.push(step.name);
    else {
      const text = memberText(step.predicates);
      if (step.name !== "member" || text === undefined) return undefined;
      steps.push(`member:${text}`);
    }
  }
  return steps;
}

function memberText(predicates: LocationPath["steps"][number]["predicates"]): string | undefined {
  const [only, ...more] = predicates;
  if (only?.kind !== "compare" || only.operator !== "=" || more.length > 0) return undefined;
  const { left, right } = only;
  const isText = left.kind === "path" && left.path.steps[0]?.test === "text";
  return isText && right.kind === "literal" ? right.value : undefined;
}

/** The schema at a path, undefined where PAN-OS has no such node. */
export function schemaAt(path: NodePath): Schema | undefined {
  let schema: Schema | undefined = path[0] === "config" ? FIREWALL : undefined;
  for (const step of path.slice(1)) schema = schema && below(schema, tagOf(step));
  return schema;
}

export function tagOf(step: string): string {
  const colon = step.indexOf(":");
  return colon < 0 ? step : step.slice(0, colon);
}

/** Labels for messages: from the nearest entry on, by its name. */
export function labels(path: NodePath): string[] {
  const from = path.findLastIndex((step) => step.startsWith("entry:"));
  return path.slice(Math.max(from, 0)).map((step) => (step.startsWith("entry:") ? step.slice(6) : step));
}

/** The object or rule that a node is or belongs to (the entry below a vsys or shared), else the node itself. */
export function objectPath(path: NodePath): NodePath {
  const at = objectDepth(path);
  return at < 0 ? path : path.slice(0, at + 1);
}

export function isInObject(path: NodePath): boolean {
  return objectDepth(path) >= 0;
}

function objectDepth(path: NodePath): number {
  const scope = path[1] === "shared" ? 2 : scopeName(path) !== undefined ? 5 : path.length;
  return path.findIndex((step, index) => index >= scope && step.startsWith("entry:"));
}

/** The virtual system, or on Panorama the device group, that a node belongs to; undefined for shared and the rest. */
export function scopeName(path: NodePath): string | undefined {
  return path[3] === "vsys" || path[3] === "device-group" ? path[4]?.slice("entry:".length) : undefined;
}

export function startsWith(path: NodePath, start: NodePath): boolean {
  if (start.length > path.length) return false;
  // From the end: paths differ in their last steps, and this is asked of every change for every change.
  for (let at = start.length - 1; at >= 0; at--) if (path[at] !== start[at]) return false;
  return true;
}
