import { Refusal } from "../refusal";
import { escapeAttribute, print } from "../xml/print";
import type { XmlElement } from "../xml/element";
import { InvalidXpath } from "../xpath/ast";
import { select } from "../xpath/select";
import type { Selection } from "../xpath/select";
import { requireConfigPath } from "./targets";

/** What is read at a path of its own, and is neither candidate nor running. */
export interface Apart {
  predefined: XmlElement;
  panorama?: XmlElement;
}

/** `get`: every node of the candidate that matches, as XML, with its marks of change where it has them. */
export function get(candidate: XmlElement, apart: Apart, xpath: string, dirty = true): string[] {
  const { elements, attributes } = matches(candidate, apart, xpath);
  return [
    ...elements.map((element) => print(element, { dirty })),
    // Attributes come as their elements with nothing else in them: <entry name="r1"/>
    ...attributes.map(({ owner, name }) => {
      const shown = name === "*" ? Object.entries(owner.attributes) : [[name, owner.attributes[name] ?? ""]];
      const text = shown.map(([key = "", value = ""]) => ` ${key}="${escapeAttribute(value)}"`).join("");
      return `<${owner.tag}${text}/>`;
    }),
  ];
}

/** `show`: the one node of the running configuration that matches. @throws Refusal when it isn't one */
export function show(running: XmlElement, apart: Apart, xpath: string): string {
  const { elements, attributes } = matches(running, apart, xpath);
  const [only, ...more] = elements;
  if (!only || attributes.length > 0) throw new Refusal(undefined, ["No such node"]);
  if (more.length > 0)
    throw new Refusal(undefined, [`${elements.length} nodes match; show needs exactly one`]);
  return print(only);
}

function matches(config: XmlElement, apart: Apart, xpath: string): Selection {
  requireConfigPath(xpath);
  try {
    const [, place] = /^[\s(]*\/\s*config\s*\/\s*(predefined|panorama)(?![\w.-])/.exec(xpath) ?? [];
    const there = place === undefined ? undefined : apart[place as keyof Apart];
    return select(there ?? config, xpath);
  } catch (error) {
    // PAN-OS answers an xpath it can't read as if nothing was there.
    if (error instanceof InvalidXpath) return { elements: [], attributes: [] };
    throw error;
  }
}
