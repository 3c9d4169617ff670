import { textOf } from "../lib/text";
import { isRecord } from "../lib/records";
import { PROJECT } from "./configuration";
import { reportUnlessKnown } from "./keys";
import type { Report } from "./problems";
import type { TableReader } from "./reader";
import { SETTINGS } from "./table";
import { WINDOW_KEYS } from "./table/structures";

/** A time of the week in which nothing may be written. */
export interface FreezeWindow {
  /** Days on which it begins: 0 is Sunday. */
  days: number[];
  /** Minutes of the day. Where `to` isn't after `from`, it ends on the day after. */
  from: number;
  to: number;
  /** An IANA time zone. */
  timeZone: string;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTES = 24 * 60;

/**
 * Why nothing may be written now: `paused` is set, or a window of `freeze` is open. Undefined: it may.
 * @param get a configuration value by its full key, as text; structured ones as JSON
 */
export function frozen(get: (key: string) => string | undefined, now = new Date()): string | undefined {
  if (get(`${PROJECT}:paused`) === "true") return `${PROJECT}:paused is set`;
  const text = get(`${PROJECT}:freeze`);
  if (text === undefined) return undefined;
  const open = freezeWindows(JSON.parse(text) as unknown, () => undefined).find((window) =>
    isOpen(window, now),
  );
  return open && `a window of ${PROJECT}:freeze is open (${described(open)})`;
}

/** Reports what is wrong with `freeze` and `paused`. */
export function reportFreeze(read: TableReader, report: Report): void {
  const freeze = read.json("freeze");
  if (freeze !== undefined) {
    freezeWindows(freeze, (place, problem, example) => report(`${PROJECT}:freeze${place}`, problem, example));
  }
  read.boolean("paused");
}

/**
 * Reads `freeze`: a list of `{days: [sat, sun], from: "22:00", to: "06:00", timeZone: Europe/Berlin}`. Days
 * are every day, times all day, and the time zone UTC where they are left out.
 * @param report takes what is wrong with a window: where in the list, the rest of the sentence, an example
 */
export function freezeWindows(
  value: unknown,
  report: (place: string, problem: string, example: string) => void,
): FreezeWindow[] {
  const { example } = SETTINGS.freeze;
  if (!Array.isArray(value)) {
    report("", "is not a list of windows", example);
    return [];
  }
  return value.map((entry: unknown, index): FreezeWindow => {
    const place = `[${index}]`;
    const window = isRecord(entry) ? entry : {};
    if (window !== entry) report(place, "is not an object", example);
    for (const key of Object.keys(window)) {
      reportUnlessKnown(key, `${place}.${key}`, WINDOW_KEYS, report);
    }
    const { days = DAYS, from = "00:00", to = "24:00", timeZone = "UTC" } = window;
    const numbers = (Array.isArray(days) ? days : [days]).map((day) => DAYS.indexOf(textOf(day)));
    if (numbers.length === 0 || numbers.includes(-1)) {
      report(
        `${place}.days`,
        `${JSON.stringify(days)} is not a list of ${DAYS.join(", ")}`,
        '["sat", "sun"]',
      );
    }
    const minutes = (key: string, time: unknown): number => {
      const match = /^(\d\d):(\d\d)$/.exec(textOf(time));
      const minute = Number(match?.[1] ?? NaN) * 60 + Number(match?.[2] ?? NaN);
      if (!(minute <= MINUTES) || Number(match?.[2]) > 59) {
        report(`${place}.${key}`, `${JSON.stringify(time)} is not a time from 00:00 to 24:00`, "22:00");
      }
      return minute;
    };
    if (!isTimeZone(timeZone)) {
      report(`${place}.timeZone`, `${JSON.stringify(timeZone)} is not a time zone`, "Europe/Berlin");
    }
    return { days: numbers, from: minutes("from", from), to: minutes("to", to), timeZone: textOf(timeZone) };
  });
}

/** Whether a window is open at a time. */
export function isOpen({ days, from, to, timeZone }: FreezeWindow, now: Date): boolean {
  const { day, minute } = localTime(now, timeZone);
  if (to > from) return days.includes(day) && minute >= from && minute < to;
  const began = days.includes(day) && minute >= from;
  const goesOn = days.includes((day + 6) % 7) && minute < to;
  return began || goesOn;
}

function localTime(now: Date, timeZone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return {
    day: DAYS.indexOf(part("weekday").toLowerCase()),
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}

function isTimeZone(timeZone: unknown): boolean {
  if (typeof timeZone !== "string") return false;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
    return true;
  } catch {
    return false;
  }
}

function described({ days, from, to, timeZone }: FreezeWindow): string {
  const time = (minute: number) =>
    [Math.floor(minute / 60), minute % 60].map((number) => String(number).padStart(2, "0")).join(":");
  const on = days.length === DAYS.length ? "every day" : days.map((day) => DAYS[day]).join(", ");
  return `${on} ${time(from)} to ${time(to)} ${timeZone}`;
}
