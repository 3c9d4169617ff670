import type { Candidate } from "../config/candidate";
import { markAll } from "../config/journal";
import { transplant } from "../config/transplant";
import type { XmlElement } from "../xml/element";
import { isInScope, isPartial } from "./scope";
import type { Scope } from "./scope";

/** Takes uncommitted changes back: the candidate becomes what is running, in what the scope covers. */
export function revert(candidate: Candidate, running: XmlElement, scope: Scope): void {
  if (!isPartial(scope)) {
    candidate.root = running.clone();
    candidate.journal.clear();
    return;
  }
  const entries = candidate.journal.entries.filter(
    (entry) => entry.job === undefined && isInScope(entry, scope),
  );
  transplant(running, candidate.root, entries);
  candidate.journal.remove(entries);
  markAll(candidate.root, candidate.journal);
}
