import { withTemplate } from "../pushed/template";
import { XmlElement } from "../xml/element";

function stacks(config: XmlElement): XmlElement[] {
  return device(config)?.child("template-stack")?.entries() ?? [];
}

export function stackSerials(stack: XmlElement): string[] {
  return (stack.child("devices")?.entries() ?? []).map(({ name = "" }) => name);
}

/** The stacks that a push of a template reaches, or the one of a push of a stack. */
export function stacksFor(
  config: XmlElement,
  kind: "template" | "template-stack",
  name: string,
): XmlElement[] {
  return stacks(config).filter((stack) =>
    kind === "template-stack" ? stack.name === name : stack.members("templates").includes(name),
  );
}

/**
 * What a firewall's stack gives it, as a tree like its configuration, each node with the template that it is from: the
 * stack's own values, then those of its templates, the first one's before the next one's. Undefined: it is in none.
 */
export function templateFor(config: XmlElement, serial: string): XmlElement | undefined {
  // PAN-OS takes a firewall into one stack.
  const stack = stacks(config).find((each) => stackSerials(each).includes(serial));
  if (!stack) return undefined;
  const templates = stack.members("templates").map((name) => device(config)?.at("template", `entry:${name}`));
  const layers = [stack, ...templates].filter((layer) => layer !== undefined);
  const variables = new Map<string, string>();
  for (const layer of layers.toReversed())
    for (const { name = "", children } of layer.child("variable")?.entries() ?? [])
      variables.set(name, children.find(({ tag }) => tag === "type")?.children[0]?.text ?? "");
  return layers.reduce((given, layer) => {
    const own = layer.child("config")?.clone();
    for (const node of own?.descendants() ?? []) {
      node.dirty = undefined;
      node.text = variables.get(node.text) ?? node.text;
      node.attributes = { ...node.attributes, ptpl: layer.name ?? "", src: "tpl" };
    }
    return withTemplate(given, own);
  }, new XmlElement("config"));
}

function device(config: XmlElement): XmlElement | undefined {
  return config.child("devices")?.entries()[0];
}
