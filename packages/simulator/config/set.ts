import { Refusal } from "../refusal";
import { entryFaults, label, listFaults, nameFaults, writeFaults } from "../schema/check";
import { References } from "../schema/references";
import { below } from "../schema/schema";
import type { Schema } from "../schema/schema";
import { XmlElement } from "../xml/element";
import { cleaned, giveUuids } from "./candidate";
import type { Candidate } from "./candidate";
import { childAt, isInObject, labels, schemaAt, scopeName, stepOf } from "./paths";
import type { NodePath } from "./paths";
import { writeTarget } from "./targets";
import { giveUuid } from "./uuid";

/**
 * `set`: merges elements into the node that the xpath names, which is made if it is missing. Lists grow,
 * values are replaced, nothing is removed; new entries go to the end.
 * @throws Refusal
 */
export function set(
  candidate: Candidate,
  admin: string,
  xpath: string,
  elements: readonly XmlElement[],
): void {
  const { path, schema } = writeTarget(candidate.root, xpath);
  const payload = elements.map(cleaned);
  const parent = ensure(candidate, path);
  if (parent.created) candidate.note(admin, "CREATE", parent.created);
  const faults: string[] = [];
  for (const element of payload) {
    const inner = below(schema, element.tag);
    if (inner)
      merge(
        { candidate, admin, faults, quiet: parent.created !== undefined },
        parent.node,
        path,
        element,
        inner,
      );
  }
  // Judged when everything is in place: what comes together may refer to each other.
  const references = referencesAt(candidate, path);
  refuse([...payload.flatMap((element) => childFaults(element, schema, path, references)), ...faults]);
}

/** What is wrong with an element written below a node at `path`. */
function childFaults(element: XmlElement, schema: Schema, path: NodePath, references: References): string[] {
  const where = labels(path);
  if (schema.kind === "entries") return entryFaults(element, schema, where, references);
  const inner = below(schema, element.tag);
  const at = [...where, element.tag];
  if (inner === undefined) return [`${label(at)} unexpected here`];
  if (schema.kind === "members") {
    const list = new XmlElement(path.at(-1) ?? "");
    list.add(element.clone());
    return writeFaults(list, schema, where, references);
  }
  return writeFaults(element, inner, at, references);
}

export function referencesAt(candidate: Candidate, path: NodePath): References {
  return new References(candidate.root, scopeName(path), undefined, candidate.beside);
}

export function refuse(lines: readonly string[]): void {
  if (lines.length > 0) throw new Refusal("12", [...new Set(lines)]);
}

/** Makes the nodes of a path that are missing; `created` is the one whose creation counts as the change. */
export function ensure(candidate: Candidate, path: NodePath): { node: XmlElement; created?: NodePath } {
  let node = candidate.root;
  let created: NodePath | undefined;
  for (let depth = 1; depth < path.length; depth++) {
    const step = path[depth] ?? "";
    let next = childAt(node, step);
    if (!next) {
      const here = path.slice(0, depth + 1);
      next = made(step, schemaAt(path.slice(0, depth)));
      candidate.insert(node, next);
      if (!created && (step.startsWith("entry:") || isInObject(here))) created = here;
    }
    node = next;
  }
  return created ? { node, created } : { node };
}

function made(step: string, container: Schema | undefined): XmlElement {
  if (step.startsWith("member:")) return new XmlElement("member", {}, step.slice(7));
  if (!step.startsWith("entry:")) return new XmlElement(step);
  const name = step.slice("entry:".length);
  if (container?.kind === "entries") refuse(nameFaults(name, container));
  const entry = new XmlElement("entry", { name });
  if (container?.kind === "entries" && container.uuid) giveUuid(entry);
  return entry;
}

interface Merging {
  candidate: Candidate;
  admin: string;
  faults: string[];
  /** The creation above is noted already. */
  quiet: boolean;
}

function merge(
  merging: Merging,
  parent: XmlElement,
  parentPath: NodePath,
  sent: XmlElement,
  schema: Schema,
): void {
  const { candidate } = merging;
  const path = [...parentPath, stepOf(sent)];
  const there = childAt(parent, stepOf(sent));
  if (!there) {
    create(merging, parent, path, sent, schema);
    return;
  }
  if (sent.children.length === 0) {
    if (there.children.length === 0) candidate.setText(there, sent.text);
    note(merging, "EDIT", path);
    return;
  }
  if (there.text !== "") candidate.setText(there, "");
  for (const child of sent.children) {
    const inner = below(schema, child.tag);
    if (inner) merge(merging, there, path, child, inner);
  }
  merging.faults.push(...listFaults(there, schema, labels(path)));
}

function create(
  merging: Merging,
  parent: XmlElement,
  path: NodePath,
  sent: XmlElement,
  schema: Schema,
): void {
  const { candidate } = merging;
  const isContainer = !isInObject(path) && sent.tag !== "entry" && sent.children.length > 0;
  if (isContainer) {
    const container = new XmlElement(sent.tag);
    candidate.insert(parent, container);
    for (const child of sent.children) {
      const inner = below(schema, child.tag);
      if (inner) merge(merging, container, path, child, inner);
    }
    return;
  }
  const node = withoutDoubles(sent);
  const container = schemaAt(path.slice(0, -1));
  if (container?.kind === "entries" && container.uuid) giveUuid(node);
  giveUuids(node, schema);
  candidate.insert(parent, node);
  const above = schemaAt(path.slice(0, -1));
  if (node.tag === "member" && above)
    merging.faults.push(...listFaults(parent, above, labels(path.slice(0, -1))));
  merging.faults.push(...allListFaults(node, schema, labels(path)));
  note(merging, node.tag === "entry" ? "CREATE" : "EDIT", path);
}

function note({ candidate, admin, quiet }: Merging, action: "CREATE" | "EDIT", path: NodePath): void {
  if (!quiet) candidate.note(admin, action, path);
}

/** A list keeps a member once, and a container an entry once, whatever was sent. */
export function withoutDoubles(node: XmlElement): XmlElement {
  for (const part of [...node.descendants()]) {
    const seen = new Set<string>();
    for (const child of [...part.children]) {
      if (child.tag !== "member" && child.tag !== "entry") continue;
      const key = stepOf(child);
      if (seen.has(key)) part.remove(child);
      seen.add(key);
    }
  }
  return node;
}

/** What is wrong with lists as a whole, anywhere in what was written. */
export function allListFaults(node: XmlElement, schema: Schema, where: readonly string[]): string[] {
  const own = listFaults(node, schema, where);
  return node.children.reduce<string[]>((lines, child) => {
    const inner = below(schema, child.tag);
    if (!inner || schema.kind === "open") return lines;
    const at = child.tag === "entry" ? [child.name ?? ""] : [...where, child.tag];
    return lines.concat(allListFaults(child, inner, at));
  }, own);
}
