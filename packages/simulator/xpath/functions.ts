import { nameOf, stringOf } from "./nodes";
import type { XpathNode } from "./nodes";

/** What an expression comes to; a list is a node set. */
export type Value = string | number | boolean | XpathNode[];

/** Where an expression is evaluated. */
export interface Place {
  node: XpathNode;
  position: number;
  size: number;
}

export function toText(value: Value): string {
  if (Array.isArray(value)) return value[0] ? stringOf(value[0]) : "";
  return typeof value === "number" && Object.is(value, -0) ? "0" : String(value);
}

export function toNumber(value: Value): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  const text = toText(value).trim();
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
}

export function toBoolean(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

type Call = (args: Value[], place: Place) => Value;

/** The name of the first node of an argument, of the context node without one. */
const named: Call = ([nodes], { node }) => {
  const first = nodes === undefined ? node : Array.isArray(nodes) ? nodes[0] : undefined;
  return first ? nameOf(first) : "";
};

const own = (args: Value[], { node }: Place): string => toText(args[0] ?? [node]);
const nodes = (value: Value | undefined): XpathNode[] => (Array.isArray(value) ? value : []);
const text = (value: Value | undefined): string => toText(value ?? "");

/** Half rounds up, below zero too. */
const round = (value: number): number => Math.floor(value + 0.5);

function substring([value, from, length]: Value[]): string {
  const start = round(toNumber(from ?? NaN));
  const end = length === undefined ? Infinity : start + round(toNumber(length));
  return [...text(value)].filter((_, index) => index + 1 >= start && index + 1 < end).join("");
}

function translate([value, from, to]: Value[]): string {
  const old = [...text(from)];
  const replacements = [...text(to)];
  return [...text(value)]
    .map((each) => {
      const at = old.indexOf(each);
      return at < 0 ? each : (replacements[at] ?? "");
    })
    .join("");
}

function around([value, mark]: Value[], side: "before" | "after"): string {
  const whole = text(value);
  const at = whole.indexOf(text(mark));
  if (at < 0) return "";
  return side === "before" ? whole.slice(0, at) : whole.slice(at + text(mark).length);
}

/** XPath 1.0's core library, with the least and the greatest number of arguments. */
const FUNCTIONS: Record<string, [least: number, most: number, call: Call]> = {
  last: [0, 0, (_, { size }) => size],
  position: [0, 0, (_, { position }) => position],
  count: [1, 1, ([value]) => nodes(value).length],
  // A configuration declares no ids and no namespaces.
  id: [1, 1, () => []],
  "namespace-uri": [0, 1, () => ""],
  lang: [1, 1, () => false],
  "local-name": [0, 1, named],
  name: [0, 1, named],
  string: [0, 1, own],
  concat: [2, Infinity, (args) => args.map(toText).join("")],
  "starts-with": [2, 2, ([value, start]) => text(value).startsWith(text(start))],
  contains: [2, 2, ([value, part]) => text(value).includes(text(part))],
  "substring-before": [2, 2, (args) => around(args, "before")],
  "substring-after": [2, 2, (args) => around(args, "after")],
  substring: [2, 3, substring],
  "string-length": [0, 1, (args, place) => [...own(args, place)].length],
  "normalize-space": [0, 1, (args, place) => own(args, place).trim().replace(/\s+/g, " ")],
  translate: [3, 3, translate],
  boolean: [1, 1, ([value]) => toBoolean(value ?? false)],
  not: [1, 1, ([value]) => !toBoolean(value ?? false)],
  true: [0, 0, () => true],
  false: [0, 0, () => false],
  number: [0, 1, ([value], { node }) => toNumber(value ?? [node])],
  sum: [1, 1, ([value]) => nodes(value).reduce((sum, node) => sum + toNumber([node]), 0)],
  floor: [1, 1, ([value]) => Math.floor(toNumber(value ?? NaN))],
  ceiling: [1, 1, ([value]) => Math.ceil(toNumber(value ?? NaN))],
  round: [1, 1, ([value]) => round(toNumber(value ?? NaN))],
};

export function isFunction(name: string, args: number): boolean {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  return known !== undefined && args >= known[0] && args <= known[1];
}

/** @param name one that `isFunction` knows */
export function call(name: string, args: Value[], place: Place): Value {
  const known = FUNCTIONS[name];
  if (!known) throw new Error(`unknown function ${name}()`);
  return known[2](args, place);
}
