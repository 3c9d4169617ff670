import { groupHierarchy } from "../schema/hierarchy";
import type { Candidate } from "./candidate";
import type { NodePath } from "./paths";

/**
 * Where a device group stands among the others goes with it when it goes, or gets another name.
 * @param path what was deleted or renamed, whatever it is
 * @param name what it is called now; undefined: it is gone
 */
export function followGroup(candidate: Candidate, path: NodePath, name?: string): void {
  if (path[3] !== "device-group" || path.length !== 5) return;
  const old = path[4]?.slice("entry:".length) ?? "";
  const places = groupHierarchy(candidate.root);
  const place = places?.entry(old);
  if (place && name === undefined) candidate.remove(place);
  else if (place && name !== undefined) candidate.rename(place, name);
  for (const each of places?.entries() ?? []) {
    const parent = each.child("parent-dg");
    if (parent?.text === old) candidate.setText(parent, name ?? "");
  }
}
