/**
 * Rules of ours stand in the order of their names, so that two runs and two firewalls look alike, in whatever order
 * they were staged. Only ours move, and only among themselves: never past an administrator's rule, nor one that
 * somebody holds, so that nothing is matched otherwise than before.
 */
import { cleanupPosition } from "../../declaration/cleanup-rule";
import { isQuarantineRuleName, TAG_PREFIX } from "../../declaration/names";
import { compareTexts } from "../../lib/order";
import type { Operation } from "../../panos/client";
import type { FoundRule } from "../../panos/policy";
import { entryXpath, type Location } from "../../panos/location";
import type { PolicyObjects } from "../../declaration/objects";
import { isHeld, ownsRule } from "../../declaration/ownership";
import { readConfigurations } from "./configurations";
import { requireCandidate, type Revision } from "./revision";
import type { Swept } from "./sweep";
import { readingBack } from "../session/stager";
import type { Session } from "../session/session";

/**
 * Stages what brings the rules of a revision into their order, in one transaction.
 * @param swept what the firewall has, and the names that are left as they are
 * @returns the same, as it is then
 */
export async function putInOrder(session: Session, revision: Revision, swept: Swept): Promise<Swept> {
  return readingBack(async (isAgain) => {
    const found = isAgain ? { ...swept, ...(await readConfigurations(session)) } : swept;
    const moves = movesIntoOrder(found.candidate, revision.ownerId, revision.before, session.location);
    if (moves.length === 0) return found;
    await requireCandidate(session, revision, found.candidate, found.exempt);
    await session.write(moves);
    return { ...found, ...(await readConfigurations(session)) };
  });
}

/** The fewest moves that bring the rules of ours above the cleanup rule into the order of their names. */
export function movesIntoOrder(
  { rules }: Pick<PolicyObjects, "rules">,
  ownerId: string,
  cleanupRule: string,
  location: Location,
): Operation[] {
  const all = [...rules.values()];
  const move = (name: string, where: "before" | "after", dst: string): Operation => ({
    action: "move",
    xpath: entryXpath(location, "rules", name),
    where,
    dst,
  });
  return blocks(all.slice(0, cleanupPosition(all, cleanupRule)), ownerId).flatMap((block) => {
    const sorted = block.toSorted(compareTexts);
    const staying = new Set(longestAscending(block));
    const firstStaying = sorted.find((name) => staying.has(name));
    if (firstStaying === undefined) return [];
    const from = sorted.indexOf(firstStaying);
    return sorted.flatMap((name, index) => {
      if (staying.has(name)) return [];
      return [index < from ? move(name, "before", firstStaying) : move(name, "after", sorted[index - 1]!)];
    });
  });
}

/**
 * The rule of ours that a new one goes directly above; undefined: none of those that stand directly above the cleanup
 * rule comes after it.
 */
export function successorOf(
  { rules }: Pick<PolicyObjects, "rules">,
  name: string,
  ownerId: string,
  cleanupRule: string,
): string | undefined {
  const all = [...rules.values()];
  const lowest = blocks(all.slice(0, cleanupPosition(all, cleanupRule)), ownerId).at(-1) ?? [];
  return lowest.filter((each) => each > name).sort(compareTexts)[0];
}

/** Names of rules of ours that only rules of this program stand between. The last block ends at the last rule. */
function blocks(rules: readonly FoundRule[], ownerId: string): string[][] {
  const found: string[][] = [[]];
  for (const rule of rules) {
    const isOurs = ownsRule(ownerId, rule) && !isQuarantineRuleName(rule.name);
    const isHarmless = isAllowOfThisProgram(rule);
    if (isOurs && isHarmless) found.at(-1)!.push(rule.name);
    // Another stack's stays where it is, and what it lets through is not changed by ours standing elsewhere.
    else if (!isHarmless) found.push([]);
  }
  return found;
}

function isAllowOfThisProgram(rule: FoundRule): boolean {
  return (
    rule.tag.some((tag) => tag.startsWith(TAG_PREFIX)) &&
    !isHeld(rule) &&
    !isQuarantineRuleName(rule.name) &&
    rule.action === "allow" &&
    rule.extras.length === 0
  );
}

/** A longest part of a list of different texts that is in order already. */
function longestAscending(texts: readonly string[]): string[] {
  /** By length less one: where the part of that length with the least end ends. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, text] of texts.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (texts[ends[middle]!]! < text) low = middle + 1;
      else high = middle;
    }
    before.push(low === 0 ? undefined : ends[low - 1]);
    ends[low] = index;
  }
  const longest: string[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) longest.push(texts[at]!);
  return longest;
}
