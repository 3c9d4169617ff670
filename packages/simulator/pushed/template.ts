import { childAt, stepOf } from "../config/paths";
import { XmlElement } from "../xml/element";

/**
 * Takes what a template of Panorama gave out of a configuration: nodes that say `src="tpl"`. They are no part of it;
 * only a `get` shows them, among what is there.
 * @returns a tree of what was taken out; undefined where that is nothing
 */
export function takeTemplate(config: XmlElement): XmlElement | undefined {
  const taken = new XmlElement(config.tag);
  for (const child of [...config.children]) {
    if (child.attributes["src"] === "tpl") {
      config.remove(child);
      taken.add(child);
      continue;
    }
    const below = takeTemplate(child);
    if (below) taken.add(below);
  }
  if (taken.children.length === 0) return undefined;
  taken.attributes = config.name === undefined ? {} : { name: config.name };
  return taken;
}

/** A configuration with what a template gives where it has nothing of its own. */
export function withTemplate(config: XmlElement, template: XmlElement | undefined): XmlElement {
  if (!template) return config;
  const whole = config.clone();
  add(whole, template);
  return whole;
}

function add(to: XmlElement, from: XmlElement): void {
  for (const child of from.children) {
    const there = childAt(to, stepOf(child));
    if (there) add(there, child);
    else to.add(child.clone());
  }
}
