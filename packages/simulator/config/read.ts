import { Refusal } from "../refusal";
import { escapeAttribute, print } from "../xml/print";
import type { XmlElement } from "../xml/element";
import { InvalidXpath } from "../xpath/ast";
import { select } from "../xpath/select";
import type { Selection } from "../xpath/select";
import { requireConfigPath } from "./targets";

/** `get`: every node of the candidate that matches, as XML with its marks of change. */
export function get(candidate: XmlElement, predefined: XmlElement, xpath: string): string[] {
  const { elements, attributes } = matches(candidate, predefined, xpath);
  return [
    ...elements.map((element) => print(element, { dirty: true })),
    // Attributes come as their elements with nothing else in them: <entry name="r1"/>
    ...attributes.map(({ owner, name }) => {
      const shown = name === "*" ? Object.entries(owner.attributes) : [[name, owner.attributes[name] ?? ""]];
      const text = shown.map(([key = "", value = ""]) => ` ${key}="${escapeAttribute(value)}"`).join("");
      return `<${owner.tag}${text}/>`;
    }),
  ];
}

/** `show`: the one node of the running configuration that matches. @throws Refusal when it isn't one */
export function show(running: XmlElement, predefined: XmlElement, xpath: string): string {
  const { elements, attributes } = matches(running, predefined, xpath);
  const [only, ...more] = elements;
  if (!only || attributes.length > 0) throw new Refusal(undefined, ["No such node"]);
  if (more.length > 0)
    throw new Refusal(undefined, [`${elements.length} nodes match; show needs exactly one`]);
  return print(only);
}

function matches(config: XmlElement, predefined: XmlElement, xpath: string): Selection {
  requireConfigPath(xpath);
  try {
    return select(/^[\s(]*\/\s*config\s*\/\s*predefined(?![\w.-])/.test(xpath) ? predefined : config, xpath);
  } catch (error) {
    // PAN-OS answers an xpath it can't read as if nothing was there.
    if (error instanceof InvalidXpath) return { elements: [], attributes: [] };
    throw error;
  }
}
