import { BadRequest, Refusal } from "../refusal";
import { nameFaults } from "../schema/check";
import type { XmlElement } from "../xml/element";
import type { Candidate } from "./candidate";
import { followGroup } from "./hierarchy";
import { pathOf, schemaAt, scopeName } from "./paths";
import type { NodePath } from "./paths";
import { refuse } from "./set";
import { existing, writeTarget } from "./targets";
import { usesOf } from "./uses";
import { giveUuid } from "./uuid";

/**
 * `rename`: gives an entry another name. It stays where it is, keeps its uuid, and whatever refers to
 * it refers to the new name.
 * @throws Refusal
 */
export function rename(candidate: Candidate, admin: string, xpath: string, newName?: string): void {
  if (!newName) throw new BadRequest(400, 'Missing value for parameter "newname".');
  const { path, node } = requireEntry(candidate, xpath);
  const container = path.slice(0, -1);
  if (node.parent) refuseTaken(node.parent, container, newName);
  const schema = schemaAt(container);
  const uses =
    schema?.kind === "entries" && schema.object
      ? usesOf(candidate.root, node.name ?? "", schema.object, scopeName(path), candidate.beside)
      : [];
  candidate.rename(node, newName);
  followGroup(candidate, path, newName);
  candidate.note(admin, "DELETE", path);
  candidate.note(admin, "RENAME", [...container, `entry:${newName}`]);
  for (const use of uses) {
    const before = pathOf(use);
    candidate.setText(use, newName);
    if (use.tag === "member") candidate.note(admin, "DELETE", before);
    candidate.note(admin, "EDIT", pathOf(use));
  }
}

/**
 * `clone`: copies the entry `from` of the container that the xpath names, to its end.
 * @throws Refusal
 */
export function clone(
  candidate: Candidate,
  admin: string,
  xpath: string,
  from?: string,
  newName?: string,
): void {
  if (!from) throw new BadRequest(400, 'Missing value for parameter "from".');
  if (!newName) throw new BadRequest(400, 'Missing value for parameter "newname".');
  const target = writeTarget(candidate.root, xpath);
  // Clients give the new entry's own xpath or its container's.
  const container = target.schema.kind === "entries" ? target.path : target.path.slice(0, -1);
  const parent = target.schema.kind === "entries" ? target.node : target.node?.parent;
  // A bare name, as PAN-OS documents it, or the whole xpath of what is cloned.
  const source = from.startsWith("/") ? writeTarget(candidate.root, from).node : parent?.entry(from);
  if (!parent || !source) throw new Refusal("7", ["No such node"]);
  refuseTaken(parent, container, newName);
  const copy = source.clone();
  for (const part of copy.descendants()) part.dirty = undefined;
  copy.attributes = { name: newName };
  const schema = schemaAt(container);
  if (schema?.kind === "entries" && schema.uuid) giveUuid(copy);
  candidate.insert(parent, copy);
  candidate.note(admin, "CLONE", [...container, `entry:${newName}`]);
}

function requireEntry(candidate: Candidate, xpath: string): { path: NodePath; node: XmlElement } {
  const target = writeTarget(candidate.root, xpath);
  const node = existing(target);
  if (node.tag !== "entry") throw new Refusal("14", [`${node.tag} cannot be renamed`]);
  return { path: target.path, node };
}

function refuseTaken(parent: XmlElement, container: NodePath, newName: string): void {
  const schema = schemaAt(container);
  if (schema?.kind === "entries") refuse(nameFaults(newName, schema));
  if (parent.entry(newName)) {
    const labels = container.slice(-1).map((step) => step.replace(/^entry:/, ""));
    throw new Refusal("8", [`${labels.join(" -> ")} -> ${newName} '${newName}' is already in use`]);
  }
}
