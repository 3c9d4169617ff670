import { CONTENT } from "../policy/content";
import type { Content } from "../policy/content";
import { PREDEFINED_SERVICES } from "../policy/predefined";
import type { Pushed } from "../pushed/pushed";
import type { XmlElement } from "../xml/element";
import { isPanorama, lineage, scopeNode } from "./hierarchy";
import { HOMES, PREDEFINED_PROFILES, PROFILE_KINDS } from "./kinds";
import type { ProfileKind, ReferenceKind } from "./kinds";

/** External lists of addresses that come with a Threat Prevention licence. */
const PREDEFINED_LISTS = [
  "panw-highrisk-ip-list",
  "panw-known-ip-list",
  "panw-bulletproof-ip-list",
  "panw-torexit-ip-list",
];

/** What names mean something on a device by, beside its own configuration. */
export interface Beside {
  /** The applications that it knows. */
  readonly content: Content;
  /** What Panorama has pushed to it. */
  readonly pushed?: Pushed;
  /** What a template of Panorama has given it: a tree like its configuration. */
  readonly template?: XmlElement | undefined;
}

/**
 * Finds the objects that names in one scope (a vsys, or shared) mean, as PAN-OS does: the vsys's own and what Panorama
 * has pushed into it, what is shared and what Panorama's Shared is, predefined.
 */
export class References {
  /**
   * @param registered the registered addresses whose tags fit, which dynamic groups hold beside address
   *   objects; undefined where only the configuration counts
   */
  constructor(
    private readonly config: XmlElement,
    private readonly vsys: string | undefined,
    readonly registered?: (fits: (tags: ReadonlySet<string>) => boolean) => string[],
    private readonly beside: Beside = { content: CONTENT },
  ) {}

  get content(): Content {
    return this.beside.content;
  }

  inVsys(vsys: string): References {
    return new References(this.config, vsys, undefined, this.beside);
  }

  /** The object's entry; undefined for predefined and unknown ones. */
  find(kind: ReferenceKind, name: string): XmlElement | undefined {
    const places = this.scopes().flatMap((scope) => HOMES[kind].map((home) => ({ scope, home })));
    if (kind === "address")
      places.sort((a, b) => HOMES.address.indexOf(a.home) - HOMES.address.indexOf(b.home));
    for (const { scope, home } of places) {
      const found = scope?.at(...home)?.entry(name);
      if (found) return found;
    }
    return undefined;
  }

  exists(kind: ReferenceKind, name: string): boolean {
    // Panorama commits without knowing what a firewall's template or its own configuration has.
    if (FIREWALLS_OWN.has(kind) && isPanorama(this.config)) return true;
    if (kind === "address" && this.find("region", name) !== undefined) return true;
    return this.find(kind, name) !== undefined || isPredefined(kind, name, this.content);
  }

  /** Whether one scope has both an address object and a group of a name: PAN-OS has one set of names for both. */
  hasAddressTwice(name: string): boolean {
    const scope = this.vsys === undefined ? this.config.child("shared") : scopeNode(this.config, this.vsys);
    return ["address", "address-group"].every((home) => scope?.child(home)?.entry(name) !== undefined);
  }

  /** All objects in reach, the vsys's own first. */
  all(home: readonly string[]): XmlElement[] {
    return this.scopes().flatMap((scope) => scope?.at(...home)?.entries() ?? []);
  }

  /** Where it looks: in what is nearest first. */
  private scopes(): (XmlElement | undefined)[] {
    const { pushed, template } = this.beside;
    return [
      ...this.named(this.config),
      ...(template ? this.named(template) : []),
      pushed?.own(this.vsys),
      this.config.child("shared"),
      template?.child("shared"),
      ...(pushed?.shared ?? []),
    ];
  }

  private named(config: XmlElement): (XmlElement | undefined)[] {
    const names = this.vsys === undefined ? [] : lineage(this.config, this.vsys);
    return names.map((name) => scopeNode(config, name));
  }
}

/** What names of these kinds mean is known on the firewall that a rule is pushed to. */
const FIREWALLS_OWN: ReadonlySet<ReferenceKind> = new Set<ReferenceKind>([
  "zone",
  "profile-group",
  "log-setting",
  ...PROFILE_KINDS,
]);

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

/** The vsys or device group that a node lies in; undefined for shared and everything else. */
export function vsysOf(node: XmlElement): string | undefined {
  for (let here: XmlElement | undefined = node; here; here = here.parent) {
    const container = here.parent;
    const isScope = container?.tag === "vsys" || container?.tag === "device-group";
    if (here.tag === "entry" && isScope && container.parent?.tag === "entry") return here.name;
  }
  return undefined;
}
