import type { Candidate } from "../config/candidate";
import type { WriteAction, WriteParameters } from "../config/writes";
import { isInObject, locate, objectPath, stepOf } from "../config/paths";
import type { NodePath } from "../config/paths";
import { writeTarget } from "../config/targets";
import { Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import type { Pushed } from "./pushed";

/**
 * Refuses to write an object that a template or Panorama's policy has given to the firewall and that it has none of
 * its own by the name of.
 * @throws Refusal with the text that was measured on devices; its code is nowhere said
 */
export function refuseOverriding(
  { root, beside: { pushed, template } }: Candidate,
  action: WriteAction,
  xpath: string,
  parameters: WriteParameters,
): void {
  if ((pushed === undefined || pushed.isEmpty) && template === undefined) return;
  for (const path of writtenObjects(root, action, xpath, parameters)) {
    if (locate(root, path)) continue;
    if ((template && locate(template, path)) ?? (pushed && isPushed(pushed, path))) {
      const name = path.at(-1)?.slice("entry:".length) ?? "";
      throw new Refusal("12", [`${action} failed, may need to override template object ${name} first`]);
    }
  }
}

function writtenObjects(
  root: XmlElement,
  action: WriteAction,
  xpath: string,
  { elements, newname }: WriteParameters,
): NodePath[] {
  if (action !== "set" && action !== "edit" && action !== "rename" && action !== "clone") return [];
  const { path } = writeTarget(root, xpath);
  if (action === "rename") return [[...path.slice(0, -1), `entry:${newname ?? ""}`]];
  if (action === "clone") {
    const container = path.at(-1)?.startsWith("entry:") === true ? path.slice(0, -1) : path;
    return [[...container, `entry:${newname ?? ""}`]];
  }
  if (isInObject(path)) return [objectPath(path)];
  return objectsIn(action === "edit" ? path.slice(0, -1) : path, elements);
}

function objectsIn(path: NodePath, elements: readonly XmlElement[]): NodePath[] {
  return elements.flatMap((sent) => {
    const at = [...path, stepOf(sent)];
    return isInObject(at) ? [at] : objectsIn(at, sent.children);
  });
}

function isPushed(pushed: Pushed, path: NodePath): boolean {
  if (path[1] === "shared") return pushed.shared.some((scope) => scope.at(...path.slice(2)) !== undefined);
  return (
    path[3] === "vsys" && pushed.own(path[4]?.slice("entry:".length))?.at(...path.slice(5)) !== undefined
  );
}
