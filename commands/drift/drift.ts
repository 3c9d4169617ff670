import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { appliedOf } from "../../review/drift/applied";
import { HELP, readFlags } from "./flags";
import { markdownOf } from "../../review/drift/markdown";
import { driftOf } from "../../review/drift/model";
import { pageOf } from "../../review/drift/page/html";
import { findCli } from "../../packages/pulumi/findCli";
import { factsTold, toldByPreview } from "../../review/change/preview";
import { DRIFT_VARIABLE } from "../../review/change/seam";
import { lines, runCommand, type Terminal } from "../terminal";

/**
 * Finds drift.
 * @returns the exit code: 0 none, 2 drift, 1 it failed or a firewall could not be asked
 */
export async function drift(args: string[], { output, folder, environment }: Terminal): Promise<number> {
  const say = lines(output);
  const flags = readFlags(args);
  if ("problem" in flags || flags.help) {
    say("problem" in flags ? `${flags.problem}\n\n${HELP}` : HELP);
    return "problem" in flags ? 1 : 0;
  }
  const { stack, configFile, unusedDays } = flags;
  const out = resolve(folder, flags.out);
  const [json, markdown, page] = [join(out, "drift.json"), join(out, "drift.md"), join(out, "drift.html")];
  try {
    // Whatever happens, what is there afterwards is of this run.
    await Promise.all([json, markdown, page].map((file) => rm(file, { force: true })));
    const cli = flags.engine ? undefined : findCli(environment);
    if (cli === undefined) say("(previewed with the stand-in for the Pulumi CLI)\n");
    const place = { folder, stack, configFile, environment, cli };
    // First: an update between the two leaves what is declared, and that is no drift whatever the state said.
    const applied = await appliedOf(place);
    const told = await toldByPreview(place, { [DRIFT_VARIABLE]: "true" });
    const { facts } = factsTold(told);
    const found = new Map(
      told.flatMap((each) => (each.fact === "drift" ? [[each.facts.firewall, each.facts]] : [])),
    );
    const made = driftOf({ facts, drift: found, applied }, { unusedDays, now: Date.now() });
    const text = markdownOf(made);
    await mkdir(out, { recursive: true });
    await writeFile(markdown, text);
    await writeFile(page, pageOf(made));
    await writeFile(json, `${JSON.stringify(made, undefined, 1)}\n`);
    say(text);
    if (made.firewalls.some(({ refusal }) => refusal !== undefined)) return 1;
    return made.drifted ? 2 : 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(error.message);
    return 1;
  }
}

if (require.main === module) runCommand(drift);
