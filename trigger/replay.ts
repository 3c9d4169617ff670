import { readFile } from "node:fs/promises";
import { chooseExecutable } from "../engine/stack";
import { lines, runCommand, type Terminal } from "../terminal";
import { readLogFile } from "./events/log-file";
import { HELP, readFlags } from "./replay/flags";
import { Rehearsal } from "./replay/rehearsal";
import { timelineOf, type Moment, type Timeline } from "./replay/timeline";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Says what the trigger would have done with CloudTrail's log files.
 * @returns the exit code: 0 replayed, 1 a file can't be used, 2 wrong arguments, 130 stopped
 */
export async function replay(args: string[], { output, folder }: Terminal): Promise<number> {
  const say = lines(output);
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
  const tell = ({ at, what, details }: Moment) => {
    say(`${new Date(at).toISOString().slice(0, 19)}Z  ${what}`);
    for (const line of details) say(`${" ".repeat(24)}${line}`);
  };
  if (flags.rehearsal === undefined) {
    say(report(records.length, await timelineOf(records, flags, tell)));
    return 0;
  }
  const { snapshot, own } = flags.rehearsal;
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of SIGNALS) process.on(signal, stop);
  let rehearsal: Rehearsal | undefined;
  try {
    const opened = (rehearsal = await Rehearsal.open({
      snapshot,
      own: own && { ...own, folder },
      executable: chooseExecutable(args),
      signal: stopping.signal,
    }));
    const timeline = await opened.unlessStopped(() => timelineOf(records, flags, tell, opened));
    say(report(records.length, timeline));
    return 0;
  } catch (error) {
    say(stopping.signal.aborted ? "stopped" : (error as Error).message);
    return stopping.signal.aborted ? 130 : 1;
  } finally {
    await rehearsal?.close();
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

function report(records: number, { dropped, malformed, untold, runs }: Timeline): string {
  const counted = (counts: Map<string, number>) =>
    [...counts].sort(([, a], [, b]) => b - a).map(([what, count]) => `  ${count} ${what}`);
  return [
    "",
    `${records} records, ${runs} runs`,
    ...(dropped.size > 0 ? ["start nothing:", ...counted(dropped)] : []),
    ...(untold.size > 0 ? ["not followed by the account:", ...counted(untold)] : []),
    ...(malformed.length > 0 ? ["malformed:", ...malformed.slice(0, 10).map((reason) => `  ${reason}`)] : []),
  ].join("\n");
}

if (require.main === module) runCommand(replay);
