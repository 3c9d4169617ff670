/** What findings are called, for people. */
import type { Finding, FindingKind } from "./types";

export const SAID: Record<FindingKind, string> = {
  edited: "edited",
  disabled: "disabled",
  moved: "moved from its place",
  removed: "removed",
  untagged: "without this stack's mark: not ours any more",
  undeclared: "that nobody declares",
  "not-registered": "not registered any more",
  registered: "registered by somebody",
};

/** In which configuration it is; "" where that goes without saying. */
export const PLACES: Record<NonNullable<Finding["where"]>, string> = {
  both: "",
  running: "running",
  candidate: "candidate, not committed",
};
