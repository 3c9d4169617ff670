import type { Candidate } from "../config/candidate";
import { markAll } from "../config/journal";
import { withChanges } from "../config/transplant";
import type { XmlElement } from "../xml/element";
import { isInScope } from "./scope";
import type { Scope } from "./scope";

/** Takes uncommitted changes back: the candidate becomes what is running, in what the scope covers. */
export function revert(candidate: Candidate, running: XmlElement, scope: Scope): void {
  const { entries: all } = candidate.journal;
  const entries = all.filter((entry) => isInScope(entry, scope));
  candidate.root = withChanges(running, candidate.root, entries, all);
  candidate.journal.remove(entries);
  markAll(candidate.root, candidate.journal);
}
