import { isWriteAction } from "../config/multi";
import { parseXml } from "../xml/parse";
import { FaultError } from "./fault";
import type { Effect, Fault } from "./fault";

/** Looks at one value. @throws FaultError */
type Check = (value: unknown, place: string) => void;

const fail = (place: string, wanted: string, value: unknown): never => {
  throw new FaultError(place, `${wanted} expected, not ${JSON.stringify(value) ?? typeof value}`);
};

const text: Check = (value, place) => {
  if (typeof value !== "string" || value === "") fail(place, "a text", value);
};
const flag: Check = (value, place) => {
  if (typeof value !== "boolean") fail(place, "true or false", value);
};
const oneOf =
  (...words: string[]): Check =>
  (value, place) => {
    if (typeof value !== "string" || !words.includes(value)) fail(place, `one of ${words.join(", ")}`, value);
  };
const whole =
  (min: number, max: number): Check =>
  (value, place) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
      fail(place, `a whole number from ${min} to ${max}`, value);
  };
const share: Check = (value, place) => {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) fail(place, "a number from 0 to 1", value);
};
const list: Check = (value, place) => {
  if (!Array.isArray(value) || value.length === 0) fail(place, "a list of texts", value);
  (value as unknown[]).forEach((one, index) => text(one, `${place}[${index}]`));
};
const texts: Check = (value, place) => (Array.isArray(value) ? list : text)(value, place);

const operations: Check = (value, place) => {
  text(value, place);
  try {
    const root = parseXml(`<multi-config>${String(value)}</multi-config>`);
    const odd = root.children.find(({ tag }) => !isWriteAction(tag));
    if (odd) throw new Error(`<${odd.tag}> is no operation of a multi-config request`);
    if (root.children.length === 0) throw new Error("there is no operation in it");
  } catch (error) {
    throw new FaultError(place, (error as Error).message);
  }
};

const MOMENT = whole(0, 3_600_000);
const REQUESTS = whole(1, 1_000_000);
const HA_STATE = oneOf(
  ...["initial", "active", "passive", "active-primary", "active-secondary", "suspended", "non-functional"],
);

/** What each effect takes; with "!" it must be there. */
const EFFECTS: Record<Effect["do"], Record<string, Check>> = {
  drop: {},
  delay: { "ms!": MOMENT },
  "http-error": { status: whole(500, 599) },
  truncate: { bytes: whole(0, 5_000_000), announced: flag },
  "not-xml": { body: text },
  "expire-keys": { why: oneOf("expired", "revoked") },
  "stick-job": { requests: REQUESTS },
  "fail-job": { details: list },
  lock: {
    "kind!": oneOf("commit", "config"),
    "admin!": text,
    scope: text,
    comment: text,
    requests: REQUESTS,
  },
  "fail-over": { to: HA_STATE },
  restart: { downMs: MOMENT, finishJob: flag, keepLocks: flag, loseRegistrations: flag },
  edit: { "admin!": text, operations, commit: oneOf("all", "own") },
  "full-commit-required": { requests: REQUESTS },
};

const MATCH = { type: texts, action: texts, admin: texts, xpath: texts, cmd: texts, element: texts };

const FAULT: Record<string, Check> = {
  name: text,
  match: (value, place) => {
    if (typeof value !== "function") members(value, place, MATCH);
  },
  nth: whole(1, 1_000_000),
  probability: share,
  seed: whole(0, 2 ** 32 - 1),
  count: whole(1, 1_000_000),
  "effect!": effect,
};

function members(value: unknown, place: string, checks: Record<string, Check>): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail(place, "an object", value);
  const given = value as Record<string, unknown>;
  const known = Object.keys(checks).map((key) => key.replace("!", ""));
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      throw new FaultError(place, `"${key}" is unknown here; there are ${known.join(", ") || "none"}`);
  }
  for (const [key, check] of Object.entries(checks)) {
    const name = key.replace("!", "");
    if (given[name] !== undefined) check(given[name], `${place}.${name}`);
    else if (key !== name) throw new FaultError(place, `"${name}" is missing`);
  }
  return given;
}

function effect(value: unknown, place: string): void {
  const kind = (value as { do?: unknown } | null)?.do;
  oneOf(...Object.keys(EFFECTS))(kind, `${place}.do`);
  const when = oneOf(...(kind === "truncate" ? ["after"] : ["before", "after"]));
  const given = members(value, place, { "do!": text, when, ...EFFECTS[kind as Effect["do"]] });
  if (kind === "edit" && given["operations"] === undefined && given["commit"] === undefined)
    throw new FaultError(place, `says neither what to write ("operations") nor to "commit"`);
}

/** @throws FaultError that names the part and what is wrong with it */
export function readFault(value: unknown, place = "fault"): Fault {
  return members(value, place, FAULT) as unknown as Fault;
}

/** Reads a list of faults, or a single one, from parsed JSON. @throws FaultError */
export function readFaults(value: unknown): Fault[] {
  if (!Array.isArray(value)) return [readFault(value)];
  return value.map((one, index) => readFault(one, `faults[${index}]`));
}

/** Reads the text of a file of faults. @throws FaultError */
export function parseFaults(json: string, place: string): Fault[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FaultError(place, `not JSON: ${(error as Error).message}`);
  }
  return readFaults(value);
}
