import { containerXpath, entryXpath, type Location } from "../panos/location";
import type { PendingChange } from "../panos/system";
import { listed } from "../lib/text";
import { eachPart, KINDS, PARTS, type Part } from "./kinds/index";

/**
 * An administrator's uncommitted changes that are not of this stack, which a commit would ship too. The
 * device names a changed entry, something inside it, or only its container; a container is let pass, because
 * what is pending in it was found entry by entry (`withEntries`), and what is possibly theirs counts as theirs. What was
 * made and removed again, by a run that was killed or by a sweep, is in neither configuration: it ships nothing.
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
    .map((change) => ({ ...change, xpath: change.xpath.replaceAll('"', "'") }))
    .filter(({ xpath }) => !allowed.has(xpath) && !allowed.has(enclosingEntry(xpath)) && !isGone(xpath))
    .map(({ xpath, found }) => `${xpath}${found === "possibly" ? UNTOLD : ""}`);
}

const UNTOLD = " (or somebody else's: the device names only what that is in)";

/**
 * Rules that an administrator has moved past each other, or may have, and that are not of this stack: where the journal
 * names the whole rulebase, and nothing says that somebody else has moved them.
 * @param ours names of rules that are this stack's
 * @param orders names of rules as they stand in candidate and running
 */
export function foreignMoves(
  changes: readonly PendingChange[],
  administrator: string,
  location: Location,
  ours: ReadonlySet<string>,
  orders: readonly (readonly string[])[],
): string[] {
  const rulebase = containerXpath(location, KINDS.rules.container);
  const own = changes.filter(({ owner }) => owner === administrator);
  if (!own.some((change) => changedEntry(change) === rulebase)) return [];
  const byEntry = changesByEntry(changes);
  const isOthers = (name: string) =>
    byEntry
      .get(entryXpath(location, KINDS.rules.container, name))
      ?.some(({ owner }) => owner !== administrator);
  const known = orders.map((names) => new Set(names));
  const [candidate, running] = orders.map((names) =>
    names.filter((name) => known.every((each) => each.has(name)) && !ours.has(name) && !isOthers(name)),
  ) as [string[], string[]];
  const moved = candidate.filter((name, at) => running[at] !== name);
  return moved.length === 0 ? [] : [`${rulebase}: the order of ${listed(moved, 5)}`];
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
      const isOurs = (change: PendingChange) => change.owner === administrator && change.found !== "possibly";
      const others = found.filter(({ owner }) => owner !== administrator);
      if (others.length === 0 || found.some(isOurs)) return [];
      const who = [...new Set(others.map(({ owner, action }) => `${owner} (${action.trim()})`))];
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

/** Changes by the entry that they are of, and by what the journal names where that is none. */
export function changesByEntry(changes: readonly PendingChange[]): Map<string, PendingChange[]> {
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
