import type { PendingChange } from "../../panos/system";
import { containerXpath, entryXpath } from "../../panos/location";
import { differing } from "../../declaration/differences";
import { foundDeclaration } from "../../declaration/declaration";
import { KINDS } from "../../declaration/kinds/index";
import { listed } from "../../lib/text";
import { changedEntry } from "../../declaration/journal";
import type { PolicyObjects } from "../../declaration/objects";
import { ownObjects } from "../../declaration/ownership";
import type { Revision } from "./revision";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { ProviderError } from "../error";

// A commit of our changes alone leaves other administrators' moves out. Where a device puts a rule that it ships, while
// the rules around it stand in another order in running than in the candidate, is not documented.

/**
 * Requires that every rule of ours stands where it has to in running after a commit of our part alone, wherever a
 * device may put it.
 * @param exempt names that are left as they are
 * @throws ProviderError that names whose moves make that uncertain
 */
export function requirePlacesInRunning(
  session: Session,
  administrator: string,
  changes: readonly PendingChange[],
  revision: Revision,
  { candidate, running }: { candidate: PolicyObjects; running: PolicyObjects },
  exempt: ReadonlySet<string>,
): void {
  const { ownerId, declared, adopt = {} } = revision;
  const ours = new Set(
    [
      ...Object.keys(declared.rules),
      ...ownObjects(ownerId, candidate).rules,
      ...ownObjects(ownerId, running).rules,
      ...Object.keys(adopt),
    ].filter((name) => !exempt.has(name)),
  );
  const isMoved = movedBy(administrator, changes, session);
  const moving = new Set([...ours].filter((name) => !running.rules.has(name) || isMoved(name)));
  const gone = new Set([...ours].filter((name) => !candidate.rules.has(name)));
  const wrong = ordersAfter(candidate, running, moving, gone).flatMap((order) => {
    const rules = new Map(
      order.map((name) => [name, (ours.has(name) ? candidate : running).rules.get(name)!]),
    );
    const found = foundDeclaration(ownerId, revision, { ...running, rules });
    return differing({ ...found, rules: declared.rules }, found, exempt).map(({ name }) => name);
  });
  if (wrong.length === 0) return;
  const movers = moves(session, administrator, changes);
  throw new ProviderError(
    "OTHERS_CHANGES",
    `${listed([...new Set(wrong)].map((name) => `${KINDS.rules.noun} ${name}`))} may come to stand in the wrong place in the ` +
      `running configuration of ${session.firewall}, for example below ${revision.before}, because other administrators ` +
      `have moved rules and not committed that: ${movers.length > 0 ? listed(movers) : "the device doesn't say who"}. ` +
      "Our commit would leave their moves out, so nothing was committed. Have them commit or revert them, then run again",
  );
}

/**
 * The orders in which the rules of running may stand once ours are shipped: none where there is no doubt, because
 * all that we haven't moved stand in the same order in both; otherwise those that we have moved behind what they stand
 * behind in the candidate, and before what they stand before.
 * @param moving names that are new, or that we have moved
 * @param gone names that are shipped as removed
 */
function ordersAfter(
  candidate: Pick<PolicyObjects, "rules">,
  running: Pick<PolicyObjects, "rules">,
  moving: ReadonlySet<string>,
  gone: ReadonlySet<string> = new Set(),
): string[][] {
  const stays = [...running.rules.keys()].filter((name) => !moving.has(name) && !gone.has(name));
  const wanted = [...candidate.rules.keys()].filter((name) => moving.has(name) || running.rules.has(name));
  const unmoved = wanted.filter((name) => !moving.has(name));
  // What they have removed and not committed stays in running, and is in no doubt.
  const both = stays.filter((name) => candidate.rules.has(name));
  if (both.every((name, index) => unmoved[index] === name)) return [];
  return [
    merged(stays, wanted, moving),
    merged(stays.toReversed(), wanted.toReversed(), moving).toReversed(),
  ];
}

/**
 * Which rules of running our administrator has moved, as far as the journal tells: where it tells nobody's moves as
 * such, every one that it names may be.
 */
function movedBy(
  administrator: string,
  changes: readonly PendingChange[],
  session: Session,
): (name: string) => boolean {
  const tellsMoves = changes.some(({ action }) => /move/i.test(action));
  const own = changes.filter(({ owner }) => owner === administrator);
  const isUnspecific = own.some(
    (change) => changedEntry(change) === containerXpath(session.location, "rules"),
  );
  const moved = new Set(own.filter(({ action }) => !tellsMoves || !/edit/i.test(action)).map(changedEntry));
  return (name) => isUnspecific || moved.has(entryXpath(session.location, "rules", name));
}

/** Puts each moving name behind the nearest one before it in `wanted`; at the beginning where there is none. */
function merged(stays: readonly string[], wanted: readonly string[], moving: ReadonlySet<string>): string[] {
  const behind = new Map<string | undefined, string[]>();
  let previous: string | undefined;
  for (const name of wanted) {
    if (moving.has(name)) behind.set(previous, [...(behind.get(previous) ?? []), name]);
    else previous = name;
  }
  return [...(behind.get(undefined) ?? []), ...stays.flatMap((name) => [name, ...(behind.get(name) ?? [])])];
}

/** Others' uncommitted moves, or where the device tells no moves, whatever they have changed among the rules. */
function moves(session: Session, administrator: string, changes: readonly PendingChange[]): string[] {
  const container = containerXpath(session.location, "rules");
  const others = changes.filter((change) => {
    return change.owner !== administrator && changedEntry(change).startsWith(container);
  });
  const moved = others.filter(({ action }) => /move/i.test(action));
  const said = (moved.length > 0 ? moved : others).map((change) => {
    const name = /entry\[@name='([^']*)'\]$/.exec(changedEntry(change))?.[1] ?? "rules";
    return `${change.owner} (${change.action.trim()} ${name})`;
  });
  return [...new Set(said)];
}

/** Says who else has changes pending. */
export function nameOthersChanges(
  { firewall }: Session,
  administrator: string,
  changes: readonly PendingChange[],
  scope: "own" | "full",
): void {
  const others = new Map<string, number>();
  for (const { owner, found } of changes)
    if (owner !== administrator && found === undefined) others.set(owner, (others.get(owner) ?? 0) + 1);
  if (others.size > 0) {
    const counts = [...others].map(([owner, count]) => `${owner} (${count})`).join(", ");
    const what =
      scope === "own" ? "stay out of our commit" : "our commit takes along, as commitScope: full says";
    tell("warn", `other administrators have changes pending on ${firewall}, which ${what}: ${counts}`);
  }
}
