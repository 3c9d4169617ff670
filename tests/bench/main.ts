/**
 * `npm run bench`: what the program costs, in requests, commits, bytes of state and time. It says figures and
 * judges nothing.
 */
import { cpus } from "node:os";
import {
  command,
  flag,
  lines,
  number,
  runOnTerminal,
  table as options,
  type GivenTo,
} from "../../commands/framework";
import { cli, engine, json } from "../../commands/flags";
import { chooseExecutable } from "../../commands/pulumi";
import type { Executable } from "../../packages/pulumi/stack";
import { deviceGroupText, measureDeviceGroup, type DeviceGroupResult } from "./device-group";
import { measureFaults, type FaultsResult } from "./faults";
import { flowLogsText, measureFlowLogs } from "./flow-logs";
import { floodText, guardText, measureFlood, measureGuard } from "./guard";
import { inventoryText, measureInventory } from "./inventory";
import { mappingText, measureMapping } from "./mapping";
import { measurePage, pageText } from "./page";
import { measurePeers, peersText, type PeersResult } from "./peers";
import {
  measureReaction,
  measureRegistration,
  reactionText,
  registrationText,
  type ReactionResult,
} from "./reaction";
import { measureSize, type Cost, type SizeResult } from "./requests";
import { shown, spread, table } from "./statistics";
import { DESTINATIONS, measureStopped, type StoppedResult } from "./stopped";
import { label, measureTimes, type TimesResult } from "./times";

const TABLE = options({
  ...{ name: "bench", start: "npm run bench --", usage: ["[options]"] },
  summary: "Measures what the program costs. It says figures and judges nothing.",
  options: {
    short: flag("a quick look: 10 and 100 rules, one round"),
    rules: number("N", "how many rules the times are taken with (1000)", { from: 1, to: 100_000 }),
    runs: number("N", "how many rounds the times are taken in (3)", { from: 1, to: 1000 }),
    both: flag("take the times of both programs with and without checkpoints"),
    inventory: flag("only what reading 10, 1,000 and 10,000 interfaces costs through each source"),
    mapping: flag("only what mapping costs, of accounts with up to 20,000 interfaces"),
    reaction: flag("only the time from an event to the rule in force, with 10 and 1,000 instances"),
    guard: flag("only how soon the guard undoes a change, and each of 10,000 changes of one group"),
    page: flag(
      "only how soon a review's and a drift's page of 10, 1,000 and 10,000 rows are open in a browser",
    ),
    flowLogs: flag("only what a million records of flow logs cost, in text and in Parquet"),
    peers: flag(
      "only what updates cost against Terraform's with the provider in $PANOS_TERRAFORM_PROVIDER, at 0 and 200 ms a request",
    ),
    deviceGroup: flag("only what updates of a device group with 3, 10 and 50 firewalls cost"),
    ...{ engine, cli, json },
  },
});

type Given = GivenTo<typeof TABLE>;
type Progress = (text: string) => void;

const bench = command(TABLE, async (given, { output, errors }) => {
  const [say, progress] = [lines(output), lines(errors)];
  const { result, text } = await measured(given, progress);
  say(given.json ? JSON.stringify(result, undefined, 2) : text);
  return "fine";
});

/** What was asked for: for programs, and for people. */
async function measured(given: Given, progress: Progress): Promise<{ result: unknown; text: string }> {
  const { short, runs = short ? 1 : 3 } = given;
  if (given.inventory) {
    const readings = await measureInventory(short ? [10, 1000] : [10, 1000, 10_000], progress);
    return { result: readings, text: inventoryText(readings) };
  }
  if (given.guard) {
    const result = await measureGuard(50, short ? 10 : 50);
    const flood = await measureFlood(short ? 100 : 10_000);
    return { result: { ...result, flood }, text: `${guardText(result)}\n${floodText(flood)}` };
  }
  if (given.mapping) {
    const results = (short ? [2500] : [2500, 5000, 10_000, 20_000]).map((interfaces) => {
      progress(`mapping ${interfaces} interfaces`);
      return measureMapping(interfaces);
    });
    return { result: results, text: mappingText(results) };
  }
  if (given.page) {
    const pages = await measurePage(short ? [10, 1000] : [10, 1000, 10_000], runs);
    return { result: pages, text: pageText(pages) };
  }
  if (given.flowLogs) {
    const results = await measureFlowLogs(short ? 100_000 : 1_000_000);
    return { result: results, text: flowLogsText(results) };
  }
  const executable = chooseExecutable(given);
  if (given.deviceGroup) {
    const results: DeviceGroupResult[] = [];
    for (const firewalls of short ? [3] : [3, 10, 50]) {
      progress(`updating ${firewalls} firewalls`);
      results.push(await measureDeviceGroup(given.rules ?? (short ? 100 : 1000), firewalls, executable));
    }
    return { result: results, text: deviceGroupText(results) };
  }
  if (given.peers) {
    const results: PeersResult[] = [];
    for (const rules of given.rules === undefined ? (short ? [10] : [100, 400]) : [given.rules])
      for (const delayMs of short ? [0] : [0, 200])
        results.push(await measurePeers(rules, runs, delayMs, executable, progress));
    return { result: results, text: peersText(results) };
  }
  const reactions = () => reactionsOf(short ? [10] : [10, 1000], runs, executable, progress);
  if (given.reaction) {
    const result = await reactions();
    const registered = [];
    for (const size of short ? [10] : [10, 1000]) {
      registered.push(await measureRegistration(size, runs, executable, progress));
    }
    return {
      result: { reactions: result, registered },
      text: `${reactionText(result)}\n\n${registrationText(registered)}`,
    };
  }
  return everything(
    { short, rules: given.rules ?? (short ? 100 : 1000), runs, both: given.both },
    executable,
    {
      ...{ progress, reactions },
    },
  );
}

