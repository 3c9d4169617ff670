import { Refusal } from "../refusal";
import { lineage } from "../schema/hierarchy";
import { References } from "../schema/references";
import { below } from "../schema/schema";
import type { Schema } from "../schema/schema";
import type { ReferenceKind } from "../schema/kinds";
import type { XmlElement } from "../xml/element";
import { InvalidXpath } from "../xpath/ast";
import { selectElements } from "../xpath/select";
import type { Candidate } from "./candidate";
import { followGroup } from "./hierarchy";
import { pathOf, schemaAt, scopeName } from "./paths";
import type { NodePath } from "./paths";
import { requireConfigPath, writeTarget } from "./targets";
import { placeBelowScope, usesOf } from "./uses";

/**
 * `delete`: removes every node that the xpath names.
 * @returns whether there was one; PAN-OS answers success with code 7 when there was none
 * @throws Refusal when something else still refers to what would go
 */
export function remove(candidate: Candidate, admin: string, xpath: string): boolean {
  requireConfigPath(xpath);
  const found = matches(candidate, xpath);
  if (found.length === 0) {
    writeTargetIfNamed(candidate, xpath);
    return false;
  }
  const gone = found.map((node) => ({ node, path: pathOf(node) }));
  for (const { node, path } of gone) {
    if (path.length <= 2 || (path[3] === "vsys" && path.length <= 5) || path.at(-1) === "device-group") {
      throw new Refusal("15", [`${node.name ?? node.tag} cannot be deleted`]);
    }
    // A union can name a node and something in it.
    if (node.parent) candidate.remove(node);
  }
  // Objects that refer to each other may go together.
  for (const { node, path } of gone) {
    refuseIfUsed(candidate, node, path);
    candidate.note(admin, "DELETE", path);
    followGroup(candidate, path);
  }
  return true;
}

function matches(candidate: Candidate, xpath: string): XmlElement[] {
  try {
    return selectElements(candidate.root, xpath);
  } catch (error) {
    if (error instanceof InvalidXpath) throw new Refusal("6", [`Invalid xpath ${xpath}: ${error.message}`]);
    throw error;
  }
}

/** A path that can't exist is a fault, where one that merely doesn't is not. */
function writeTargetIfNamed(candidate: Candidate, xpath: string): void {
  try {
    writeTarget(candidate.root, xpath);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "6") throw error;
  }
}

/**
 * Refuses to lose an object that something still names.
 * @param gone the node that was taken out, at `path`
 * @param replacement what came in its place, which may still hold the same objects
 */
export function refuseIfUsed(
  candidate: Candidate,
  gone: XmlElement,
  path: NodePath,
  replacement?: XmlElement,
): void {
  const schema = schemaAt(path);
  const container = schemaAt(path.slice(0, -1));
  if (!schema) return;
  const objects =
    container?.kind === "entries" && container.object && !replacement
      ? [{ name: gone.name ?? "", kind: container.object }]
      : objectsLost(gone, schema, replacement);
  for (const { name, kind } of objects) {
    const places = placesNaming(candidate, name, kind, path);
    if (places.length === 0) continue;
    const [first, ...more] = places;
    throw new Refusal("10", [
      `${name} cannot be deleted because of references from: ${first ?? ""}`,
      ...more,
    ]);
  }
}

function objectsLost(
  gone: XmlElement,
  schema: Schema,
  kept?: XmlElement,
): { name: string; kind: ReferenceKind }[] {
  if (schema.kind === "open" || schema.kind === "leaf" || schema.kind === "members") return [];
  if (schema.kind === "entries" && schema.object) {
    const kind = schema.object;
    const names = gone.entries().map((entry) => entry.name ?? "");
    return names.filter((name) => !kept?.entry(name)).map((name) => ({ name, kind }));
  }
  return gone.children.flatMap((child) => {
    const inner = below(schema, child.tag);
    const keptChild = child.tag === "entry" ? kept?.entry(child.name ?? "") : kept?.child(child.tag);
    return inner ? objectsLost(child, inner, keptChild) : [];
  });
}

/** Places whose name would now mean nothing, or something else than the object that went. */
function placesNaming(candidate: Candidate, name: string, kind: ReferenceKind, path: NodePath): string[] {
  const scope = scopeName(path);
  // Behind what went may be another object of that name, which those who name it then mean.
  const [, ...outer] = scope === undefined ? [] : lineage(candidate.root, scope);
  const hidden =
    scope !== undefined &&
    new References(candidate.root, outer[0], undefined, candidate.beside).find(kind, name) !== undefined;
  if (hidden) return [];
  return [...new Set(usesOf(candidate.root, name, kind, scope, candidate.beside).map(placeBelowScope))];
}
