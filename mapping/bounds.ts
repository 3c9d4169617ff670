/** What is surely meant, and what is possibly meant, by names that can't be known for certain. */
import { EVERY_ADDRESS, FAMILIES } from "../lib/net/cidr";
import type { Family, Interval } from "../lib/net/cidr";
import { EMPTY, intersection, setOf } from "../lib/net/intervals";
import type { IntervalSet } from "../lib/net/intervals";
import { ALL_TRAFFIC } from "./traffic";

export interface Bounds<T> {
  surely: T;
  possibly: T;
}

export type AddressSet = Record<Family, IntervalSet>;

export const NO_ADDRESS: AddressSet = { IPv4: EMPTY, IPv6: EMPTY };
export const ALL_ADDRESSES: AddressSet = { IPv4: [EVERY_ADDRESS.IPv4], IPv6: [EVERY_ADDRESS.IPv6] };

export const UNKNOWN_ADDRESSES: Bounds<AddressSet> = { surely: NO_ADDRESS, possibly: ALL_ADDRESSES };
export const UNKNOWN_TRAFFIC: Bounds<IntervalSet> = { surely: EMPTY, possibly: ALL_TRAFFIC };

export function exactly<T>(set: T): Bounds<T> {
  return { surely: set, possibly: set };
}

export function unionOfTraffic(bounds: Bounds<IntervalSet>[]): Bounds<IntervalSet> {
  if (bounds.length === 1) return bounds[0]!;
  return {
    surely: setOf(bounds.flatMap(({ surely }) => surely)),
    possibly: setOf(bounds.flatMap(({ possibly }) => possibly)),
  };
}

export function unionOfAddresses(bounds: Bounds<AddressSet>[]): Bounds<AddressSet> {
  if (bounds.length === 1) return bounds[0]!;
  const union = (bound: "surely" | "possibly"): AddressSet => {
    // Groups can have hundreds of thousands of members in all: no list is made for each.
    const all: Record<Family, Interval[]> = { IPv4: [], IPv6: [] };
    for (const each of bounds) {
      for (const family of FAMILIES) for (const interval of each[bound][family]) all[family].push(interval);
    }
    return { IPv4: setOf(all.IPv4), IPv6: setOf(all.IPv6) };
  };
  const possibly = union("possibly");
  return bounds.every((each) => each.surely === each.possibly)
    ? exactly(possibly)
    : { surely: union("surely"), possibly };
}

/** Of several readings, of which one is meant: surely what is in all of them, possibly what is in any. */
export function oneOfTraffic(readings: Bounds<IntervalSet>[]): Bounds<IntervalSet> {
  const [first, ...more] = readings;
  if (first === undefined) return UNKNOWN_TRAFFIC;
  if (more.length === 0) return first;
  return {
    surely: more.reduce((common, { surely }) => intersection(common, surely), first.surely),
    possibly: setOf(readings.flatMap(({ possibly }) => possibly)),
  };
}

export function oneOfAddresses(readings: Bounds<AddressSet>[]): Bounds<AddressSet> {
  const family = (of: Family) =>
    oneOfTraffic(readings.map(({ surely, possibly }) => ({ surely: surely[of], possibly: possibly[of] })));
  const [v4, v6] = [family("IPv4"), family("IPv6")];
  return {
    surely: { IPv4: v4.surely, IPv6: v6.surely },
    possibly: { IPv4: v4.possibly, IPv6: v6.possibly },
  };
}
