import { CONTENT } from "../policy/content";
import type { Content } from "../policy/content";
import { PREDEFINED_SERVICES } from "../policy/predefined";
import type { XmlElement } from "../xml/element";
import { HOMES, PREDEFINED_PROFILES } from "./kinds";
import type { ProfileKind, ReferenceKind } from "./kinds";

/** External lists of addresses that come with a Threat Prevention licence. */
const PREDEFINED_LISTS = [
  "panw-highrisk-ip-list",
  "panw-known-ip-list",
  "panw-bulletproof-ip-list",
  "panw-torexit-ip-list",
];

/** Finds the objects that names in one scope (a vsys, or shared) mean, as PAN-OS does: own, shared, predefined. */
export class References {
  /**
   * @param registered the registered addresses whose tags fit, which dynamic groups hold beside address
   *   objects; undefined where only the configuration counts
   */
  constructor(
    private readonly config: XmlElement,
    private readonly vsys: string | undefined,
    readonly registered?: (fits: (tags: ReadonlySet<string>) => boolean) => string[],
    /** The applications that the device knows. */
    readonly content: Content = CONTENT,
  ) {}

  inVsys(vsys: string): References {
    return new References(this.config, vsys, undefined, this.content);
  }

  /** The object's entry; undefined for predefined and unknown ones. */
  find(kind: ReferenceKind, name: string): XmlElement | undefined {
    const scopes = [this.vsysNode(), this.config.child("shared")];
    const places = scopes.flatMap((scope) => HOMES[kind].map((home) => ({ scope, home })));
    if (kind === "address")
      places.sort((a, b) => HOMES.address.indexOf(a.home) - HOMES.address.indexOf(b.home));
    for (const { scope, home } of places) {
      const found = scope?.at(...home)?.entry(name);
      if (found) return found;
    }
    return undefined;
  }

  exists(kind: ReferenceKind, name: string): boolean {
    if (kind === "address" && this.find("region", name) !== undefined) return true;
    return this.find(kind, name) !== undefined || isPredefined(kind, name, this.content);
  }

  /** Whether one scope has both an address object and a group of a name: PAN-OS has one set of names for both. */
  hasAddressTwice(name: string): boolean {
    const scope = this.vsys === undefined ? this.config.child("shared") : this.vsysNode();
    return ["address", "address-group"].every((home) => scope?.child(home)?.entry(name) !== undefined);
  }

  /** All objects in reach, the vsys's own first. */
  all(home: readonly string[]): XmlElement[] {
    const scopes = [this.vsysNode(), this.config.child("shared")];
    return scopes.flatMap((scope) => scope?.at(...home)?.entries() ?? []);
  }

  private vsysNode(): XmlElement | undefined {
    if (this.vsys === undefined) return undefined;
    return this.config.child("devices")?.entries()[0]?.at("vsys", `entry:${this.vsys}`);
  }
}

function isPredefined(kind: ReferenceKind, name: string, content: Content): boolean {
  if (kind === "application") return content.application(name) !== undefined;
  if (kind === "service") return Object.hasOwn(PREDEFINED_SERVICES, name);
  // Two capital letters are a country, which PAN-OS takes as an address.
  if (kind === "address") return /^[A-Z]{2}$/.test(name) || PREDEFINED_LISTS.includes(name);
  // URL categories come with a licence's database; any name of their form is taken.
  if (kind === "category") return /^[a-z][a-z0-9-]*$/.test(name);
  if (Object.hasOwn(PREDEFINED_PROFILES, kind))
    return PREDEFINED_PROFILES[kind as ProfileKind].includes(name);
  return false;
}

/** The vsys that a node lies in; undefined for shared and everything else. */
export function vsysOf(node: XmlElement): string | undefined {
  for (let here: XmlElement | undefined = node; here; here = here.parent) {
    if (here.tag === "entry" && here.parent?.tag === "vsys" && here.parent.parent?.tag === "entry")
      return here.name;
  }
  return undefined;
}
