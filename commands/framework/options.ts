/** The kinds of options that a command can have. Each says what its value is, in type and in words. */
import { UsageError } from "./usage-error";

/** What a shell completes a value with. */
export type Completes = "file" | "folder" | "stack" | readonly string[];

export interface Option<T> {
  /** What the help says. */
  says: string;
  /** What stands after it in the help; a switch has nothing. */
  takes?: string;
  short?: string;
  /** An older name, still taken and not shown. */
  also?: string;
  /** May be given several times. */
  isMany?: boolean;
  completes?: Completes;
  /** @param name as it is typed @param given each value that was given @throws UsageError */
  read: (name: string, given: readonly string[]) => T;
}

export type Options = Record<string, Option<unknown>>;

/** What a command's options were given as, by their keys. */
export type ValuesOf<O extends Options> = {
  [Key in keyof O]: O[Key] extends Option<infer T> ? T : never;
};

interface More {
  also?: string;
  completes?: Completes;
}

/** On or off. */
export function flag(says: string, more: { short?: string } = {}): Option<boolean> {
  return { says, ...more, read: (_, given) => given.length > 0 };
}

/** A text, never an empty one; absent where it isn't given. */
export function text(takes: string, says: string, more: More = {}): Option<string | undefined> {
  return { says, takes, ...more, read: (name, given) => filled(name, takes, given.at(-1)) };
}

/** A text with a default, which the help shows. */
export function textOr(byDefault: string, takes: string, says: string, more: More = {}): Option<string> {
  const read = (name: string, given: readonly string[]) => filled(name, takes, given.at(-1)) ?? byDefault;
  return { says: `${says} (${byDefault})`, takes, ...more, read };
}

/** A text that has to be given. @param missing what to say where it isn't */
export function required(takes: string, says: string, missing: string, more: More = {}): Option<string> {
  const read = (name: string, given: readonly string[]) => {
    if ((given.at(-1) ?? "") === "") throw new UsageError([`${missing}: ${name} ${takes}`]);
    return given.at(-1)!;
  };
  return { says, takes, ...more, read };
}

/** A text that may be empty: whoever gives it so means that. */
export function anyText(takes: string, says: string, more: More = {}): Option<string | undefined> {
  return { says, takes, ...more, read: (_, given) => given.at(-1) };
}

/** Texts, as often as it is given. */
export function texts(takes: string, says: string, more: More = {}): Option<string[]> {
  const read = (name: string, given: readonly string[]) => given.map((each) => filled(name, takes, each)!);
  return { says, takes, ...more, isMany: true, read };
}

/** A number with a default. @param of its bounds, and whether it may have a fraction */
export function numberOr(
  byDefault: number,
  takes: string,
  says: string,
  of: { from?: number; to: number; fraction?: boolean },
): Option<number> {
  const { read } = number(takes, says, of);
  return { says: `${says} (${byDefault})`, takes, read: (name, given) => read(name, given) ?? byDefault };
}

/** A number; absent where it isn't given. */
export function number(
  takes: string,
  says: string,
  { from = 0, to, fraction = false }: { from?: number; to: number; fraction?: boolean },
): Option<number | undefined> {
  const read = (name: string, given: readonly string[]) => {
    const text = given.at(-1);
    if (text === undefined) return undefined;
    const value = Number(text);
    const isNumber = (fraction ? /^\d{1,9}(\.\d{1,9})?$/ : /^\d{1,9}$/).test(text);
    if (isNumber && value >= from && value <= to) return value;
    const kind = fraction ? "a number" : "a whole number";
    throw new UsageError([`${name} takes ${kind} from ${from} to ${to}, not ${JSON.stringify(text)}`]);
  };
  return { says, takes, read };
}

function filled(name: string, takes: string, value: string | undefined): string | undefined {
  if (value === "") throw new UsageError([`${name} is empty: give it ${takes}`]);
  return value;
}

/** How an option is typed: `configFile` is `--config-file`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
