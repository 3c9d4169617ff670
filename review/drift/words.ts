/** What findings are called, for people. */
import { counted, listed } from "../../lib/text";
import type { Finding, FindingKind, NotApplied, PushedTo, Pushes } from "./types";

export const SAID: Record<FindingKind, string> = {
  edited: "edited",
  disabled: "disabled",
  moved: "moved from its place",
  removed: "removed",
  untagged: "without this stack's mark: not ours any more",
  undeclared: "that nobody declares",
  "not-registered": "not registered any more",
  registered: "registered by somebody",
  "not-pushed": "committed, not pushed",
  overridden: "beside one of a firewall's own",
  "not-asked": "not asked",
};

/** In which configuration it is; "" where that goes without saying. */
export const PLACES: Record<NonNullable<Finding["where"]>, string> = {
  both: "",
  running: "running",
  candidate: "candidate, not committed",
};

/** On which firewalls of a device group, or why one was not asked; "" where it is no device group's. */
export function onText({ kind, on, why }: Pick<Finding, "kind" | "on" | "why">): string {
  if (why !== undefined) return why;
  if (on === undefined) return "";
  if (on.length === 0) return "on no firewall yet";
  return `${kind === "not-pushed" ? "not on" : "on"} ${listed(on, 5)}`;
}

/** How far a change that is not in force has come; "" where nothing is done about it yet. */
export function stageText({ staged, on }: Pick<NotApplied, "staged" | "on">): string {
  if (on !== undefined) return "committed, not pushed";
  return staged ? "staged, not committed" : "";
}

/** How far a firewall of a device group is, in short and what else is known. */
export function pushTexts({ isConnected, isInSync, lastPush, behind }: PushedTo): [string, string] {
  const ours =
    behind === undefined
      ? "what it has isn't known"
      : behind === 0
        ? "has ours as Panorama runs them"
        : `${counted(behind, "object")} of ours not as Panorama runs them`;
  const sync = isInSync === undefined ? [] : [isInSync ? "in sync" : "out of sync"];
  const last = lastPush === undefined || lastPush === "none" ? [] : [`last push: ${lastPush}`];
  return [ours, [isConnected ? "connected" : "not connected", ...sync, ...last].join("; ")];
}

/** By whom firewalls are out of sync; "" where none waits for anything. */
export function waitingText({ waiting, firewalls }: Pushes): string {
  if (waiting !== undefined && waiting.length > 0)
    return `Committed by ${listed(waiting, 5)}, and waiting for a push`;
  const isOut = firewalls.some(({ isInSync }) => isInSync === false);
  return isOut && waiting === undefined ? "Panorama doesn't say whose changes wait for a push" : "";
}
