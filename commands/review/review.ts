import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { findCli } from "../../packages/pulumi/findCli";
import { readSnapshot, writeSnapshot } from "../../inventory";
import { factsBetween } from "../../review/change/between";
import type { Facts } from "../../review/change/facts";
import { HELP, readFlags, type Flags } from "./flags";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { pageOf } from "../../review/change/page/html";
import { factsOfPreview } from "../../review/change/preview";
import { INVENTORY_FILE, REVIEW_FILE, RULEBASE_FILE } from "../../review/change/reviewed";
import type { Review, Seen } from "../../review/change/types";
import { offlineSettings } from "../../settings/offline";
import { lines, runCommand, type Terminal } from "../terminal";

/** Everything that a review's folder can hold. */
const FILES = [REVIEW_FILE, "review.md", "review.html", INVENTORY_FILE, RULEBASE_FILE];

/**
 * Reviews a change.
 * @returns the exit code: 0 nothing to say against it, 2 a guardrail or a limit is hit, 1 it failed
 */
export async function review(args: string[], { output, folder, environment }: Terminal): Promise<number> {
  const say = lines(output);
  const flags = readFlags(args);
  if ("problem" in flags || flags.help) {
    say("problem" in flags ? `${flags.problem}\n\n${HELP}` : HELP);
    return "problem" in flags ? 1 : 0;
  }
  const out = resolve(folder, flags.out);
  try {
    // Whatever happens, what is there afterwards is of this review.
    await Promise.all(FILES.map((file) => rm(join(out, file), { force: true })));
    const { facts, seen } = await factsFor(flags, folder, environment, say);
    const made = reviewOf(facts, seen);
    await writeReview(out, made, facts);
    say(markdownOf(made));
    return made.against.length > 0 ? 2 : 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(error.message);
    return 1;
  }
}

async function factsFor(
  { stack, between, rulebase, inventory, engine, configFile }: Flags,
  folder: string,
  environment: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<{ facts: Facts; seen?: Seen }> {
  if (between !== undefined) {
    const [before, after] = await Promise.all(
      [between.before, between.after].map((file) => readSnapshot(resolve(folder, file))),
    );
    const settings = await offlineSettings(folder, stack, environment, {
      snapshot: between.after,
      file: configFile,
    });
    return { facts: factsBetween(before!, after!, settings, stack) };
  }
  // The CLI's preview would refresh, and ask the firewall for that.
  const isRecorded = (rulebase ?? inventory) !== undefined;
  const cli = engine || isRecorded ? undefined : findCli(environment);
  if (cli === undefined) say("(previewed with the stand-in for the Pulumi CLI)\n");
  return factsOfPreview({ folder, stack, configFile, environment, cli, rulebase, inventory });
}

async function writeReview(out: string, made: Review, facts: Facts): Promise<void> {
  await mkdir(out, { recursive: true });
  const write = (name: string, content: string) => writeFile(join(out, name), content);
  await write("review.md", markdownOf(made));
  await write("review.html", pageOf(made));
  if (made.seen !== undefined) {
    await writeSnapshot(join(out, INVENTORY_FILE), facts.inventory);
    const parts = facts.firewalls.map(({ firewall, seen = {} }) => [firewall, seen] as const);
    await write(RULEBASE_FILE, `${JSON.stringify(Object.fromEntries(parts), undefined, 1)}\n`);
  }
  // Last: where it is, all of them are.
  await write(REVIEW_FILE, `${JSON.stringify(made, undefined, 1)}\n`);
}

if (require.main === module) runCommand(review);
