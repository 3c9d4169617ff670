import type { Operation } from "../../panos/client";
import { eachPart, kindOf, ORDER_OF_REMOVAL, PARTS, type Part } from "../../declaration/kinds/index";
import { entryXpath } from "../../panos/location";
import { listed } from "../../lib/text";
import { unlessInUse } from "../resource/object";
import { addressNamesUsed, type PolicyObjects } from "../../declaration/objects";
import {
  hasLostTag,
  heldMessage,
  isHeld,
  isOursUnmarked,
  lostTagMessage,
  ownObjects,
  ownsRule,
  strayMessage,
} from "../../declaration/ownership";
import { readConfigurations, type Configurations } from "./configurations";
import { takeBack } from "./lone-removals";
import { requireCandidate, type Revision } from "./revision";
import { allEnded, readingBack } from "../session/stager";
import type { Session } from "../session/session";
import { takeOver } from "./takeover";
import { tell } from "../session/tell";
import { ProviderError } from "../error";

/** What a firewall has, after a sweep. */
export interface Swept extends Configurations {
  /** Names that are left as they are: on hold, used by something, or unmarked. */
  exempt: Set<string>;
  /** Those of them that are declared and that nothing marks as ours any more. */
  unmarked: Set<string>;
}

/**
 * Removes from the candidate what is ours and no longer declared, rules before the objects they use.
 */
export async function sweep(session: Session, revision: Revision): Promise<Swept> {
  const written = new Map<string, Operation>();
  const write = (operations: readonly Operation[]) => {
    for (const each of operations) written.set(`${each.action} ${each.xpath}`, each);
    return session.write(operations);
  };
  try {
    const swept = await readingBack(() => sweepOnce(session, revision, write));
    if (written.size > 0) await requireCandidate(session, revision, swept.candidate, swept.exempt);
    return swept;
  } catch (error) {
    // It was looked at before: what was staged beside the removals may be gone since.
    if (written.size > 0 && error instanceof ProviderError) await takeBack(session, [...written.values()]);
    throw error;
  }
}

async function sweepOnce(session: Session, revision: Revision, write: Session["write"]): Promise<Swept> {
  const { ownerId, declared, allowRemoval } = revision;
  const found = await readConfigurations(session);
  const { candidate } = found;
  const own = ownObjects(ownerId, candidate);
  const exempt = new Set(own.held);
  const unmarked = new Set<string>();
  for (const name of own.held) tell("warn", heldMessage(name, session.firewall));
  for (const name of own.strays) {
    tell("warn", strayMessage(name, session.firewall));
  }
  for (const rule of candidate.rules.values()) {
    if (hasLostTag(ownerId, rule)) tell("warn", lostTagMessage(rule.name, session.firewall));
  }
  for (const name of Object.keys(declared.rules)) {
    const rule = candidate.rules.get(name);
    if (rule === undefined || ownsRule(ownerId, rule)) continue;
    if (isHeld(rule)) exempt.add(name);
    else unmarked.add(name);
  }

  // Objects of ours that lost their mark are left, where they still say what is declared.
  for (const part of PARTS.filter((each) => each !== "rules")) {
    for (const [name, content] of Object.entries(declared[part])) {
      const found = candidate[part].get(name);
      if (found !== undefined && isOursUnmarked(part, ownerId, found, content)) unmarked.add(name);
    }
  }
  for (const name of unmarked) exempt.add(name);

  const isGone = (part: Part, name: string) =>
    declared[part][name] === undefined && !(part === "rules" && exempt.has(name));
  const gone = eachPart((part) => own[part].filter((name) => isGone(part, name)));
  if (gone.rules.length > 0) await allowRemoval(gone.rules, own.rules.length - gone.rules.length);
  const replacements = await takeOver(session, revision, found);
  const going = Object.values(gone).flat();
  if (replacements.length === 0 && going.length === 0) return { ...found, exempt, unmarked };
  // A removal is staged only where the rest is right: left behind alone by a run that fails at the rest, it would
  // come into force with anybody's commit of everything.
  await requireCandidate(session, revision, candidate, new Set([...exempt, ...going]));

  const removal = (part: Part, name: string): Operation => ({
    action: "delete",
    xpath: entryXpath(session.location, kindOf(part).container, name),
  });
  const onRules = [...replacements, ...gone.rules.map((name) => removal("rules", name))];
  if (onRules.length > 0) await write(onRules);
  for (const { part, names, many } of steps(gone)) {
    // The device refuses them one by one, and there may be a thousand.
    const kept = many ? used(candidate, going, exempt) : new Set<string>();
    const stay = names.filter((name) => kept.has(name));
    for (const name of stay) exempt.add(name);
    if (stay.length > 0) {
      tell("warn", `${listed(stay, 5)} on ${session.firewall} stay, because rules or groups there use them`);
    }
    await allEnded(
      names.map(async (name) => {
        if (kept.has(name)) return;
        const removed = await unlessInUse(name, session, () => write([removal(part, name)]));
        if (!removed) exempt.add(name);
      }),
    );
  }
  return { ...(await readConfigurations(session)), exempt, unmarked };
}

/** What rules and address groups of the candidate use, once those are gone that can go. */
function used(candidate: PolicyObjects, going: readonly string[], exempt: ReadonlySet<string>): Set<string> {
  const gone = new Set(going.filter((name) => !exempt.has(name)));
  const left = <T extends { name: string }>(objects: ReadonlyMap<string, T>) =>
    [...objects.values()].filter(({ name }) => !gone.has(name));
  return addressNamesUsed({ rules: left(candidate.rules), addressGroups: left(candidate.addressGroups) });
}

interface Step {
  part: Part;
  names: string[];
  many: boolean;
}

/** What goes after the rules, in the order in which nothing that still uses another goes after it. */
function steps(gone: Record<Part, string[]>): Step[] {
  return ORDER_OF_REMOVAL.filter((part) => part !== "rules").flatMap((part) => {
    const isMany = (name: string) => kindOf(part).isOneOfMany?.(name) === true;
    const step = (many: boolean) => ({
      part,
      names: gone[part].filter((name) => isMany(name) === many),
      many,
    });
    return [step(false), step(true)].filter(({ names }) => names.length > 0);
  });
}
