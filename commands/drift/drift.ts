import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { appliedOf } from "../../review/drift/applied";
import { markdownOf } from "../../review/drift/markdown";
import { driftOf } from "../../review/drift/model";
import { pageOf } from "../../review/drift/page/html";
import { factsTold, toldByPreview } from "../../review/change/preview";
import { DRIFT_VARIABLE } from "../../review/change/seam";
import { command, lines } from "../framework";
import { findCli } from "../pulumi";
import { driftTable } from "./table";

export const drift = command(driftTable, async (given, { output, errors, folder, environment }) => {
  const { stack, configFile, unusedDays } = given;
  const out = resolve(folder, given.out ?? `reviews/${stack}`);
  const [json, markdown, page] = [join(out, "drift.json"), join(out, "drift.md"), join(out, "drift.html")];
  // Whatever happens, what is there afterwards is of this run.
  await Promise.all([json, markdown, page].map((file) => rm(file, { force: true })));
  const cli = given.engine ? undefined : findCli(environment);
  if (cli === undefined) lines(errors)("(previewed with the stand-in for the Pulumi CLI)\n");
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
  lines(output)(text);
  if (made.firewalls.some(({ refusal }) => refusal !== undefined)) return "failed";
  return made.drifted ? "finding" : "fine";
});
