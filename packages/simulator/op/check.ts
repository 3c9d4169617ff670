import { isInScope, scopeOf } from "../commit/scope";
import { result } from "../http/answers";
import type { OpCommands } from "./types";

export const checkCommands: OpCommands = {
  // Counts what is in the journal: changes that cancel each other out are pending all the same.
  "check pending-changes": (node, { firewall }) => {
    const scope = scopeOf(node.child("partial"));
    const pending = firewall.candidate.journal.entries.some((entry) => isInScope(entry, scope));
    return result(pending ? "yes" : "no");
  },
  "check full-commit-required": (_, { firewall }) => result(firewall.fullCommitRequired ? "yes" : "no"),
};
