import type { Operation } from "../panos/client";
import { isAddressGroupPart } from "../declaration/names";
import { entryXpath, type Container } from "../panos/location";
import { listed } from "../lib/text";
import type { Declaration } from "../declaration/declaration";
import { unlessInUse } from "./object";
import { addressNamesUsed, type PolicyObjects } from "../declaration/objects";
import {
  heldMessage,
  isHeld,
  isOurAddressGroupUntagged,
  isOurAddressUntagged,
  isOurApplicationUnmarked,
  isOurServiceUntagged,
  ownObjects,
  ownsRule,
  strayMessage,
} from "../declaration/ownership";
import { requireCandidate, type Revision } from "./revision";
import type { Session } from "./session";
import { takeOver } from "./takeover";
import { tell } from "./tell";

/** The candidate after a sweep. */
export interface Swept {
  candidate: PolicyObjects;
  /** Names that are left as they are: on hold, used by something, or unmarked. */
  exempt: Set<string>;
  /** Those of them that are declared and that nothing marks as ours any more. */
  unmarked: Set<string>;
}

/**
 * Removes from the candidate what is ours and no longer declared, rules before the objects they use.
 */
export async function sweep(session: Session, revision: Revision): Promise<Swept> {
  const { ownerId, declared, allowRemoval } = revision;
  const candidate = await session.read("candidate");
  const own = ownObjects(ownerId, candidate);
  const exempt = new Set(own.held);
  const unmarked = new Set<string>();
  for (const name of own.held) tell("warn", heldMessage(name, session.firewall));
  for (const name of own.strays) {
    tell("warn", strayMessage(name, session.firewall));
  }
  for (const name of Object.keys(declared.rules)) {
    const rule = candidate.rules.get(name);
    if (rule === undefined || ownsRule(ownerId, rule)) continue;
    if (isHeld(rule)) exempt.add(name);
    else unmarked.add(name);
  }

  /** Leaves objects of ours that lost their mark, where they still say what is declared. */
  const leave = <T>(
    part: keyof Declaration,
    found: ReadonlyMap<string, T>,
    isUnmarked: (ownerId: string, object: T, declared: string) => boolean,
  ) => {
    for (const [name, content] of Object.entries(declared[part])) {
      const object = found.get(name);
      if (object !== undefined && isUnmarked(ownerId, object, content)) unmarked.add(name);
    }
  };
  leave("services", candidate.services, isOurServiceUntagged);
  leave("applications", candidate.applications, isOurApplicationUnmarked);
  leave("addresses", candidate.addresses, isOurAddressUntagged);
  leave("addressGroups", candidate.addressGroups, isOurAddressGroupUntagged);
  for (const name of unmarked) exempt.add(name);

  const gone = {
    rules: own.rules.filter((name) => declared.rules[name] === undefined && !exempt.has(name)),
    ...groupsApart(own.addressGroups.filter((name) => declared.addressGroups[name] === undefined)),
    address: own.addresses.filter((name) => declared.addresses[name] === undefined),
    service: own.services.filter((name) => declared.services[name] === undefined),
    application: own.applications.filter((name) => declared.applications[name] === undefined),
    tag: own.tags.filter((name) => declared.tags[name] === undefined),
  };
  if (gone.rules.length > 0) allowRemoval(gone.rules, own.rules.length - gone.rules.length);
  const replacements = await takeOver(session, revision, candidate);
  const going = Object.values(gone).flat();
  if (replacements.length === 0 && going.length === 0) return { candidate, exempt, unmarked };
  // A removal is staged only where the rest is right: left behind alone by a run that fails at the rest, it would
  // come into force with anybody's commit of everything.
  await requireCandidate(session, revision, candidate, new Set([...exempt, ...going]));

  const removal = (container: Container, name: string): Operation => ({
    action: "delete",
    xpath: entryXpath(session.location, container, name),
  });
  const onRules = [...replacements, ...gone.rules.map((name) => removal("rules", name))];
  if (onRules.length > 0) await session.write(onRules);
  for (const [kind, container] of STEPS) {
    // The device refuses them one by one, and there may be a thousand.
    const kept = kind === "parts" || kind === "address" ? used(candidate, going, exempt) : new Set<string>();
    const stay = gone[kind].filter((name) => kept.has(name));
    for (const name of stay) exempt.add(name);
    if (stay.length > 0) {
      tell("warn", `${listed(stay, 5)} on ${session.firewall} stay, because rules or groups there use them`);
    }
    await Promise.all(
      gone[kind].map(async (name) => {
        if (kept.has(name)) return;
        const removed = await unlessInUse(name, session, () => session.write([removal(container, name)]));
        if (!removed) exempt.add(name);
      }),
    );
  }
  return { candidate: await session.read("candidate"), exempt, unmarked };
}

/** What rules and address groups of the candidate use, once those are gone that can go. */
function used(candidate: PolicyObjects, going: readonly string[], exempt: ReadonlySet<string>): Set<string> {
  const gone = new Set(going.filter((name) => !exempt.has(name)));
  const left = <T extends { name: string }>(objects: ReadonlyMap<string, T>) =>
    [...objects.values()].filter(({ name }) => !gone.has(name));
  return addressNamesUsed({ rules: left(candidate.rules), addressGroups: left(candidate.addressGroups) });
}

/** In the order in which nothing that still uses another goes after it; services and so on need none. */
const STEPS = [
  ["groups", "address-group"],
  ["parts", "address-group"],
  ["address", "address"],
  ["service", "service"],
  ["application", "application"],
  ["tag", "tag"],
] as const;

/** Address groups, and those that others of ours consist of. */
function groupsApart(names: readonly string[]): { groups: string[]; parts: string[] } {
  return {
    groups: names.filter((name) => !isAddressGroupPart(name)),
    parts: names.filter(isAddressGroupPart),
  };
}
