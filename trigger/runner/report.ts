import { existsSync, readFileSync } from "node:fs";
import type { TimedNote } from "../../settings/run";

/** What a run told, in the order of time. */
export function readNotes(report: string): TimedNote[] {
  if (!existsSync(report)) return [];
  // The last line of a killed run may be incomplete.
  const lines = readFileSync(report, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as TimedNote).sort((a, b) => a.at - b.at);
}
