import { lineage, scopesOf } from "../schema/hierarchy";
import { References, vsysOf } from "../schema/references";
import type { Beside } from "../schema/references";
import type { ReferenceKind } from "../schema/kinds";
import type { XmlElement } from "../xml/element";
import { pathOf, schemaAt } from "./paths";

/**
 * Leaves and members that name an object of a kind: those of one vsys for an object of that vsys, those
 * of shared and of every vsys without an object of its own by that name for a shared one.
 */
export function usesOf(
  config: XmlElement,
  name: string,
  kind: ReferenceKind,
  vsys: string | undefined,
  beside?: Beside,
): XmlElement[] {
  const own = scopesOf(config).filter(({ name: scope = "" }) =>
    reaches(new References(config, scope, undefined, beside), lineage(config, scope), kind, name, vsys),
  );
  const shared = vsys === undefined ? config.child("shared") : undefined;
  const scopes = shared ? [...own, shared] : own;
  return scopes.flatMap((scope) => withText(scope, name)).filter((node) => referenceKindAt(node) === kind);
}

/** Whether a name in a scope can mean an object of another one (undefined: shared), none nearer having that name. */
function reaches(
  references: References,
  way: readonly string[],
  kind: ReferenceKind,
  name: string,
  from: string | undefined,
): boolean {
  const end = from === undefined ? way.length : way.indexOf(from);
  if (end <= 0) return end === 0;
  const found = references.find(kind, name);
  const holder = found && vsysOf(found);
  return holder === undefined || way.indexOf(holder) >= end;
}

function withText(node: XmlElement, text: string, found: XmlElement[] = []): XmlElement[] {
  if (node.text === text) found.push(node);
  for (const child of node.children) withText(child, text, found);
  return found;
}

function referenceKindAt(node: XmlElement): ReferenceKind | undefined {
  const schema = schemaAt(pathOf(node));
  return schema?.kind === "leaf" && schema.value.rule === "reference" ? schema.value.to : undefined;
}

/** "rulebase -> security -> rules -> r1 -> source": a place below its vsys, as messages name it. */
export function placeBelowScope(node: XmlElement): string {
  const path = pathOf(node.tag === "member" ? (node.parent ?? node) : node);
  return path
    .slice(path[1] === "shared" ? 2 : 5)
    .map((step) => step.replace(/^entry:/, ""))
    .join(" -> ");
}
