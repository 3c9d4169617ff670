import { below } from "../schema/schema";
import type { Schema } from "../schema/schema";
import type { XmlElement } from "../xml/element";
import { CONTENT } from "../policy/content";
import type { Beside } from "../schema/references";
import { deviceTime } from "../time";
import { Journal, mark } from "./journal";
import type { JournalAction } from "./journal";
import type { NodePath } from "./paths";
import { giveUuid } from "./uuid";

/**
 * The candidate configuration and the journal of who changed what. Every change goes through the few
 * functions here, which remember how to undo it: a request changes everything it says or nothing.
 */
export class Candidate {
  readonly journal = new Journal();
  private undo: (() => void)[] | undefined;
  private dirtyId = 0;

  constructor(
    public root: XmlElement,
    /** What its names may mean beside what is in it. */
    readonly beside: Beside = { content: CONTENT },
  ) {
    stampRules(root);
  }

  /** Runs changes as one; when they throw, configuration and journal are as they were. */
  transaction<T>(changes: () => T): T {
    if (this.undo) return changes();
    const before = this.journal.entries;
    this.undo = [];
    this.dirtyId = this.journal.nextDirtyId();
    try {
      const result = changes();
      for (const entry of this.journal.entries) if (entry.dirtyId === this.dirtyId) mark(this.root, entry);
      return result;
    } catch (error) {
      for (const step of this.undo.reverse()) step();
      this.journal.restore(before);
      throw error;
    } finally {
      this.undo = undefined;
    }
  }

  /** Starts anew from a configuration: nobody has changed anything. */
  reset(root: XmlElement): void {
    this.root = root;
    this.journal.restore([]);
    for (const node of root.descendants()) node.dirty = undefined;
  }

  /** Puts a whole configuration in its place, all of which the administrator has changed then. */
  load(admin: string, root: XmlElement): void {
    stampRules(root);
    this.reset(root);
    this.transaction(() => this.note(admin, "EDIT", [root.tag]));
  }

  note(admin: string, action: JournalAction, path: NodePath): void {
    const takesOver = action === "EDIT" || action === "DELETE" || action === "CREATE";
    this.journal.add({ admin, action, path, time: deviceTime(), dirtyId: this.dirtyId }, takesOver);
  }

  insert(parent: XmlElement, child: XmlElement, index?: number): void {
    parent.add(child, index);
    this.undo?.push(() => parent.remove(child));
  }

  remove(child: XmlElement): number {
    const parent = child.parent;
    if (!parent) throw new Error("the root of the configuration can't be removed");
    const index = parent.remove(child);
    this.undo?.push(() => parent.add(child, index));
    return index;
  }

  setText(node: XmlElement, text: string): void {
    const before = node.text;
    node.text = text;
    this.undo?.push(() => (node.text = before));
  }

  rename(entry: XmlElement, name: string): void {
    const before = entry.name ?? "";
    entry.rename(name);
    this.undo?.push(() => entry.rename(before));
  }
}

/** A copy of what somebody sent, without the attributes that only the firewall gives. */
export function cleaned(node: XmlElement): XmlElement {
  const copy = node.clone();
  for (const part of copy.descendants()) {
    part.attributes = part.name === undefined ? {} : { name: part.name };
    if (part.children.length > 0) part.text = "";
  }
  return copy;
}

/** Gives the rules at and below a new node their uuids, and those that replace a rule the uuid it had. */
export function giveUuids(node: XmlElement, schema: Schema, replaced?: XmlElement): void {
  if (schema.kind === "entries") {
    for (const entry of node.entries()) {
      const old = entry.name === undefined ? undefined : replaced?.entry(entry.name);
      if (schema.uuid) giveUuid(entry, old);
      giveUuids(entry, schema.of, old);
    }
  } else if (schema.kind === "struct") {
    for (const child of node.children) {
      const inner = below(schema, child.tag);
      if (inner) giveUuids(child, inner, replaced?.child(child.tag));
    }
  }
}

const RULEBASES: ReadonlySet<string> = new Set(["rulebase", "pre-rulebase", "post-rulebase"]);

function stampRules(root: XmlElement): void {
  for (const node of root.descendants()) {
    if (node.tag !== "rules" || !RULEBASES.has(node.parent?.parent?.tag ?? "")) continue;
    for (const entry of node.entries()) giveUuid(entry);
  }
}
