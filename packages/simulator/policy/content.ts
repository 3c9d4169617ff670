import { element } from "../xml/element";
import type { XmlElement } from "../xml/element";
import APP_IDS from "./app-ids.json";
import type { MoreApplications } from "./more-applications";
import { PREDEFINED_APPLICATIONS, PREDEFINED_SERVICES } from "./predefined";
import type { PredefinedApplication } from "./predefined";

/** What a content update tells a firewall: the applications it knows, and their default ports. */
export class Content {
  private readonly applications: ReadonlyMap<string, PredefinedApplication>;
  private printed: XmlElement | undefined;

  /**
   * @param more applications that this firewall knows too, or at other ports
   * @param named names that its rules use already, so that its content must have them
   * @param everyName whether any name that an App-ID may have is known, without default ports
   */
  constructor(
    more: MoreApplications = {},
    named: readonly string[] = [],
    private readonly everyName = false,
  ) {
    const own = Object.entries(more).map(([name, ports]): [string, PredefinedApplication] => [
      name,
      { ports },
    ]);
    const used = named.filter((name) => isAppId(name) && !KNOWN.has(name));
    this.applications =
      own.length + used.length === 0
        ? KNOWN
        : new Map([...KNOWN, ...used.map((name): [string, PredefinedApplication] => [name, {}]), ...own]);
  }

  application(name: string): PredefinedApplication | undefined {
    return this.applications.get(name) ?? (this.everyName && isAppId(name) ? {} : undefined);
  }

  /** `/config/predefined`: what clients read to learn which applications and services exist. */
  get config(): XmlElement {
    return (this.printed ??= predefined(this.applications));
  }
}

function isAppId(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]*$/.test(name);
}

const KNOWN: ReadonlyMap<string, PredefinedApplication> = new Map([
  ...Object.entries(APP_IDS.ports).flatMap(([ports, lines]) =>
    lines
      .flatMap((line) => line.split(" "))
      .map((name): [string, PredefinedApplication] => [name, atPorts(ports)]),
  ),
  ...Object.entries(PREDEFINED_APPLICATIONS),
]);

/** "tcp/80,443 udp/443" as a list, or nothing for "". */
function atPorts(text: string): PredefinedApplication {
  return text === "" ? {} : { ports: text.split(" ") };
}

/** What every firewall knows unless it is told more. */
export const CONTENT = new Content();

function predefined(known: ReadonlyMap<string, PredefinedApplication>): XmlElement {
  const applications = element("application");
  for (const [name, { ports = [], protocol = [] }] of known) {
    const entry = applications.add(element("entry"));
    entry.attributes = { name };
    const defaults = element("default");
    if (ports.length > 0) {
      defaults.add(element("port", ...ports.map((port) => element("member", port))));
    } else if (protocol[0] !== undefined) {
      defaults.add(element("ident-by-ip-protocol", String(protocol[0])));
    }
    if (defaults.children.length > 0) entry.add(defaults);
    entry.add(element("category", "networking"));
    entry.add(element("subcategory", "infrastructure"));
    entry.add(element("technology", "client-server"));
    entry.add(element("risk", "2"));
  }
  const services = element("service");
  for (const [name, port] of Object.entries(PREDEFINED_SERVICES)) {
    const entry = services.add(element("entry", element("protocol", element("tcp", element("port", port)))));
    entry.attributes = { name };
  }
  return element("config", element("predefined", applications, services));
}
