/** Traffic as products of sets, which are cut out of each other. */
import { difference, intersection, overlaps, setOf } from "./intervals";
import type { IntervalSet } from "./intervals";
import type { Family } from "./cidr";

/** Traffic of one application and family: every source to every destination on every port. */
export interface Box {
  source: IntervalSet;
  destination: IntervalSet;
  ports: IntervalSet;
}

export interface Traffic {
  application: string;
  family: Family;
  box: Box;
}

export function meets(a: Box, b: Box): boolean {
  return overlaps(a.ports, b.ports) && overlaps(a.destination, b.destination) && overlaps(a.source, b.source);
}

/** What of `box` lies outside `taken`, as up to three disjoint boxes. */
export function without(box: Box, taken: Box): Box[] {
  if (!meets(box, taken)) return [box];
  const source = intersection(box.source, taken.source);
  const destination = intersection(box.destination, taken.destination);
  return [
    { ...box, source: difference(box.source, taken.source) },
    { ...box, source, destination: difference(box.destination, taken.destination) },
    { source, destination, ports: difference(box.ports, taken.ports) },
  ].filter((piece) => piece.source.length > 0 && piece.destination.length > 0 && piece.ports.length > 0);
}

/** The same boxes, those put together that differ in one side only. */
export function coalesced(boxes: Box[]): Box[] {
  const sides = ["source", "destination", "ports"] as const;
  let merged = boxes;
  for (let count = 0; count !== merged.length;) {
    count = merged.length;
    for (const side of sides) {
      const alike = new Map<string, Box>();
      for (const box of merged) {
        const key = sides.map((each) => (each === side ? "" : textOf(box[each]))).join(";");
        const known = alike.get(key);
        alike.set(key, known ? { ...known, [side]: setOf([...known[side], ...box[side]]) } : box);
      }
      merged = [...alike.values()];
    }
  }
  return merged;
}

export function intersectionOf(a: Box, b: Box): Box | undefined {
  const source = intersection(a.source, b.source);
  const destination = intersection(a.destination, b.destination);
  const ports = intersection(a.ports, b.ports);
  const isEmpty = [source, destination, ports].some((set) => set.length === 0);
  return isEmpty ? undefined : { source, destination, ports };
}

function textOf(set: IntervalSet): string {
  return set.map(({ first, last }) => `${first}-${last}`).join(",");
}

/** The smallest box around several. */
export function bounding(boxes: Box[]): Box {
  const side = (of: keyof Box) => setOf(boxes.flatMap((box) => box[of]));
  return { source: side("source"), destination: side("destination"), ports: side("ports") };
}
