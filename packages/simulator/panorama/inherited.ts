import { objects } from "../schema/objects";
import { XmlElement } from "../xml/element";
import { groupNames, groupNode, sources } from "./groups";

/**
 * A configuration as a read of a device group shows it: beside a group's own entries those that it inherits from the
 * groups above it and from shared, each with the `loc` of who wrote it.
 * @param ownLoc whether a group's own entries carry it too
 */
export function withInherited(config: XmlElement, ownLoc: boolean): XmlElement {
  const seen = config.clone();
  for (const group of groupNames(config)) {
    const to = groupNode(seen, group);
    if (!to) continue;
    if (ownLoc) for (const container of containersOf(to)) sign(container, group);
    // The nearest first: of two objects of one name it is the one that counts.
    for (const { loc, node } of sources(config, group).slice(1)) inherit(to, node, loc);
  }
  return seen;
}

const RULEBASES = ["pre-rulebase", "post-rulebase"];
const HOMES = Object.keys(objects);

function containersOf(group: XmlElement): XmlElement[] {
  return group.children.filter(({ tag }) => RULEBASES.includes(tag) || HOMES.includes(tag));
}

function sign(container: XmlElement, loc: string): void {
  for (const child of container.children) {
    if (child.tag === "entry") child.attributes = { ...child.attributes, loc };
    else sign(child, loc);
  }
}

function inherit(group: XmlElement, from: XmlElement, loc: string): void {
  for (const container of containersOf(from)) {
    if (!hasEntry(container)) continue;
    const to = group.child(container.tag) ?? group.add(new XmlElement(container.tag));
    add(to, container, loc, container.tag === "pre-rulebase");
  }
}

/** An empty container above doesn't make one below. */
function hasEntry(node: XmlElement): boolean {
  return node.tag === "entry" || node.children.some(hasEntry);
}

/** @param isBefore whether what is inherited is evaluated before what is there */
function add(to: XmlElement, from: XmlElement, loc: string, isBefore: boolean): void {
  let place = 0;
  for (const child of from.children) {
    if (child.tag !== "entry") {
      if (!hasEntry(child)) continue;
      add(to.child(child.tag) ?? to.add(new XmlElement(child.tag)), child, loc, isBefore);
      continue;
    }
    if (to.entry(child.name ?? "")) continue;
    const copy = child.clone();
    copy.attributes = { ...copy.attributes, loc };
    to.add(copy, isBefore ? place++ : undefined);
  }
}
