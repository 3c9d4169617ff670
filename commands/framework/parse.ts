/**
 * Reads a command line by a table of options. `parseArgs` of Node's own takes it apart; what is right is judged here,
 * because its messages speak of its parameters ("positional argument", "ambiguous"), and end at the first fault.
 */
import { parseArgs } from "node:util";
import { nearest } from "../../lib/nearest";
import { flagOf, type Completes, type Option, type Options, type ValuesOf } from "./options";
import { UsageError } from "./usage-error";

/** What may stand in a command line without a flag. */
export interface Operands {
  /** In the help: FILE. */
  takes: string;
  /** Where it is left out, the help of an option says it. */
  says?: string;
  least?: number;
  /** 1 unless given. */
  most?: number;
  completes?: Completes;
}

export type Parsed<O extends Options> = ValuesOf<O> & { operands: string[] };

/** @returns what was asked for @throws UsageError with everything that is wrong */
export function parse<O extends Options>(
  args: string[],
  options: O,
  operands: Operands | undefined,
): Parsed<O> | "help" {
  const named = byName(options);
  const { tokens } = parseArgs({
    args,
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: { ...describedToNode(named), help: { type: "boolean", short: "h" } },
  });
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) return "help";
  const problems: string[] = [];
  const given = new Map<string, string[]>();
  /** Keys of options whose fault is said already. */
  const faulty = new Set<string>();
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const known = named.get(token.rawName);
    if (known === undefined) {
      problems.push(unknown(token.rawName, [...named.keys(), "--help"]));
      continue;
    }
    const problem = faultOf(known.option, token);
    if (problem !== undefined) {
      problems.push(problem);
      faulty.add(known.key);
    }
    given.set(known.key, [...(given.get(known.key) ?? []), token.value ?? ""]);
  }
  problems.push(...faultsOf(rest, operands));
  const values: Record<string, unknown> = { operands: rest };
  for (const [key, option] of Object.entries(options)) {
    if (faulty.has(key)) continue;
    try {
      values[key] = option.read(flagOf(key), given.get(key) ?? []);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new UsageError([...new Set(problems)]);
  return values as Parsed<O>;
}

interface Named {
  key: string;
  option: Option<unknown>;
}

/** Options by everything that they may be typed as: --config-file, an older name, a letter. */
function byName(options: Options): Map<string, Named> {
  const named = new Map<string, Named>();
  for (const [key, option] of Object.entries(options)) {
    named.set(flagOf(key), { key, option });
    if (option.also !== undefined) named.set(`--${option.also}`, { key, option });
    if (option.short !== undefined) named.set(`-${option.short}`, { key, option });
  }
  return named;
}

function describedToNode(named: Map<string, Named>) {
  const long = [...named].filter(([name]) => name.startsWith("--"));
  return Object.fromEntries(
    long.map(([name, { option }]) => [
      name.slice(2),
      {
        type: option.takes === undefined ? ("boolean" as const) : ("string" as const),
        ...(option.short !== undefined && name === flagOf(named.get(name)!.key) && { short: option.short }),
      },
    ]),
  );
}

function unknown(name: string, known: readonly string[]): string {
  const meant = nearest(
    name.replace(/^-+/, ""),
    known.map((each) => each.replace(/^-+/, "")),
  );
  return `there is no ${name}${meant === undefined ? "" : `: did you mean --${meant}?`}`;
}

function faultOf(
  { takes }: Option<unknown>,
  {
    rawName,
    value,
    inlineValue,
  }: { rawName: string; value: string | undefined; inlineValue: boolean | undefined },
): string | undefined {
  if (takes === undefined)
    return value === undefined ? undefined : `${rawName} is a switch and takes no value`;
  if (value === undefined) return `${rawName} needs ${takes} after it`;
  const isFlag = inlineValue === false && /^-./.test(value);
  return isFlag ? `${rawName} needs ${takes} after it, not ${value} (or ${rawName}=${value})` : undefined;
}

function faultsOf(rest: readonly string[], operands: Operands | undefined): string[] {
  const { takes, least = 0, most = 1 } = operands ?? { takes: "", most: 0 };
  if (rest.length < least) return [`give ${least === 1 && most > 1 ? "at least one " : ""}${takes}`];
  return rest.slice(most).map((each) => `what is ${each} for?`);
}
