import type { Outcome } from "./exit";
import type { Options } from "./options";
import type { Operands, Parsed } from "./parse";

/** Everything about a command but its work: what its help, its completion and the docs are made from. */
export interface CommandTable<O extends Options = Options> {
  name: string;
  /** One sentence: what it is good for. */
  summary: string;
  /** Ways to use it: what follows its name. */
  usage: readonly string[];
  options: O;
  operands?: Operands;
  /** Paragraphs that the help ends with; one with line ends is shown as it stands. */
  details?: readonly string[];
  /** A command line, and what it does. */
  examples?: readonly (readonly [line: string, says: string])[];
  /** What an exit code means here, where that is more than its general meaning. */
  exits?: Partial<Record<Outcome, string>>;
  /** What failing means, to be said before why: "no key was stored". */
  failing?: string;
  /** How it is started, where that isn't by `aws-panos`. */
  start?: string;
}

/** What a command was given: the values of its options, and its operands. */
export type GivenTo<Table> = Table extends CommandTable<infer O> ? Parsed<O> : never;

/** A table by itself, for what needs no work to be loaded: help of all, completion, docs. */
export function table<O extends Options>(table: CommandTable<O>): CommandTable<O> {
  return table;
}
