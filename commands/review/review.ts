import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readSnapshot, writeSnapshot } from "../../inventory";
import { factsBetween } from "../../review/change/between";
import type { Facts } from "../../review/change/facts";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { pageOf } from "../../review/change/page/html";
import { factsOfPreview } from "../../review/change/preview";
import { INVENTORY_FILE, REVIEW_FILE, RULEBASE_FILE } from "../../review/change/reviewed";
import type { Review, Seen } from "../../review/change/types";
import { offlineSettings } from "../../settings/offline";
import { command, lines, refuse, type GivenTo, type Terminal } from "../framework";
import { findCli } from "../pulumi";
import { reviewTable } from "./table";

/** Everything that a review's folder can hold. */
const FILES = [REVIEW_FILE, "review.md", "review.html", INVENTORY_FILE, RULEBASE_FILE];

type Given = GivenTo<typeof reviewTable>;

export const review = command(reviewTable, async (given, terminal) => {
  const between = snapshotsIn(given);
  const out = resolve(terminal.folder, given.out ?? `reviews/${given.stack}`);
  // Whatever happens, what is there afterwards is of this review.
  await Promise.all(FILES.map((file) => rm(join(out, file), { force: true })));
  const { facts, seen } = await (between === undefined
    ? factsNow(given, terminal)
    : factsOf(between, given, terminal));
  const made = reviewOf(facts, seen);
  await writeReview(out, made, facts);
  lines(terminal.output)(markdownOf(made));
  return made.against.length > 0 ? "finding" : "fine";
});

/** The two snapshots of `--between`, where it is given. */
function snapshotsIn({ between, operands: [after], rulebase, inventory }: Given) {
  if (between === undefined) {
    refuse(after !== undefined && `what is ${after} for?`);
    return undefined;
  }
  refuse(
    (rulebase ?? inventory) !== undefined &&
      "--between has no firewall: it goes with neither --rulebase nor --inventory",
    after === undefined && "give two snapshots: --between A.json B.json",
  );
  return { before: between, after: after! };
}

async function factsOf(
  between: { before: string; after: string },
  { stack, configFile }: Given,
  { folder, environment }: Terminal,
): Promise<{ facts: Facts; seen?: Seen }> {
  const [before, after] = await Promise.all(
    [between.before, between.after].map((file) => readSnapshot(resolve(folder, file))),
  );
  const from = { snapshot: between.after, file: configFile };
  const settings = await offlineSettings(folder, stack, environment, from);
  return { facts: factsBetween(before!, after!, settings, stack) };
}

function factsNow(
  { stack, rulebase, inventory, engine, configFile }: Given,
  { folder, environment, errors }: Terminal,
): Promise<{ facts: Facts; seen?: Seen }> {
  // The CLI's preview would refresh, and ask the firewall for that.
  const isRecorded = (rulebase ?? inventory) !== undefined;
  const cli = engine || isRecorded ? undefined : findCli(environment);
  if (cli === undefined) lines(errors)("(previewed with the stand-in for the Pulumi CLI)\n");
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
