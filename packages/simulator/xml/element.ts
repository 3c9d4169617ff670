/** Who changed a node since the last commit; the candidate's answers carry it as attributes. */
export interface DirtyMark {
  admin: string;
  id: number;
  time: string;
}

/**
 * One element of a PAN-OS document. A configuration has no mixed content: an element has children or
 * text. (A `<uid-message>` may have both: clients put its payload into `<type>update…</type>`.)
 * Children named `entry` are found by their `name` without a search, because a rulebase has thousands.
 */
export class XmlElement {
  readonly children: XmlElement[] = [];
  parent: XmlElement | undefined;
  dirty: DirtyMark | undefined;
  private byName: Map<string, XmlElement> | undefined;

  constructor(
    public tag: string,
    public attributes: Record<string, string> = {},
    public text = "",
  ) {}

  /** The `name` attribute of an entry. */
  get name(): string | undefined {
    return this.attributes["name"];
  }

  rename(name: string): void {
    const parent = this.parent;
    parent?.forget(this);
    this.attributes = { ...this.attributes, name };
    parent?.remember(this);
  }

  /** Appends, or inserts before the child at `index`. Returns the child. */
  add(child: XmlElement, index = this.children.length): XmlElement {
    this.children.splice(index, 0, child);
    child.parent = this;
    this.remember(child);
    return child;
  }

  /** Takes a child out and returns the position it had. */
  remove(child: XmlElement): number {
    const index = this.children.indexOf(child);
    if (index < 0) throw new Error(`<${child.tag}> is not a child of <${this.tag}>`);
    this.children.splice(index, 1);
    child.parent = undefined;
    this.forget(child);
    return index;
  }

  child(tag: string): XmlElement | undefined {
    return this.children.find((child) => child.tag === tag);
  }

  /** Text of a child, undefined when there is no such child. */
  value(tag: string): string | undefined {
    return this.child(tag)?.text;
  }

  entry(name: string): XmlElement | undefined {
    if (this.byName === undefined) {
      this.byName = new Map();
      for (const child of this.children) this.remember(child);
    }
    return this.byName.get(name);
  }

  entries(): XmlElement[] {
    return this.children.filter((child) => child.tag === "entry");
  }

  /** Texts of the <member> children of a child, [] when there is no such child. */
  members(tag: string): string[] {
    return this.child(tag)?.memberTexts() ?? [];
  }

  memberTexts(): string[] {
    return this.children.filter((child) => child.tag === "member").map((child) => child.text);
  }

  /** Follows child tags; a step `entry:NAME` is an entry. */
  at(...steps: string[]): XmlElement | undefined {
    const [step, ...rest] = steps;
    if (step === undefined) return this;
    const next = step.startsWith("entry:") ? this.entry(step.slice(6)) : this.child(step);
    return next?.at(...rest);
  }

  clone(): XmlElement {
    const copy = new XmlElement(this.tag, { ...this.attributes }, this.text);
    copy.dirty = this.dirty;
    for (const child of this.children) {
      const childCopy = child.clone();
      childCopy.parent = copy;
      copy.children.push(childCopy);
    }
    return copy;
  }

  /** This element and everything below it. */
  *descendants(): Generator<XmlElement> {
    yield this;
    for (const child of this.children) yield* child.descendants();
  }

  private remember(child: XmlElement): void {
    if (this.byName && child.tag === "entry" && child.name !== undefined) this.byName.set(child.name, child);
  }

  private forget(child: XmlElement): void {
    if (this.byName && child.name !== undefined && this.byName.get(child.name) === child) {
      this.byName.delete(child.name);
    }
  }
}

/** A new element; children as elements or, for a leaf, text. */
export function element(tag: string, ...content: (XmlElement | string)[]): XmlElement {
  const made = new XmlElement(tag);
  for (const part of content) {
    if (typeof part === "string") made.text += part;
    else made.add(part);
  }
  return made;
}
