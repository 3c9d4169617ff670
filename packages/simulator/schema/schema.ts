import type { ReferenceKind } from "./kinds";

/** How a value is judged when it is written. */
export type ValueRule =
  | { rule: "any" }
  | { rule: "one-of"; values: readonly string[] }
  | { rule: "text"; max: number }
  | { rule: "integer"; min: number; max: number }
  | { rule: "ip-netmask" | "ip-range" | "fqdn" | "ports" }
  /** Names of objects; `keywords` stand for themselves, `addresses` allows literal addresses too. */
  | {
      rule: "reference";
      to: ReferenceKind;
      keywords: readonly string[];
      addresses?: true;
      at?: "write" | "commit";
    };

export interface StructSchema {
  kind: "struct";
  children: Record<string, Schema>;
  /** At most one of these, and with `one` exactly one; PAN-OS looks at it when it commits. */
  choice?: { of: readonly string[]; one: boolean };
  /** Looked at when it commits. */
  required?: readonly string[];
}

export interface EntriesSchema {
  kind: "entries";
  of: Schema;
  maxName: number;
  /** Other objects refer to these by name. */
  object?: ReferenceKind;
  /** Entries that carry a uuid: policy rules. */
  uuid?: true;
}

export interface MembersSchema {
  kind: "members";
  value: ValueRule;
  /** What a member is, for messages. */
  what: string;
  /** Words that stand for everything and tolerate no other member beside them. */
  alone?: readonly string[];
  /** How many members there may be. */
  most?: number;
}

export type Schema =
  | StructSchema
  | EntriesSchema
  | MembersSchema
  | { kind: "leaf"; value: ValueRule }
  /** Parts of PAN-OS that aren't modelled: whatever is written is kept. */
  | { kind: "open" };

export const open: Schema = { kind: "open" };
const anything: ValueRule = { rule: "any" };
export const leaf = (value: ValueRule = anything): Schema => ({ kind: "leaf", value });
export const text = (max: number): Schema => leaf({ rule: "text", max });
export const oneOf = (...values: string[]): Schema => leaf({ rule: "one-of", values });
export const yesNo = oneOf("yes", "no");

export function members(value: ValueRule = anything, what = "value", alone?: readonly string[]): Schema {
  return { kind: "members", value, what, ...(alone && { alone }) };
}

export function references(to: ReferenceKind, options: Pick<MembersSchema, "most"> = {}): MembersSchema {
  return { kind: "members", value: { rule: "reference", to, keywords: [] }, what: to, ...options };
}

export function struct(
  children: Record<string, Schema>,
  options: Pick<StructSchema, "choice" | "required"> = {},
): StructSchema {
  return { kind: "struct", children, ...options };
}

export function entries(
  of: Schema,
  options: Partial<Pick<EntriesSchema, "maxName" | "object" | "uuid">> = {},
): EntriesSchema {
  return { kind: "entries", of, maxName: 63, ...options };
}

/** The schema of a child element, undefined where PAN-OS has no such node. */
export function below(schema: Schema, tag: string): Schema | undefined {
  switch (schema.kind) {
    case "struct":
      return Object.hasOwn(schema.children, tag) ? schema.children[tag] : undefined;
    case "entries":
      return tag === "entry" ? schema.of : undefined;
    case "members":
      return tag === "member" ? leaf(schema.value) : undefined;
    case "leaf":
      return undefined;
    case "open":
      return open;
  }
}
