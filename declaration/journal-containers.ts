import { withoutInherited } from "../panos/device-groups";
import { containerPath, containerXpath, entryXpath, type Location } from "../panos/location";
import type { PendingChange } from "../panos/system";
import { entries, find, nameOf, type XmlElement } from "../panos/xml";
import { changesByEntry } from "./journal";
import { KINDS, PARTS } from "./kinds/index";

/** What is known beside a journal of who has changed what. */
interface Known {
  /** The `<entry>` of the vsys or device group, as each configuration has it. */
  candidate: XmlElement | undefined;
  running: XmlElement | undefined;
  administrator: string;
  /** Entries that this process has written as `administrator`, by xpath. */
  written: ReadonlySet<string>;
}

/**
 * A journal with the entries that it doesn't name. Devices name the container of a changed entry in place of the entry,
 * some always; then what differs there between candidate and running is what is pending, and the mark that the candidate
 * gives a changed entry says whose that is. What is removed has no mark: where several have changed something in its
 * container, it may be any of theirs.
 * @returns the journal, and behind it a change for each owner that such an entry has, or may have
 */
export function withEntries(
  journal: readonly PendingChange[],
  location: Location,
  known: Known,
): PendingChange[] {
  const byEntry = changesByEntry(journal);
  const more = PARTS.flatMap((part) => {
    const { container } = KINDS[part];
    const owners = ownersOver(journal, containerXpath(location, container));
    if (owners.length === 0) return [];
    const [candidate, running] = [known.candidate, known.running].map((entry) =>
      entriesIn(entry, location, container),
    ) as [Entries, Entries];
    const isReordered = part === "rules" && !sameOrder(candidate, running);
    return [...new Set([...candidate.keys(), ...running.keys()])].flatMap((name): PendingChange[] => {
      const [now, before] = [candidate.get(name), running.get(name)];
      const action = actionBetween(now, before, isReordered);
      const xpath = entryXpath(location, container, name);
      if (action === undefined || byEntry.has(xpath)) return [];
      const whose = ownersOf(xpath, now, owners, known);
      const found = whose.length === 1 ? "surely" : "possibly";
      return whose.map((owner) => ({ xpath, owner, action, found }));
    });
  });
  return [...journal, ...more];
}

type Entries = ReadonlyMap<string, XmlElement>;

/** Who has changed something in a container, of which the journal doesn't say what. */
function ownersOver(journal: readonly PendingChange[], container: string): string[] {
  const isOver = ({ xpath }: PendingChange) => `${container}/`.startsWith(`${xpath.replaceAll('"', "'")}/`);
  return [...new Set(journal.filter(isOver).map(({ owner }) => owner))];
}

function entriesIn(
  place: XmlElement | undefined,
  { panorama }: Location,
  container: string,
): ReadonlyMap<string, XmlElement> {
  const found = find(place, ...containerPath({ panorama }, container));
  return entries(panorama === undefined ? found : withoutInherited(found, panorama.deviceGroup));
}

/** Whether those that both have stand in one order. */
function sameOrder(candidate: Entries, running: Entries): boolean {
  const both = [...candidate.keys()].filter((name) => running.has(name));
  return [...running.keys()].filter((name) => candidate.has(name)).every((name, at) => both[at] === name);
}

/** @returns undefined: nothing is pending. Of an order, only a mark shows who has moved what. */
function actionBetween(
  now: XmlElement | undefined,
  before: XmlElement | undefined,
  isReordered: boolean,
): string | undefined {
  if (now === undefined) return "DELETE";
  if (before === undefined) return "CREATE";
  if (content(now) !== content(before)) return "EDIT";
  return isReordered && markOf(now) !== undefined ? "MOVE" : undefined;
}

/** What an element says, without what the device writes on it: marks, uuids, where it comes from. */
function content(element: XmlElement): string {
  const { name, children, text } = element;
  return JSON.stringify([name, nameOf(element), children.length === 0 ? text.trim() : children.map(content)]);
}

/** The administrator that changed an entry of the candidate last. */
function markOf({ attributes }: XmlElement): string | undefined {
  return attributes["admin"];
}

function ownersOf(
  xpath: string,
  now: XmlElement | undefined,
  owners: string[],
  { administrator, written }: Known,
): string[] {
  const mark = now && markOf(now);
  if (mark !== undefined && owners.includes(mark)) return [mark];
  return mark === undefined && written.has(xpath) ? [administrator] : owners;
}
