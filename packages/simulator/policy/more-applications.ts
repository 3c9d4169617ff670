import type { XmlElement } from "../xml/element";
import { MalformedXml, parseXml } from "../xml/parse";

/** Applications beside the ones that are known anyway: default ports by name, "tcp/8443" or "udp/53,5353". */
export type MoreApplications = Readonly<Record<string, readonly string[]>>;

/**
 * Reads a list of applications: JSON, `{"name": ["tcp/8443", "udp/53,5353"]}`, or what a firewall answers to
 * a get of /config/predefined/application.
 * @throws Error that names what is wrong
 */
export function parseApplications(text: string): MoreApplications {
  const value: unknown = text.trimStart().startsWith("<") ? fromDevice(text) : JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("applications are an object of names, each with its default ports");
  const isPlace = (place: unknown): boolean =>
    typeof place === "string" &&
    /^(tcp|udp)\/(dynamic|\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*)$/.test(place);
  for (const [name, ports] of Object.entries(value)) {
    if (!Array.isArray(ports) || !ports.every(isPlace))
      throw new Error(`${name}: its default ports are a list like ["tcp/8443", "udp/53,5353"]`);
  }
  return value as MoreApplications;
}

function fromDevice(xml: string): MoreApplications {
  let root: XmlElement;
  try {
    root = parseXml(xml);
  } catch (error) {
    if (error instanceof MalformedXml) throw new Error(`it is no XML: ${error.message}`, { cause: error });
    throw error;
  }
  // The container, or entries beside each other where the xpath ended in /entry.
  const home = root.at("result", "application") ?? root.child("result") ?? root;
  const entries = home.entries();
  if (entries.length === 0)
    throw new Error("its XML has no <entry> of an application with its default ports");
  return Object.fromEntries(
    entries.map((entry) => [entry.name ?? "", entry.at("default", "port")?.memberTexts() ?? []]),
  );
}

/** The applications that rules and groups of a configuration name, whatever they are. */
export function namedApplications(config: XmlElement): string[] {
  const names = [...config.descendants()].flatMap((node) => {
    if (node.tag === "application") return node.memberTexts();
    return node.tag === "entry" && node.parent?.tag === "application-group" ? node.members("members") : [];
  });
  return [...new Set(names)];
}
