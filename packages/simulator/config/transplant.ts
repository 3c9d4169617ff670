import { XmlElement } from "../xml/element";
import type { JournalEntry } from "./journal";
import { childAt, locate, stepOf } from "./paths";

/**
 * `target` with some of the changes that `source` has more than it. With all of them it is `source`;
 * with some, an entry that was moved stands behind the nearest one before it that both have.
 */
export function withChanges(
  source: XmlElement,
  target: XmlElement,
  changes: readonly JournalEntry[],
  all: readonly JournalEntry[],
): XmlElement {
  if (changes.length === all.length) return source.clone();
  const next = target.clone();
  transplant(source, next, changes);
  return next;
}

/**
 * Makes `target` equal to `source` in exactly what the given changes cover, and nowhere else. A partial
 * commit is this from candidate to running, a partial revert the other way round.
 */
function transplant(source: XmlElement, target: XmlElement, changes: Iterable<JournalEntry>): void {
  const placed = new Map<XmlElement, Set<string>>();
  for (const { path, action } of changes) {
    const from = locate(source, path);
    const before = locate(target, path);
    if (!from) {
      before?.parent?.remove(before);
      continue;
    }
    if (action === "MOVE" && before) {
      noteOrder(placed, before);
      continue;
    }
    const copy = from.clone();
    if (before?.parent) {
      const { parent } = before;
      parent.add(copy, parent.remove(before));
      // One that came anew under a name that was there before stands where it came.
      if (action !== "EDIT") noteOrder(placed, copy);
      continue;
    }
    const parent = holder(source, target, path.slice(0, -1), placed);
    if (!parent) continue;
    parent.add(copy, placeFor(from, parent));
    noteOrder(placed, copy);
  }
  for (const [container, names] of placed) arrange(source, container, names);
}

/** Behind the nearest node before it that both have; at the end for entries, which are arranged later. */
function placeFor(from: XmlElement, parent: XmlElement): number | undefined {
  const siblings = from.parent?.children ?? [];
  if (from.tag === "entry") return undefined;
  for (let index = siblings.indexOf(from) - 1; index >= 0; index--) {
    const sibling = siblings[index];
    const there = sibling && childAt(parent, stepOf(sibling));
    if (there) return parent.children.indexOf(there) + 1;
  }
  return 0;
}

function noteOrder(placed: Map<XmlElement, Set<string>>, entry: XmlElement): void {
  const { parent, name } = entry;
  if (!parent || name === undefined || entry.tag !== "entry") return;
  const names = placed.get(parent) ?? new Set();
  placed.set(parent, names.add(name));
}

/** The node at a path in the target, made with nothing in it where it is missing. */
function holder(
  source: XmlElement,
  target: XmlElement,
  path: readonly string[],
  placed: Map<XmlElement, Set<string>>,
): XmlElement | undefined {
  let from: XmlElement | undefined = source;
  let here = target;
  for (const step of path.slice(1)) {
    from = from && childAt(from, step);
    let next = childAt(here, step);
    if (!next) {
      if (!from) return undefined;
      next = here.add(new XmlElement(from.tag, { ...from.attributes }));
      noteOrder(placed, next);
    }
    here = next;
  }
  return here;
}

/** Puts the named entries where they stand in the source, behind the nearest one before them that both have. */
function arrange(source: XmlElement, container: XmlElement, names: Set<string>): void {
  const steps: string[] = [];
  for (let here: XmlElement | undefined = container; here; here = here.parent) {
    steps.unshift(here.tag === "entry" ? `entry:${here.name ?? ""}` : here.tag);
  }
  const model = locate(source, steps)?.entries() ?? [];
  const moving = model.filter((entry) => entry.name !== undefined && names.has(entry.name));
  const detached = new Map<string, XmlElement>();
  for (const { name = "" } of moving) {
    const entry = container.entry(name);
    if (!entry) continue;
    container.remove(entry);
    detached.set(name, entry);
  }
  let previous: XmlElement | undefined;
  for (const { name = "" } of model) {
    const entry = detached.get(name);
    if (entry) container.add(entry, previous ? container.children.indexOf(previous) + 1 : 0);
    previous = container.entry(name) ?? previous;
  }
}
