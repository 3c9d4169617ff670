import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder } from "../../lib/saving";
import type { Display } from "../../lib/terminal/display";
import { markdownOf } from "../../review/drift/markdown";
import { driftOf } from "../../review/drift/model";
import { pageOf } from "../../review/drift/page/html";
import { terminalOf } from "../../review/drift/terminal";
import { madeNow } from "../../review/page/made";
import { command } from "../framework";
import { enginesOfPreview } from "../pulumi";
import { refuseFormat, shownWhenNew } from "../report";
import { savedBy } from "../saved-by";
import { keptCurrent, refuseEvery } from "../watch";
import { seenOf } from "./seen";
import { driftTable } from "./table";

export const drift = command(driftTable, async (given, terminal) => {
  const { folder, environment } = terminal;
  refuseFormat(given);
  refuseEvery(given);
  const { stack, configFile, unusedDays } = given;
  const out = resolve(folder, given.out ?? `reviews/${stack}`);
  const files = ["drift.json", "drift.md", "drift.html"].map((name) => join(out, name));
  const [json, markdown, page] = files as [string, string, string];
  const clear = () =>
    savedBy("--out", async () => {
      // The usual one is made once there is something to write.
      if (given.out !== undefined) await makeFolder(out);
      await Promise.all(files.map((file) => rm(file, { force: true })));
    });
  // Whatever happens, what is there afterwards is of this run.
  await clear();
  const engines = enginesOfPreview(given, terminal);
  const place = { folder, stack, configFile, environment, engines };
  const show = shownWhenNew(given, terminal);
  const make = async () => {
    const made = driftOf(await seenOf(place, terminal), { unusedDays, now: Date.now() });
    const text = markdownOf(made);
    await savedBy("--out", async () => {
      await makeFolder(out);
      await writeFile(markdown, text);
      await writeFile(page, pageOf(made, madeNow()));
      await writeFile(json, `${JSON.stringify(made, undefined, 1)}\n`);
    });
    const forTerminal = (display: Display) => terminalOf(made, display);
    await show({ forTerminal, markdown: () => text, page }, made);
    if (made.firewalls.some(({ refusal }) => refusal !== undefined)) return "failed";
    return made.drifted ? "finding" : "fine";
  };
  return keptCurrent({ make, clear, files: undefined }, given, terminal);
});
