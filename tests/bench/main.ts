/**
 * `npm run bench`: what the program costs, in requests, commits, bytes of state and time. It says figures and
 * judges nothing.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { chooseExecutable, type Executable } from "../../packages/pulumi/stack";
import { measureFaults, type FaultsResult } from "./faults";
import { floodText, guardText, measureFlood, measureGuard } from "./guard";
import { inventoryText, measureInventory } from "./inventory";
import { mappingText, measureMapping } from "./mapping";
import { measurePage, pageText } from "./page";
import { measureReaction, reactionText, type ReactionResult } from "./reaction";
import { measureSize, type Cost, type SizeResult } from "./requests";
import { shown, spread, table } from "./statistics";
import { DESTINATIONS, measureStopped, type StoppedResult } from "./stopped";
import { label, measureTimes, type TimesResult } from "./times";

const USAGE = `npm run bench -- [--short] [--rules N] [--runs N] [--both] [--inventory] [--mapping] [--guard] [--reaction] [--page] [--engine | --cli] [--json]
  --short   a quick look: 10 and 100 rules, one round
  --rules   how many rules the times are taken with (1000)
  --runs    how many rounds the times are taken in (3)
  --both    take the times of both programs with and without checkpoints
  --inventory  only what reading 10, 1,000 and 10,000 interfaces costs through each source
  --mapping    only what mapping costs, of accounts with up to 20,000 interfaces
  --reaction   only the time from an event to the rule in force, with 10 and 1,000 instances
  --guard      only how soon the guard undoes a change, and each of 10,000 changes of one group
  --page       only how soon a review's and a drift's page of 10, 1,000 and 10,000 rows are open in a browser
  --engine  use the stand-in engine even where a pulumi is installed
  --cli     use the Pulumi CLI, and fail where there is none
  --json    print JSON`;

function flags(argv: string[]) {
  const { values } = parseArgs({
    args: argv,
    options: {
      short: { type: "boolean", default: false },
      rules: { type: "string" },
      runs: { type: "string" },
      both: { type: "boolean", default: false },
      inventory: { type: "boolean", default: false },
      mapping: { type: "boolean", default: false },
      guard: { type: "boolean", default: false },
      reaction: { type: "boolean", default: false },
      page: { type: "boolean", default: false },
      engine: { type: "boolean", default: false },
      cli: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const number = (name: "rules" | "runs", fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a number from 1`);
    return value;
  };
  return {
    ...values,
    rules: number("rules", values.short ? 100 : 1000),
    runs: number("runs", values.short ? 1 : 3),
  };
}

async function main(argv: string[]): Promise<number> {
  let chosen: ReturnType<typeof flags>;
  try {
    chosen = flags(argv);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  if (chosen.help) {
    console.log(USAGE);
    return 0;
  }
  if (chosen.inventory) {
    const sizes = chosen.short ? [10, 1000] : [10, 1000, 10_000];
    const readings = await measureInventory(sizes, (text) => console.error(text));
    console.log(chosen.json ? JSON.stringify(readings, undefined, 2) : inventoryText(readings));
    return 0;
  }
  if (chosen.guard) {
    const result = await measureGuard(50, chosen.short ? 10 : 50);
    const flood = await measureFlood(chosen.short ? 100 : 10_000);
    const text = `${guardText(result)}\n${floodText(flood)}`;
    console.log(chosen.json ? JSON.stringify({ ...result, flood }, undefined, 2) : text);
    return 0;
  }
  if (chosen.mapping) {
    const results = (chosen.short ? [2500] : [2500, 5000, 10_000, 20_000]).map((interfaces) => {
      console.error(`mapping ${interfaces} interfaces`);
      return measureMapping(interfaces);
    });
    console.log(chosen.json ? JSON.stringify(results, undefined, 2) : mappingText(results));
    return 0;
  }
  if (chosen.page) {
    const pages = await measurePage(chosen.short ? [10, 1000] : [10, 1000, 10_000], chosen.runs);
    console.log(chosen.json ? JSON.stringify(pages, undefined, 2) : pageText(pages));
    return 0;
  }
  const executable = chooseExecutable(argv);
  const progress = (text: string) => console.error(text);
  if (chosen.reaction) {
    const reactions = await reactionsOf(chosen.short ? [10] : [10, 1000], chosen.runs, executable, progress);
    console.log(chosen.json ? JSON.stringify(reactions, undefined, 2) : reactionText(reactions));
    return 0;
  }
  const machine = {
    executable: executable.kind === "cli" ? "Pulumi CLI" : "stand-in engine",
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "",
    node: process.version,
  };
  const sizes: SizeResult[] = [];
  for (const rules of chosen.short ? [10, 100] : [10, 100, 1000]) {
    progress(`counting requests for ${rules} rules`);
    sizes.push(await measureSize(rules, executable));
  }
  const stopped = await measureStopped(chosen.rules, chosen.runs, executable, progress);
  const times = await measureTimes(chosen.rules, chosen.runs, chosen.both, executable, progress);
  const faults = await measureFaults(chosen.rules, chosen.runs, executable, progress);
  const reactions = await reactionsOf(chosen.short ? [10] : [10, 1000], chosen.runs, executable, progress);
  if (chosen.json) {
    console.log(JSON.stringify({ machine, sizes, stopped, times, faults, reactions }, undefined, 2));
  } else {
    console.log(`\n${machine.executable}, node ${machine.node}, ${machine.cores} cores (${machine.cpu})`);
    const texts = [sizesText(sizes), stoppedText(stopped), timesText(times), faultsText(faults)];
    texts.push(reactionText(reactions));
    console.log(`\n${texts.join("\n\n")}`);
  }
  return 0;
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
  const cost = ({ requests, writes, commits }: Cost) => `${requests} / ${writes} / ${commits}`;
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
    `Requests to the firewall in one update: all / writing / commits\n${counted}\n` +
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
    `${rules} rules against a floor of ${rules} empty dynamic resources in the stock way\n` +
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

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
