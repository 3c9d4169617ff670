import { readFile } from "node:fs/promises";
import { chooseExecutable } from "../../packages/pulumi/stack";
import { lines, runCommand, type Terminal } from "../terminal";
import { LogFileError, readLogFile } from "../../trigger/events/log-file";
import { HELP, readFlags } from "./flags";
import { Rehearsal } from "../../trigger/replay/rehearsal";
import { timelineOf, type Moment, type Timeline } from "../../trigger/replay/timeline";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Says what the trigger would have done with CloudTrail's log files.
 * @returns the exit code: 0 replayed, 1 not all of it: a file can't be used, 2 wrong arguments, 130 stopped
 */
export async function replay(args: string[], { output, folder }: Terminal): Promise<number> {
  const say = lines(output);
  const flags = readFlags(args);
  if (flags === undefined || "problem" in flags) {
    say(flags === undefined ? HELP : `${flags.problem}\n\n${HELP}`);
    return flags === undefined ? 0 : 2;
  }
  const { records, isWhole } = await recordsOf(flags.files, say);
  // What can be replayed is; the exit code says that it wasn't all.
  const done = isWhole ? 0 : 1;
  if (records === undefined) return done;
  const tell = ({ at, what, details }: Moment) => {
    say(`${new Date(at).toISOString().slice(0, 19)}Z  ${what}`);
    for (const line of details) say(`${" ".repeat(24)}${line}`);
  };
  if (flags.rehearsal === undefined) {
    say(report(records.length, await timelineOf(records, flags, tell)));
    return done;
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
    return done;
  } catch (error) {
    say(stopping.signal.aborted ? "stopped" : (error as Error).message);
    return stopping.signal.aborted ? 130 : 1;
  } finally {
    await rehearsal?.close();
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

/**
 * What some files of CloudTrail's hold. Digests are left out, and those that can't be used.
 * @returns no records where no file could be used, and whether each that should was
 */
async function recordsOf(
  files: readonly string[],
  say: (text: string) => void,
): Promise<{ records: unknown[] | undefined; isWhole: boolean }> {
  const records: unknown[] = [];
  let [used, isWhole] = [0, true];
  for (const file of files) {
    try {
      // Not by arguments: a file may have more records than a call can.
      for (const record of readLogFile(await readFile(file))) records.push(record);
      used++;
    } catch (error) {
      say(`${file}: left out, ${(error as Error).message}`);
      isWhole &&= error instanceof LogFileError && error.isDigest;
    }
  }
  return { records: used > 0 ? records : undefined, isWhole };
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
