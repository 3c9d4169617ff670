import { readFile } from "node:fs/promises";
import { runCommand, type Terminal } from "../terminal";
import { readLogFile } from "./events/log-file";
import { HELP, readFlags } from "./replay/flags";
import { timelineOf, type Timeline } from "./replay/timeline";

/**
 * Says what the trigger would have done with CloudTrail's log files.
 * @returns the exit code: 0 replayed, 1 a file can't be read, 2 wrong arguments
 */
export async function replay(args: string[], { output }: Terminal): Promise<number> {
  const say = (text: string) => output.write(`${text}\n`);
  const flags = readFlags(args);
  if (flags === undefined || "problem" in flags) {
    say(flags === undefined ? HELP : `${flags.problem}\n\n${HELP}`);
    return flags === undefined ? 0 : 2;
  }
  const records: unknown[] = [];
  for (const file of flags.files) {
    try {
      // Not by arguments: a file may have more records than a call can.
      for (const record of readLogFile(await readFile(file))) records.push(record);
    } catch (error) {
      say(`${file}: ${(error as Error).message}`);
      return 1;
    }
  }
  say(report(records.length, await timelineOf(records, flags)));
  return 0;
}

function report(records: number, { moments, dropped, malformed, runs }: Timeline): string {
  const reasons = [...dropped].sort(([, a], [, b]) => b - a).map(([reason, count]) => `  ${count} ${reason}`);
  return [
    ...moments.map(({ at, what }) => `${new Date(at).toISOString().slice(0, 19)}Z  ${what}`),
    "",
    `${records} records, ${runs} runs`,
    ...(reasons.length > 0 ? ["start nothing:", ...reasons] : []),
    ...(malformed.length > 0 ? ["malformed:", ...malformed.slice(0, 10).map((reason) => `  ${reason}`)] : []),
  ].join("\n");
}

if (require.main === module) runCommand(replay);
