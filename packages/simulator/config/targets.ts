import { Refusal } from "../refusal";
import { MANAGED } from "../schema/firewall";
import { isPanorama } from "../schema/hierarchy";
import type { Schema } from "../schema/schema";
import type { XmlElement } from "../xml/element";
import { InvalidXpath, locationPaths } from "../xpath/ast";
import type { LocationPath } from "../xpath/ast";
import { parseXpath } from "../xpath/parse";
import { evaluate } from "../xpath/evaluate";
import { elementsOf, selectElements } from "../xpath/select";
import { locate, namedPath, pathOf, schemaAt } from "./paths";
import type { NodePath } from "./paths";

/** Thrown for paths outside /config: PAN-OS answers them with status "unauth". */
class OutsideConfig extends Refusal {
  constructor() {
    super("16", ["Unauthorized request"]);
  }
}

export function requireConfigPath(xpath: string): void {
  if (!/^[\s(]*\/\s*(\/|\*|(child::)?config(?![\w.-]))/.test(xpath)) throw new OutsideConfig();
}

/** A place that a write names. The node may be missing, its schema may not. */
export interface Target {
  path: NodePath;
  schema: Schema;
  node: XmlElement | undefined;
}

/**
 * The place that the xpath of a set, edit, move, rename or clone names. Steps that name no entry
 * (`/config/devices/entry/vsys/entry`) mean the one that exists.
 * @throws Refusal
 */
export function writeTarget(root: XmlElement, xpath: string): Target {
  requireConfigPath(xpath);
  const path = onePath(root, xpath);
  const [, , , vsysTag, vsysStep] = path;
  const isBelowVsys = path[1] === "devices" && vsysTag === "vsys" && vsysStep !== undefined;
  if (isBelowVsys && !locate(root, path.slice(0, 5))) {
    throw new Refusal("17", [`${vsysStep.replace(/^entry:/, "")} is invalid vsys`]);
  }
  const schema = isPlaceOf(root, path) ? schemaAt(path) : undefined;
  if (!schema) throw new Refusal("17", [`Could not find schema node for xpath ${xpath}`]);
  return { path, schema, node: locate(root, path) };
}

/** A firewall has no device groups, no shared rules and no `/config/panorama` of its own, Panorama no virtual systems. */
function isPlaceOf(root: XmlElement, path: NodePath): boolean {
  const isShared = path[1] === "shared" && /-rulebase$/.test(path[2] ?? "");
  const isManaged = path[1] === "devices" && MANAGED.has(path[3] ?? "");
  if (path[3] === "vsys") return !isPanorama(root);
  return isPanorama(root) || !(isShared || isManaged || path[1] === "panorama");
}

function onePath(root: XmlElement, xpath: string): NodePath {
  try {
    const paths = locationPaths(parseXpath(xpath)) ?? [];
    const only = paths.length === 1 ? paths[0] : undefined;
    const named = only && namedPath(only);
    if (named) return named;
    const found = only ? onPathTo(root, xpath, only) : selectElements(root, xpath).map(pathOf);
    if (found.length === 1 && found[0]) return found[0];
    throw new Refusal("6", [`Xpath ${xpath} must name exactly one node; it names ${found.length}`]);
  } catch (error) {
    if (error instanceof InvalidXpath) throw new Refusal("6", [`Invalid xpath ${xpath}: ${error.message}`]);
    throw error;
  }
}

/** The nodes that an xpath with free steps names, counting missing ones at its named end. */
function onPathTo(root: XmlElement, xpath: string, path: LocationPath): NodePath[] {
  const free = path.steps.findLastIndex((step) => !namedPath({ absolute: true, steps: [step] }));
  const rest = namedPath({ absolute: true, steps: path.steps.slice(free + 1) });
  if (free < 0 || !rest || rest.length === 0) return selectElements(root, xpath).map(pathOf);
  const start: LocationPath = { absolute: path.absolute, steps: path.steps.slice(0, free + 1) };
  return elementsOf(evaluate({ kind: "path", path: start }, root)).map((node) => [...pathOf(node), ...rest]);
}

/** The existing node that a delete, move, rename or clone names. */
export function existing(target: Target): XmlElement {
  if (!target.node?.parent) throw new Refusal("7", ["No such node"]);
  return target.node;
}
