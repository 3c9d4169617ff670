import type { PendingChange } from "../../panos/system";
import { eachPart, KINDS, PARTS } from "../../declaration/kinds/index";
import { listed } from "../../lib/text";
import type { Declaration } from "../../declaration/declaration";
import type { Difference } from "../../declaration/differences";
import { uncommittedBy } from "../../declaration/journal";
import type { PolicyObjects } from "../../declaration/objects";
import { outOfForce } from "../../declaration/out-of-force";
import type { Revision } from "./revision";
import type { Session } from "../session/session";
import { ProviderError } from "../error";

// What is declared and no longer marked as ours in the candidate is its administrator's by now, and left as it is.
// It is in force nevertheless, or the run fails.

/** What of it the running configuration has not as it is declared, whatever mark it carries. */
function notInForce(
  { ownerId, declared, ...places }: Revision,
  unmarked: ReadonlySet<string>,
  running: PolicyObjects,
): Difference[] {
  return outOfForce(ownerId, places, declared, running).filter(({ name }) => unmarked.has(name));
}

/**
 * Refuses a commit while such a change is not committed, where it keeps something declared out of force, or where
 * our commit would ship it: what our administrator has changed in the same object ships as it is.
 */
export function requireUnmarkedInForce(
  session: Session,
  revision: Revision,
  unmarked: ReadonlySet<string>,
  administrator: string,
  changes: readonly PendingChange[],
  { candidate, running }: { candidate: PolicyObjects; running: PolicyObjects },
): void {
  if (unmarked.size === 0) return;
  const missing = new Set(notInForce(revision, unmarked, running).map(({ name }) => name));
  const names = only(revision.declared, unmarked);
  const owners = uncommittedBy(
    changes,
    session.location,
    eachPart((part) => Object.keys(names[part])),
  );
  const said = PARTS.flatMap((part) =>
    Object.keys(names[part]).flatMap((name) => {
      const isPending = JSON.stringify(candidate[part].get(name)) !== JSON.stringify(running[part].get(name));
      const who = owners[part][name] ?? [];
      if (!isPending || !(missing.has(name) || who.includes(administrator))) return [];
      const others = who.filter((owner) => owner !== administrator);
      return [`${KINDS[part].noun} ${name} (${others.join(", ") || "nobody is named"})`];
    }),
  );
  if (said.length === 0) return;
  throw new ProviderError(
    "OTHERS_CHANGES",
    `other administrators have made objects under names that this stack declares, or taken our mark off them, on ` +
      `${session.firewall}, and not committed that: ${listed(said)}. What is declared would not be in force, so nothing ` +
      "was committed. Have them commit or revert it, then run again with --refresh",
  );
}

/** Requires that what was left as it is says what is declared, once everything else is in force. */
export function requireLeftInForce(
  session: Session,
  revision: Revision,
  unmarked: ReadonlySet<string>,
  running: PolicyObjects,
): void {
  const missing = notInForce(revision, unmarked, running);
  if (missing.length === 0) return;
  const said = missing.map(({ part, name, how }) => `${KINDS[part].noun} ${name} ${how}`);
  throw new ProviderError(
    "NOT_IN_FORCE",
    `declared and not in force on ${session.firewall}, because somebody has taken this stack's mark off: ` +
      `${listed(said)}. It was left as it is, and everything else is in force. Remove or rename it there and run again ` +
      "with --refresh, which makes it anew; or put a rule on hold (tag aws-panos-hold)",
  );
}

function only(declared: Declaration, names: ReadonlySet<string>): Declaration {
  return eachPart((part) =>
    Object.fromEntries(Object.entries(declared[part]).filter(([name]) => names.has(name))),
  );
}
