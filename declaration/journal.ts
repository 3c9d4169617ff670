import { containerXpath, entryXpath, type Location } from "../panos/location";
import type { PendingChange } from "../panos/system";
import { eachPart, KINDS, PARTS, type Part } from "./kinds/index";

/**
 * An administrator's uncommitted changes that are not of this stack, which a commit would ship too. The
 * device names a changed entry, something inside it, or only its container; a container is let pass, because
 * our own entries in it are compared one by one. What was made and removed again, by a run that was killed or
 * by a sweep, is in neither configuration: it ships nothing.
 * @param ours names that are this stack's, declared or in either configuration
 * @param existing all names in either configuration
 */
export function foreignChanges(
  changes: readonly PendingChange[],
  administrator: string,
  location: Location,
  ours: Record<Part, ReadonlySet<string>>,
  existing: Record<Part, ReadonlySet<string>>,
): string[] {
  const allowed = new Set<string>();
  const isGone = (xpath: string) =>
    PARTS.some((part) => {
      const start = `${containerXpath(location, KINDS[part].container)}/entry[@name='`;
      const name = xpath.startsWith(start) ? /^([^']*)'\]/.exec(xpath.slice(start.length))?.[1] : undefined;
      return name !== undefined && !existing[part].has(name);
    });
  for (const part of PARTS) {
    const { container } = KINDS[part];
    allowed.add(containerXpath(location, container));
    for (const name of ours[part]) allowed.add(entryXpath(location, container, name));
  }
  return changes
    .filter(({ owner }) => owner === administrator)
    .map(({ xpath }) => xpath.replaceAll('"', "'"))
    .filter((xpath) => !allowed.has(xpath) && !allowed.has(enclosingEntry(xpath)) && !isGone(xpath));
}

/**
 * Other administrators' uncommitted changes of what a commit is to change, where we have made none ourselves: a
 * commit of our changes would leave them out, and with them a part of the revision.
 * @param changed names whose running content is not what is declared
 * @returns one sentence's subject for each: who, what, and which entry
 */
export function withheldChanges(
  changes: readonly PendingChange[],
  administrator: string,
  location: Location,
  changed: Record<Part, readonly string[]>,
): string[] {
  const byEntry = changesByEntry(changes);
  return PARTS.flatMap((part) =>
    changed[part].flatMap((name) => {
      const found = byEntry.get(entryXpath(location, KINDS[part].container, name)) ?? [];
      if (found.length === 0 || found.some(({ owner }) => owner === administrator)) return [];
      const who = [...new Set(found.map(({ owner, action }) => `${owner} (${action.trim()})`))];
      return [`${name}: ${who.join(", ")}`];
    }),
  );
}

/**
 * Who has changed objects and not committed that, by kind and name; what nobody has is left out. Where the device
 * names a container alone, it doesn't say whose entries of it are changed.
 */
export function uncommittedBy(
  changes: readonly PendingChange[],
  location: Location,
  names: Record<Part, Iterable<string>>,
): Record<Part, Record<string, string[]>> {
  const byEntry = changesByEntry(changes);
  return eachPart((part) => {
    const found = [...names[part]].map((name): [string, string[]] => {
      const own = byEntry.get(entryXpath(location, KINDS[part].container, name)) ?? [];
      return [name, [...new Set(own.map(({ owner }) => owner).filter((owner) => owner !== ""))].sort()];
    });
    return Object.fromEntries(found.filter(([, owners]) => owners.length > 0));
  });
}

function changesByEntry(changes: readonly PendingChange[]): Map<string, PendingChange[]> {
  const byEntry = new Map<string, PendingChange[]>();
  for (const change of changes) {
    const entry = changedEntry(change);
    const found = byEntry.get(entry);
    if (found === undefined) byEntry.set(entry, [change]);
    else found.push(change);
  }
  return byEntry;
}

/** The rule or object that a pending change is of, as `entryXpath` writes it. */
export function changedEntry({ xpath }: PendingChange): string {
  return enclosingEntry(xpath.replaceAll('"', "'"));
}

const ENTRY = new RegExp(
  `^.*/(?:${PARTS.map((part) => KINDS[part].container).join("|")})/entry\\[@name='[^']*'\\]`,
);

/** The entry that an xpath inside a rule or an object belongs to. */
function enclosingEntry(xpath: string): string {
  return ENTRY.exec(xpath)?.[0] ?? xpath;
}
