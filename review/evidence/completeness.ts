/** Whether that something wasn't seen says that it didn't happen. */
import { counted, listed } from "../../lib/text";
import { dayOf, isoOf } from "./summary";
import type { Observed, WatchedInterface } from "./types";

/** Logs arrive some minutes late, and in files of five minutes: who ends so long before the others, ended. */
const LATE_SECONDS = 2 * 3600;

/**
 * Why the logs may not have everything of some interfaces, one sentence each; none: they have, as far as they say.
 * @param ids whose; one at least
 */
export function doubtsOf(observed: Observed, ids: readonly string[]): string[] {
  const of = (isMeant: (each: WatchedInterface) => boolean) =>
    ids.filter((id) => isMeant(observed.interfaces[id] ?? NEVER));
  const unseen = of(({ first }) => first === undefined);
  const skipped = of((each) => each.skipped > 0);
  const missing = of(({ missingHours }) => missingHours > 0);
  const unplaced = of((each) => each.unplaced > 0);
  const ended = of(({ last }) => last !== undefined && last < (observed.last ?? 0) - LATE_SECONDS);
  const total = (some: string[], count: (each: WatchedInterface) => number) =>
    some.reduce((sum, id) => sum + count(observed.interfaces[id] ?? NEVER), 0);
  const sentence = (some: string[], text: string) =>
    some.length === 0 ? [] : [`${listed(some, 3)}: ${text}`];
  return [
    ...sentence(unseen, "not in the logs"),
    ...sentence(
      skipped,
      `${counted(
        total(skipped, (each) => each.skipped),
        "record",
      )} skipped (SKIPDATA)`,
    ),
    ...sentence(
      missing,
      `nothing of ${counted(
        total(missing, (each) => each.missingHours),
        "hour",
      )} between`,
    ),
    ...sentence(
      unplaced,
      `${counted(
        total(unplaced, (each) => each.unplaced),
        "record",
      )} without its address`,
    ),
    ...sentence(ended, "its records end before the logs do"),
    ...observed.gaps,
  ];
}

const NEVER: WatchedInterface = { addresses: [], skipped: 0, missingHours: 0, unplaced: 0 };

/** The time in which all of some interfaces were watched; undefined: there is none. */
export function spanOf(observed: Observed, ids: readonly string[]): { from: string; to: string } | undefined {
  const times = ids.map((id) => observed.interfaces[id] ?? NEVER);
  const from = Math.max(...times.map(({ first = Infinity }) => first));
  const to = Math.min(...times.map(({ last = 0 }) => last));
  return from < to ? { from: isoOf(from), to: isoOf(to) } : undefined;
}

/** "2026-11-01 to 2026-11-20 (19 days)". */
export function spanText(span: { from: string; to: string }): string {
  return `${dayOf(span.from)} to ${dayOf(span.to)} (${lengthText(span)})`;
}

/** "19 days", "5 hours". */
export function lengthText({ from, to }: { from: string; to: string }): string {
  const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  return hours < 48 ? counted(Math.floor(hours), "hour") : counted(Math.floor(hours / 24), "day");
}
