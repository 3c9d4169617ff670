import { giveUuid } from "../config/uuid";
import { element, XmlElement } from "../xml/element";
import { parseFragment } from "../xml/parse";

export type Side = "pre-rulebase" | "post-rulebase";

/** What a push sends to a vsys of a firewall; what is undefined stays as it is there. */
export interface Sent {
  policy?: string | undefined;
  template?: XmlElement | undefined;
}

/** Where Panorama's Shared lies where it is not among what a vsys has. */
const SHARED = "shared";

/**
 * What Panorama has pushed to a firewall: by vsys the rules before and behind its own, in the order in which they are
 * evaluated, and objects. `loc` says which device group wrote an entry; what has "shared" there belongs to the
 * firewall's shared scope, everything else to the vsys.
 */
export class Pushed {
  /** What reads of `/config/panorama` see; nothing in it where nothing was pushed. */
  readonly config = element("config");
  private readonly held = new Map<string, { served: XmlElement; own: XmlElement; shared: XmlElement }>();

  /** @param panorama the `<panorama>` of a configuration that a firewall starts with */
  constructor(panorama?: XmlElement) {
    const shared = panorama?.child(SHARED);
    if (shared) this.put(SHARED, shared.children);
    for (const entry of panorama?.child("vsys")?.entries() ?? []) this.put(entry.name ?? "", entry.children);
  }

  clone(): Pushed {
    return new Pushed(this.config.child("panorama"));
  }

  get isEmpty(): boolean {
    return this.held.size === 0;
  }

  /**
   * Replaces everything that was pushed to a vsys, or with "shared" the objects of Panorama's Shared.
   * @param xml what belongs into its entry: `<pre-rulebase>`, `<post-rulebase>`, `<address>`, …; "" for nothing
   */
  set(place: string, xml: string): void {
    this.put(place, parsed(xml));
  }

  /** Each vsys that something was pushed to, and what is of all of them. */
  get places(): string[] {
    return [...this.held.keys()];
  }

  /** The vsys that something was pushed to. */
  get vsys(): string[] {
    return this.places.filter((place) => place !== SHARED);
  }

  /** All that a vsys was pushed, as it is served. */
  served(place: string): XmlElement | undefined {
    return this.held.get(place)?.served;
  }

  rules(vsys: string, side: Side, kind = "security"): XmlElement[] {
    return this.served(vsys)?.at(side, kind, "rules")?.entries() ?? [];
  }

  /** A default rule as Panorama overrides it. */
  defaultRule(vsys: string, name: string): XmlElement | undefined {
    return this.served(vsys)?.at("post-rulebase", "default-security-rules", "rules", `entry:${name}`);
  }

  /** The scopes that names of a vsys mean objects in; without one, those of what is shared. */
  own(vsys: string | undefined): XmlElement | undefined {
    return vsys === undefined ? undefined : this.held.get(vsys)?.own;
  }

  get shared(): XmlElement[] {
    return [...this.held.values()].map(({ shared }) => shared);
  }

  private put(place: string, content: readonly XmlElement[]): void {
    this.held.delete(place);
    const served = new XmlElement(place === SHARED ? SHARED : "entry");
    if (place !== SHARED) served.attributes = { name: place };
    for (const child of content) served.add(child.clone());
    stamp(served);
    if (served.children.length > 0) {
      const isShared = (entry: XmlElement): boolean =>
        place === SHARED || entry.attributes["loc"] === "shared";
      const shared = part(served, isShared);
      this.held.set(place, { served, shared, own: part(served, (entry) => !isShared(entry)) });
    }
    this.print();
  }

  private print(): void {
    for (const child of [...this.config.children]) this.config.remove(child);
    if (this.isEmpty) return;
    const panorama = this.config.add(element("panorama"));
    const shared = this.served(SHARED);
    if (shared) panorama.add(shared);
    if (this.vsys.length === 0) return;
    const vsys = panorama.add(element("vsys"));
    for (const name of this.vsys) vsys.add(this.served(name)!);
  }
}

let last: { xml: string; content: readonly XmlElement[] } | undefined;

/** The same goes to one firewall after the other: it is parsed once, for whoever copies it. */
function parsed(xml: string): readonly XmlElement[] {
  if (last?.xml !== xml) last = { xml, content: parseFragment(xml) };
  return last.content;
}

/** As Panorama sends it: a disabled rule isn't pushed at all, and everything in an entry says where that is from. */
function stamp(served: XmlElement): void {
  for (const node of [...served.descendants()]) {
    if (node.tag === "rules") {
      for (const rule of node.entries()) {
        if (rule.value("disabled") === "yes") node.remove(rule);
        else {
          giveUuid(rule);
          rule.attributes = { ...rule.attributes, panorama: "true" };
        }
      }
    }
    const { loc } = node.attributes;
    if (loc !== undefined) for (const child of node.children) child.attributes = { loc, ...child.attributes };
  }
}

/** A copy with only the entries of objects that `keeps` accepts, and without rules. */
function part(node: XmlElement, keeps: (entry: XmlElement) => boolean): XmlElement {
  const copy = new XmlElement(node.tag, { ...node.attributes }, node.text);
  for (const child of node.children) {
    if (child.tag === "pre-rulebase" || child.tag === "post-rulebase") continue;
    if (child.tag !== "entry") copy.add(part(child, keeps));
    else if (keeps(child)) copy.add(child.clone());
  }
  return copy;
}
