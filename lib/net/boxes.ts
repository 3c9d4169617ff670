/** Traffic as products of sets, which are cut out of each other. */
import { difference, intersection, overlaps } from "./intervals";
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
