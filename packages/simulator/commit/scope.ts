import { componentOf } from "../config/journal";
import type { JournalEntry } from "../config/journal";
import { scopeName } from "../config/paths";
import { MANAGED } from "../schema/firewall";
import type { XmlElement } from "../xml/element";

/** Which uncommitted changes a commit, revert or list is about. */
export interface Scope {
  /** Undefined: everybody's. */
  admins: readonly string[] | undefined;
  /** Undefined: every vsys. */
  vsys: readonly string[] | undefined;
  /** Panorama's kinds of parts that are named or left out (device-group, template, …); what is absent is covered whole. */
  managed: ReadonlyMap<string, readonly string[]>;
  exclude: { deviceAndNetwork: boolean; shared: boolean; policyAndObjects: boolean; vsys: boolean };
}

export const EVERYTHING: Scope = {
  admins: undefined,
  vsys: undefined,
  managed: new Map(),
  exclude: { deviceAndNetwork: false, shared: false, policyAndObjects: false, vsys: false },
};

/** Reads `<partial>…</partial>`; no such element means everything. */
export function scopeOf(partial: XmlElement | undefined): Scope {
  if (!partial) return EVERYTHING;
  const admins = partial.members("admin");
  const vsys = partial.members("vsys");
  // Clients write <device-and-network>excluded</device-and-network>, or the element alone.
  const excluded = (tag: string): boolean =>
    partial.child(tag) !== undefined && partial.value(tag) !== "included";
  return {
    admins: partial.child("admin") ? admins : undefined,
    vsys: vsys.length > 0 ? vsys : undefined,
    managed: new Map(
      [...MANAGED].flatMap((kind): [string, readonly string[]][] => {
        if (partial.child(`no-${kind}`)) return [[kind, []]];
        return partial.child(kind) ? [[kind, partial.members(kind)]] : [];
      }),
    ),
    exclude: {
      deviceAndNetwork: excluded("device-and-network"),
      shared: excluded("shared-object"),
      policyAndObjects: excluded("policy-and-objects"),
      vsys: excluded("no-vsys"),
    },
  };
}

export function isPartial(scope: Scope): boolean {
  return (
    scope.admins !== undefined ||
    scope.vsys !== undefined ||
    scope.managed.size > 0 ||
    Object.values(scope.exclude).includes(true)
  );
}

export function isInScope(entry: JournalEntry, scope: Scope): boolean {
  if (scope.admins && !scope.admins.includes(entry.admin)) return false;
  const [, , , kind = "", step] = entry.path;
  if (MANAGED.has(kind)) {
    const names = scope.managed.get(kind);
    return names === undefined || names.includes(step?.slice("entry:".length) ?? "");
  }
  const vsys = scopeName(entry.path);
  if (vsys !== undefined) {
    if (scope.exclude.vsys || (scope.vsys && !scope.vsys.includes(vsys))) return false;
  }
  const component = componentOf(entry.path);
  if (component === "shared") return !scope.exclude.shared;
  return component === "vsys" ? !scope.exclude.policyAndObjects : !scope.exclude.deviceAndNetwork;
}