async function everything(
  { short, rules, runs, both }: { short: boolean; rules: number; runs: number; both: boolean },
  executable: Executable,
  { progress, reactions }: { progress: Progress; reactions: () => Promise<ReactionResult[]> },
): Promise<{ result: unknown; text: string }> {
  const machine = {
    executable: executable.kind === "cli" ? "Pulumi CLI" : "stand-in engine",
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "",
    node: process.version,
  };
  const sizes: SizeResult[] = [];
  for (const size of short ? [10, 100] : [10, 100, 1000]) {
    progress(`counting requests for ${size} rules`);
    sizes.push(await measureSize(size, executable));
  }
  const stopped = await measureStopped(rules, runs, executable, progress);
  const times = await measureTimes(rules, runs, both, executable, progress);
  const faults = await measureFaults(rules, runs, executable, progress);
  const reacted = await reactions();
  const texts = [sizesText(sizes), stoppedText(stopped), timesText(times), faultsText(faults)];
  const about = `\n${machine.executable}, node ${machine.node}, ${machine.cores} cores (${machine.cpu})`;
  return {
    result: { machine, sizes, stopped, times, faults, reactions: reacted },
    text: `${about}\n\n${[...texts, reactionText(reacted)].join("\n\n")}`,
  };
}

async function reactionsOf(
  sizes: readonly number[],
  rounds: number,
  executable: Executable,
  progress: (text: string) => void,
): Promise<ReactionResult[]> {
  const results: ReactionResult[] = [];
  for (const size of sizes) results.push(await measureReaction(size, rounds, executable, progress));
  return results;
}

function sizesText(sizes: readonly SizeResult[]): string {
  const cost = ({ requests, writes, commits, depth }: Cost) =>
    `${requests} / ${writes} / ${commits}${depth === undefined ? "" : ` / ${depth}`}`;
  const counted = table([
    ["rules", "all new", "one changed", "none changed"],
    ...sizes.map(({ rules, first, oneChanged, unchanged }) => [
      String(rules),
      ...[first, oneChanged, unchanged].map(cost),
    ]),
  ]);
  const kept = table([
    ["rules", "state file", "rule's own text", "beyond it", "in the rule's entry"],
    ...sizes.map(({ rules, state: { file, text, beyond, entryBeyond } }) => [
      String(rules),
      ...[file, text, beyond, entryBeyond].map((bytes) => bytes.toFixed(0)),
    ]),
  ]);
  return (
    `Requests to the firewall in one update: all / writing / commits / one after the other\n${counted}\n` +
    `Requests of the provider before its first write: ${sizes.map(({ first }) => first.preflight ?? 0).join(", ")}\n\n` +
    `Bytes of state for each rule (its own text: its inputs as JSON, once)\n${kept}`
  );
}

function stoppedText({ rules, seconds, ratio }: StoppedResult): string {
  const rows = DESTINATIONS.map((mode) => [mode, shown(spread(seconds[mode]), 1)]);
  return (
    `One of the instances behind ${rules} rules stops: from the process's start until it is out of policy\n` +
    `${table([["destinations", "seconds: median (min–max)"], ...rows])}\n` +
    `  dynamic : addresses ${shown(ratio, 2)}, with commits that take no time`
  );
}

function timesText({ rules, times, ratios }: TimesResult): string {
  const seconds = table([
    ["seconds: median (min–max)", "first up", "preview, no change"],
    ...times.map((variant) => [
      label(variant),
      ...[variant.up, variant.preview].map((of) => shown(spread(of), 1)),
    ]),
  ]);
  const over = table([
    ["ratio: median (min–max)", "first up", "preview, no change"],
    ...ratios.map(({ what, up, preview }) => [what, shown(up, 2), shown(preview, 2)]),
  ]);
  return (
    `${rules} rules against ${rules} dynamic resources in the stock way that do nothing: empty (floor), or with a rule's inputs (alike)\n` +
    `${seconds}\n\n${over}`
  );
}

function faultsText({ rules, requests, faults, runs, seconds, ratio }: FaultsResult): string {
  return (
    `First up of ${rules} rules, 1 % of its requests (at least one) unanswered: ${faults.join(", ")} of ` +
    `${requests.join(", ")} requests, succeeded in ${runs.join(", ")} runs\n` +
    `  without faults ${shown(spread(seconds.clean), 1)} s, with them ${shown(spread(seconds.faulty), 1)} s, ` +
    `ratio ${shown(ratio, 2)}`
  );
}

runOnTerminal(bench);
