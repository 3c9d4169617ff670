import type { XmlElement } from "../xml/element";
import type { References } from "./references";
import { below } from "./schema";
import type { EntriesSchema, Schema, StructSchema } from "./schema";
import { faults, length } from "./values";

/**
 * Everything PAN-OS finds wrong in what somebody writes at a place: unknown nodes, names too long,
 * values of the wrong form, names that mean nothing.
 * @param where labels down to the node, from the nearest entry on: ["r1", "source"]
 * @returns message lines, without the blank that PAN-OS puts in front
 */
export function writeFaults(
  node: XmlElement,
  schema: Schema,
  where: readonly string[],
  references: References,
): string[] {
  switch (schema.kind) {
    case "open":
      return [];
    case "struct":
      return structFaults(node, schema, where, references);
    case "entries":
      return node.children.flatMap((child) => entryFaults(child, schema, where, references));
    case "members":
      return memberFaults(node, schema, where, references);
    case "leaf": {
      if (node.children.length > 0) return [`${label(where)} is invalid`];
      const found = faults(node.text, schema.value, references, "write");
      const lines = found.map((fault) => `${label(where)} ${fault}`);
      return lines.length > 0 && schema.value.rule !== "text"
        ? [...lines, `${label(where)} is invalid`]
        : lines;
    }
  }
}

function structFaults(
  node: XmlElement,
  schema: StructSchema,
  where: readonly string[],
  references: References,
): string[] {
  return node.children.flatMap((child) => {
    const inner = below(schema, child.tag);
    const at = [...where, child.tag];
    if (inner === undefined) return [`${label(at)} unexpected here`, `${label(where)} is invalid`];
    return writeFaults(child, inner, at, references);
  });
}

/** One entry of a container; its name starts a new chain of labels. */
export function entryFaults(
  entry: XmlElement,
  schema: EntriesSchema,
  where: readonly string[],
  references: References,
): string[] {
  if (entry.tag !== "entry") return [`${label([...where, entry.tag])} unexpected here`];
  const { name } = entry;
  if (name === undefined || name === "") return [`${label(where)} -> entry is missing 'name'`];
  return [
    ...nameFaults(name, schema),
    ...(schema.object === "address" && references.hasAddressTwice(name)
      ? [`${label([...where.slice(-1), name])} '${name}' is already in use`]
      : []),
    ...writeFaults(entry, schema.of, [name], references),
  ];
}

export function nameFaults(name: string, schema: EntriesSchema): string[] {
  if (length(name) > schema.maxName) {
    return [`${name} can be at most ${schema.maxName} characters, but current length: ${length(name)}`];
  }
  // Tags may hold nearly anything; rules what the web interface takes (letters, digits, blanks, hyphens,
  // underscores and periods); other names start alphanumeric and leave out what has a meaning elsewhere.
  if (schema.object === "tag") return [];
  if (schema.uuid) return /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(name) ? [] : [`'${name}' is an invalid name`];
  if (schema.of.kind === "open") return [];
  return /^[\p{L}\p{N}_][^\p{Cc}[\]/\\|<>&*:;,$!?#=%{}~^`]*$/u.test(name)
    ? []
    : [`'${name}' is an invalid name`];
}

function memberFaults(
  node: XmlElement,
  schema: Extract<Schema, { kind: "members" }>,
  where: readonly string[],
  references: References,
): string[] {
  const lines: string[] = [];
  for (const child of node.children) {
    if (child.tag !== "member") lines.push(`${label([...where, child.tag])} unexpected here`);
    else
      lines.push(
        ...faults(child.text, schema.value, references, "write").map((fault) => `${label(where)} ${fault}`),
      );
  }
  return lines.length > 0 ? [...lines, `${label(where)} is invalid`] : [];
}

/** "any" beside something else, or too many members, in a list as it would be after the write. */
export function listFaults(list: XmlElement, schema: Schema, where: readonly string[]): string[] {
  if (schema.kind !== "members") return [];
  const texts = list.memberTexts();
  const found: string[] = [];
  const word = texts.length > 1 ? schema.alone?.find((alone) => texts.includes(alone)) : undefined;
  if (word !== undefined) found.push(`'${word}' should not be used with another ${schema.what}`);
  if (schema.most !== undefined && texts.length > schema.most)
    found.push(`can have at most ${schema.most} members, but has ${texts.length}`);
  if (found.length > 0) found.push("is invalid");
  return found.map((fault) => `${label(where)} ${fault}`);
}

export function label(where: readonly string[]): string {
  return where.join(" -> ");
}
