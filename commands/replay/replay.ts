import { readFile } from "node:fs/promises";
import { command, prose, refuse, type GivenTo } from "../framework";
import { chooseExecutable, enginesOf } from "../pulumi";
import { replayTable } from "./table";
import { LogFileError, readLogFile } from "../../trigger/events/log-file";
import { Rehearsal } from "../../trigger/replay/rehearsal";
import { startSimulator } from "../../packages/simulator";
import { timelineOf, type Moment, type Timeline } from "../../trigger/replay/timeline";
import { fileReason } from "../../lib/file-errors";
import { counted } from "../../lib/text";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Says what the trigger would have done with CloudTrail's log files. */
export const replay = command(replayTable, async (given, { output, errors, folder, environment }) => {
  const [say, complain] = [prose(output, environment), prose(errors, environment)];
  const own = ownIn(given);
  const { records, isWhole } = await recordsOf(given.operands, complain);
  // What can be replayed is; the exit code says that it wasn't all.
  const done = isWhole ? "fine" : "failed";
  if (records === undefined) return done;
  const times = {
    delay: given.delay * 1000,
    run: given.run * 1000,
    secondLook: given.secondLook * 1000,
    schedule: given.schedule * 60_000,
    ownRoles: given.ownRole,
    tagKeys: given.tag,
    services: given.services,
  };
  const tell = ({ at, what, details }: Moment) => {
    const rest = " ".repeat(24);
    say(what, { first: `${new Date(at).toISOString().slice(0, 19)}Z  `, rest });
    for (const line of details) say(line, { first: rest });
  };
  if (given.inventory === undefined) {
    say(report(records.length, await timelineOf(records, times, tell)));
    return done;
  }
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of SIGNALS) process.on(signal, stop);
  let rehearsal: Rehearsal | undefined;
  try {
    const opened = (rehearsal = await Rehearsal.open({
      snapshot: given.inventory,
      own: own && { ...own, folder },
      engines: enginesOf(chooseExecutable(given), true),
      startFirewall: startSimulator,
      signal: stopping.signal,
    }));
    const timeline = await opened.unlessStopped(() => timelineOf(records, times, tell, opened));
    say(report(records.length, timeline));
    return done;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    complain("stopped");
    return "stopped";
  } finally {
    await rehearsal?.close();
    for (const signal of SIGNALS) process.off(signal, stop);
  }
});

/** Whose settings and firewall count, instead of the demo's. */
function ownIn({ stack, firewallConfig: firewall, inventory }: GivenTo<typeof replayTable>) {
  refuse(
    (stack === undefined) !== (firewall === undefined) && "--stack and --firewall-config go together",
    stack !== undefined && inventory === undefined && "--stack needs --inventory",
  );
  return stack === undefined || firewall === undefined ? undefined : { stack, firewall };
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
      say(`${file}: left out, ${fileReason(error)}`);
      isWhole &&= error instanceof LogFileError && error.isDigest;
    }
  }
  return { records: used > 0 ? records : undefined, isWhole };
}

function report(records: number, { dropped, malformed, untold, runs }: Timeline): string {
  const each = (counts: Map<string, number>) =>
    [...counts].sort(([, a], [, b]) => b - a).map(([what, count]) => `  ${count} ${what}`);
  return [
    "",
    `${counted(records, "record")}, ${counted(runs, "run")}`,
    ...(dropped.size > 0 ? ["start nothing:", ...each(dropped)] : []),
    ...(untold.size > 0 ? ["not followed by the account:", ...each(untold)] : []),
    ...(malformed.length > 0 ? ["malformed:", ...malformed.slice(0, 10).map((reason) => `  ${reason}`)] : []),
  ].join("\n");
}
