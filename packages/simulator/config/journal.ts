import type { XmlElement } from "../xml/element";
import { isInObject, locate, objectPath, startsWith } from "./paths";
import type { NodePath } from "./paths";

export type JournalAction = "CREATE" | "EDIT" | "DELETE" | "MOVE" | "RENAME" | "CLONE";

/** One change that an administrator made to the candidate and that is not committed yet. */
export interface JournalEntry {
  admin: string;
  action: JournalAction;
  /** Exactly what the change covers: a commit of this administrator ships this node and all below it. */
  path: NodePath;
  time: string;
  dirtyId: number;
  /** Administrators whose changes this one took over, by replacing what they had changed. */
  history: string[];
  /** The commit job that has it, until the job ends. */
  job?: number;
}

export type ComponentType = "vsys" | "shared" | "device" | "network" | "device-group";

/** What a commit calls a change: see the parts that a partial commit can exclude. */
export function componentOf(path: NodePath): ComponentType {
  if (path[1] === "shared") return "shared";
  if (path[1] !== "devices") return "device";
  if (path[3] === "device-group") return "device-group";
  if (path[3] === "deviceconfig") return "device";
  if (path[3] === "network" || path[5] === "zone" || path[5] === "import") return "network";
  return "vsys";
}

/** All uncommitted changes, in the order they were made. */
export class Journal {
  private readonly list = new Set<JournalEntry>();
  /** By object, because a request may write to hundreds of them. */
  private readonly byObject = new Map<string, Set<JournalEntry>>();
  private lastDirtyId = 0;

  get entries(): readonly JournalEntry[] {
    return [...this.list];
  }

  nextDirtyId(): number {
    return ++this.lastDirtyId;
  }

  /**
   * Notes a change. Replacing or deleting a node makes its administrator the owner of everything below,
   * so others' changes there are taken over; that is what makes an edit one level too high ship them.
   */
  add(entry: Omit<JournalEntry, "history">, takesOver: boolean): void {
    const history = [entry.admin];
    let { action } = entry;
    for (const other of takesOver ? this.takenOverBy(entry) : []) {
      for (const admin of other.history) if (!history.includes(admin)) history.push(admin);
      // What was new and is replaced before anybody committed it is still new.
      const isNew = other.action === "CREATE" && other.path.length === entry.path.length;
      if (isNew && action === "EDIT") action = "CREATE";
      this.drop(other);
    }
    this.keep({ ...entry, action, history });
  }

  remove(entries: Iterable<JournalEntry>): void {
    for (const entry of entries) this.drop(entry);
  }

  restore(entries: readonly JournalEntry[]): void {
    this.list.clear();
    this.byObject.clear();
    for (const entry of entries) this.keep(entry);
  }

  private takenOverBy({ path, action }: Omit<JournalEntry, "history">): JournalEntry[] {
    const near = isInObject(path) ? (this.byObject.get(objectKey(path)) ?? []) : this.list;
    return [...near].filter((other) => {
      if (other.job !== undefined || !startsWith(other.path, path)) return false;
      // Where an entry stands is not part of the entry: its edit leaves its moves to who made them.
      const isMoved = other.action === "MOVE" && other.path.length === path.length;
      return !isMoved || action === "DELETE";
    });
  }

  private keep(entry: JournalEntry): void {
    this.list.add(entry);
    const key = objectKey(entry.path);
    const same = this.byObject.get(key);
    if (same) same.add(entry);
    else this.byObject.set(key, new Set([entry]));
  }

  private drop(entry: JournalEntry): void {
    this.list.delete(entry);
    this.byObject.get(objectKey(entry.path))?.delete(entry);
  }
}

function objectKey(path: NodePath): string {
  return objectPath(path).join("\n");
}

/** Writes the marks of all uncommitted changes onto the candidate anew. */
export function markAll(candidate: XmlElement, journal: Journal): void {
  for (const node of candidate.descendants()) node.dirty = undefined;
  for (const entry of journal.entries) mark(candidate, entry);
}

/**
 * Marks what one change touched as PAN-OS does: the object, every node in it, and the containers
 * around it up to the next entry.
 */
export function mark(candidate: XmlElement, entry: JournalEntry): void {
  const dirty = { admin: entry.admin, id: entry.dirtyId, time: entry.time };
  let path = objectPath(entry.path);
  let node = locate(candidate, path);
  while (!node && path.length > 1) {
    path = path.slice(0, -1);
    node = locate(candidate, path);
    // A deleted object marks only its container.
    if (node) {
      node.dirty = dirty;
    }
  }
  if (!node) return;
  if (path.length === objectPath(entry.path).length)
    for (const below of node.descendants()) below.dirty = dirty;
  for (let above = node.parent; above && above.tag !== "entry"; above = above.parent) above.dirty = dirty;
}
