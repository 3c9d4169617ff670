import { engineCommand } from "../session/engine-command";
import { vsysXpath, type Location } from "../../panos/location";
import { pendingChanges, type PendingChange } from "../../panos/system";
import { differences, differing } from "../../declaration/differences";
import { foundDeclaration } from "../../declaration/declaration";
import { eachPart, KINDS, PARTS, type Part } from "../../declaration/kinds/index";
import { listed } from "../../lib/text";
import type { Adoptions } from "../../declaration/adoptions";
import type { Declaration } from "../../declaration/declaration";
import type { Isolated } from "./isolated";
import { foreignChanges, foreignMoves, uncommittedBy, withheldChanges } from "../../declaration/journal";
import { namesTakenIn, type PolicyObjects } from "../../declaration/objects";
import { ownObjects } from "../../declaration/ownership";
import { TOP, type Places } from "../../declaration/placement";
import type { Session } from "../session/session";
import { ProviderError } from "../error";

/** What the firewall has to hold of a stack after a commit. */
export interface Revision extends Places {
  ownerId: string;
  declared: Declaration;
  /** What the last update that came to its end brought into force; absent: nobody knows. */
  applied?: Declaration | undefined;
  /** Administrator's rules that declared ones are to replace. */
  adopt?: Adoptions | undefined;
  /** Absent: nobody. */
  isolated?: Isolated | undefined;
  /** How it reads in the device's commit history. */
  description: (counts: string) => string;
  /** Asked before anything is removed, with the names of the rules that would go. Throws to refuse. */
  allowRemoval: (rules: string[], kept: number) => Promise<void>;
}

/** Whether not even the stack's tag stays. */
export function removesEverything({ declared }: Revision): boolean {
  return PARTS.every((part) => Object.keys(declared[part]).length === 0);
}

/**
 * Requires that the candidate holds what is declared.
 * @param exempt names that are left as they are
 * @throws ProviderError that names what differs, and who has changed that and not committed it
 */
export async function requireCandidate(
  session: Session,
  revision: Revision,
  candidate: PolicyObjects,
  exempt: ReadonlySet<string>,
): Promise<void> {
  const wrong = differing(revision.declared, foundDeclaration(revision.ownerId, revision, candidate), exempt);
  if (wrong.length === 0) return;
  const [administrator, { client }] = await Promise.all([session.prepare(), session.open()]);
  const changes = (await pendingChanges(client)).filter(({ owner }) => owner !== administrator);
  const names = eachPart((part) => wrong.filter((each) => each.part === part).map(({ name }) => name));
  const anchors = [revision.before, revision.quarantineBefore ?? TOP];
  const authors = uncommittedBy(changes, session.location, { ...names, rules: [...names.rules, ...anchors] });
  const changed = (what: string, who: readonly string[]) =>
    ` (${what}changed by ${who.join(", ")}, and not committed)`;
  const said = wrong.map(({ part, name, how }) => {
    const who = authors[part][name];
    // A rule is in the wrong place as well where somebody has moved the one that it has to stand above.
    const anchor = part === "rules" && anchors.find((rule) => authors.rules[rule] !== undefined);
    const why = who ? changed("", who) : anchor ? changed(`rule ${anchor} was `, authors.rules[anchor]!) : "";
    const taken = part === "rules" ? namesTakenIn(candidate, name) : [];
    return `${KINDS[part].noun} ${name} ${how}${taken.map((each) => `: ${each}`).join("")}${why}`;
  });
  throw new ProviderError(
    "CANDIDATE_DIFFERS",
    `the candidate configuration differs from what is declared: ${listed(said)}. ` +
      `Nothing was committed. ${
        engineCommand().isTargeted
          ? "Run again without --target, which leaves out what is not named"
          : "Run again with --refresh, which finds what has changed there"
      }`,
  );
}

/** Requires that the running configuration holds what is declared, once it is committed. */
export function requireRunning(
  { ownerId, declared, ...places }: Revision,
  running: PolicyObjects,
  exempt: ReadonlySet<string>,
): void {
  const differing = differences(declared, foundDeclaration(ownerId, places, running), exempt);
  if (differing.length === 0) return;
  throw new ProviderError(
    "RUNNING_DIFFERS",
    `the running configuration after the commit differs from what is declared: ${listed(differing)}. ` +
      "Somebody may have committed at the same time: run again with --refresh",
  );
}

/**
 * Refuses a commit that would ship what our administrator has pending and this stack doesn't declare.
 * @param changes those that the commit would ship
 * @param adopted administrators' rules whose removal is ours
 */
export function requireNothingElse(
  session: Session,
  revision: Revision,
  administrator: string,
  changes: readonly PendingChange[],
  [candidate, running]: [PolicyObjects, PolicyObjects],
  adopted: readonly string[],
): void {
  const ours = eachPart((part) => {
    const own = ownNames(part, revision, candidate, running);
    return part === "rules" ? new Set([...own, ...adopted]) : own;
  });
  const existing = eachPart((part) => new Set([...candidate[part].keys(), ...running[part].keys()]));
  const orders = [[...candidate.rules.keys()], [...running.rules.keys()]] as const;
  const foreign = [
    ...foreignChanges(changes, administrator, session.location, ours, existing),
    ...foreignMoves(changes, administrator, session.location, ours.rules, orders),
  ];
  if (foreign.length === 0) return;
  throw new ProviderError(
    "FOREIGN_CHANGES",
    `administrator ${administrator} has other changes pending on ${session.firewall}, which a commit would ` +
      `ship too: ${listed(foreign)}. Nothing was committed. Commit or revert them, and give this stack an ` +
      "administrator of its own",
  );
}

/** Those that a commit of our part may ship: on Panorama it is one of the device group alone. */
export function committedWith(
  location: Location,
  changes: readonly PendingChange[],
): readonly PendingChange[] {
  if (location.panorama === undefined) return changes;
  const group = vsysXpath(location);
  return changes.filter(({ xpath }) => xpath.replaceAll('"', "'").startsWith(group));
}

/** Refuses a commit that would leave out what another administrator has made of our objects and not committed. */
export function requireShipped(
  session: Session,
  administrator: string,
  changes: readonly PendingChange[],
  revision: Revision,
  before: Declaration,
  exempt: ReadonlySet<string>,
): void {
  const changed = eachPart((part) => changedNames(part, revision, before, exempt));
  const withheld = withheldChanges(changes, administrator, session.location, changed);
  if (withheld.length === 0) return;
  throw new ProviderError(
    "OTHERS_CHANGES",
    `other administrators have changed objects of this stack on ${session.firewall} and not committed that: ` +
      `${listed(withheld)}. Our commit would leave it out, so nothing was committed. Have them commit or revert it, ` +
      "then run again with --refresh",
  );
}

/** Names whose running content is not what is declared. */
function changedNames(
  part: Part,
  { declared }: Revision,
  before: Declaration,
  exempt: ReadonlySet<string>,
): string[] {
  const names = new Set([...Object.keys(declared[part]), ...Object.keys(before[part])]);
  return [...names].filter((name) => !exempt.has(name) && declared[part][name] !== before[part][name]);
}

function ownNames(
  part: Part,
  { ownerId, declared }: Revision,
  ...configurations: PolicyObjects[]
): Set<string> {
  return new Set([
    ...Object.keys(declared[part]),
    ...configurations.flatMap((objects) => ownObjects(ownerId, objects)[part]),
  ]);
}
