/**
 * A small language for saying what a JSON document must look like, which reports everything that is wrong
 * with one at once (`null` stands for "wrong, and reported") and knows the one order of what is right.
 */
import { compareTexts } from "../lib/order";
import { given as withoutAbsent, isRecord } from "../lib/records";

/** Collects problems: where (`vpcs[0].id`), and what is wrong there. */
export class Problems {
  readonly found: string[] = [];

  add(path: string, what: string): null {
    this.found.push(`${path === "" ? "the document" : path}: ${what}`);
    return null;
  }
}

/** Reads one value: the value itself where it is right, null where it isn't. */
export interface Shape<T> {
  (value: unknown, path: string, problems: Problems): T | null;
  /** The same value in its one order; absent where a value has no parts. */
  sorted?(this: void, value: T): T;
}

/** What is wrong with a value, in words; undefined: nothing. */
export function faultOf<T>(shape: Shape<T>, value: unknown): string | undefined {
  const problems = new Problems();
  shape(value, IT, problems);
  if (problems.found.length === 0) return undefined;
  return problems.found.map((problem) => problem.slice(IT.length).replace(/^(\.|: )/, "")).join("; ");
}

const IT = "it";

/** A shape whose values have parts. */
function ordered<T>(read: Shape<T>, sorted: (value: T) => T): Shape<T> {
  return Object.assign(read, { sorted });
}

/** By code units, never by locale: two machines must write the same bytes. */
function by<T>(items: T[], key: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) =>
      a.key === b.key
        ? compareTexts(JSON.stringify(a.item), JSON.stringify(b.item))
        : compareTexts(a.key, b.key),
    )
    .map(({ item }) => item);
}

const MAX_QUOTED = 60;

/** A value as a person recognises it in their file: JSON, cut to a legible length. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/** Text that `accepts`; `kind` and `example` say what was expected. */
export function text(kind: string, example: string, accepts: (value: string) => boolean): Shape<string> {
  return (value, path, problems) =>
    typeof value === "string" && accepts(value)
      ? value
      : problems.add(path, `${quoted(value)} is not ${kind}; expected something like "${example}"`);
}

/** Any text, the empty one included. */
export const anyText = text("text", "web", () => true);

/** true or false. */
export const boolean: Shape<boolean> = (value, path, problems) =>
  typeof value === "boolean" ? value : problems.add(path, `${quoted(value)} is neither true nor false`);

/** An integer in a range, both ends included. */
export function integer(from: number, to: number): Shape<number> {
  return (value, path, problems) =>
    typeof value === "number" && Number.isInteger(value) && value >= from && value <= to
      ? value
      : problems.add(path, `${quoted(value)} is not a whole number from ${from} to ${to}`);
}

/** One value and no other. */
export function exactly<T>(wanted: T): Shape<T> {
  return (value, path, problems) =>
    value === wanted ? wanted : problems.add(path, `${quoted(value)} is not ${quoted(wanted)}`);
}

/** One of a few words. */
export function oneOf<T extends string>(...words: T[]): Shape<T> {
  return (value, path, problems) =>
    words.find((word) => word === value) ??
    problems.add(
      path,
      `${quoted(value)} is not one of ${words.map((word) => JSON.stringify(word)).join(", ")}`,
    );
}

/** A list whose order means nothing; right only where every element is. Sorted by id, or else by the whole element. */
export function list<T>(element: Shape<T>): Shape<T[]> {
  const { sorted = (each: T) => each } = element;
  const read: Shape<T[]> = (value, path, problems) => {
    if (!Array.isArray(value)) return problems.add(path, `${quoted(value)} is not a list; expected [ … ]`);
    const elements = value.map((each, index) => element(each, `${path}[${index}]`, problems));
    return elements.every((each) => each !== null) ? elements : null;
  };
  return ordered(read, (elements) => by(elements.map(sorted), keyOf));
}

function keyOf(element: unknown): string {
  const id: unknown = isRecord(element) ? element["id"] : element;
  return typeof id === "string" ? id : JSON.stringify(element);
}

/** A list of texts without repetition, whose order means something. */
export function sequence(element: Shape<string>): Shape<string[]> {
  const elementsOf = list(element);
  return (value, path, problems) => {
    const elements = elementsOf(value, path, problems);
    elements?.forEach((each, index) => {
      if (elements.indexOf(each) < index) problems.add(`${path}[${index}]`, `${quoted(each)} stands twice`);
    });
    return elements;
  };
}

/** A list of texts without repetition, whose order means nothing. */
export function set(element: Shape<string>): Shape<string[]> {
  return ordered(sequence(element), (elements) => by(elements, keyOf));
}

/** An object with any keys, whose values all have one shape. Sorted by key. */
export function mapOf<T>(element: Shape<T>): Shape<Record<string, T>> {
  const { sorted = (each: T) => each } = element;
  const read: Shape<Record<string, T>> = (value, path, problems) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return problems.add(path, `${quoted(value)} is not an object; expected { … }`);
    }
    const entries = Object.entries<unknown>(value as Record<string, unknown>).map(
      ([key, each]): [string, T | null] => [key, element(each, `${path}[${quoted(key)}]`, problems)],
    );
    // fromEntries also makes a key like __proto__ a plain one.
    return entries.every((entry): entry is [string, T] => entry[1] !== null)
      ? Object.fromEntries(entries)
      : null;
  };
  return ordered(read, (value) =>
    Object.fromEntries(
      by(
        Object.entries(value).map(([key, each]): [string, T] => [key, sorted(each)]),
        ([key]) => key,
      ),
    ),
  );
}

type Shapes<T> = { [K in keyof T]-?: Shape<Exclude<T[K], undefined>> };

/** An object with exactly these fields, in this order, of which the `optional` ones may be absent. */
export function object<T extends object>(
  fields: Shapes<T>,
  optional: (keyof T & string)[] = [],
  whole: (value: T, path: string, problems: Problems) => void = () => undefined,
): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(fields);
  const isOptional = new Set<string>(optional);
  const read: Shape<T> = (value, path, problems) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return problems.add(path, `${quoted(value)} is not an object; expected { … }`);
    }
    const known = problems.found.length;
    const given = new Map<string, unknown>(Object.entries(value));
    const right: Record<string, unknown> = {};
    for (const [name, shape] of shapes) {
      const place = path === "" ? name : `${path}.${name}`;
      if (given.has(name)) right[name] = shape(given.get(name), place, problems);
      else if (!isOptional.has(name)) problems.add(place, "is missing");
      given.delete(name);
    }
    for (const name of given.keys()) {
      problems.add(
        path === "" ? name : `${path}.${name}`,
        `is not a field here; known fields: ${shapes.map(([each]) => each).join(", ")}`,
      );
    }
    if (problems.found.length > known) return null;
    whole(right as T, path, problems);
    return problems.found.length > known ? null : (right as T);
  };
  return ordered(read, (value) => {
    const values = value as Record<string, unknown>;
    const inOrder = shapes.map(([name, { sorted }]): [string, unknown] => {
      const each = values[name];
      return [name, each === undefined || sorted === undefined ? each : sorted(each)];
    });
    return withoutAbsent(Object.fromEntries(inOrder)) as T;
  });
}
