import { join, resolve } from "node:path";
import { makeFolder } from "../../lib/saving";
import type { Display } from "../../lib/terminal/display";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { readSeen } from "../../review/evidence/saved";
import { terminalOf } from "../../review/change/terminal";
import { command } from "../framework";
import { refuseFormat, shownWhenNew } from "../report";
import { savedBy } from "../saved-by";
import { keptCurrent, refuseEvery } from "../watch";
import { factsFor, snapshotsIn } from "./facts";
import { clearReview, PAGE, writeReview } from "./files";
import { reviewTable } from "./table";

export const review = command(reviewTable, async (given, terminal) => {
  const between = snapshotsIn(given, terminal.folder);
  refuseFormat(given);
  refuseEvery(given);
  const out = resolve(terminal.folder, given.out ?? `reviews/${given.stack}`);
  const page = join(out, PAGE);
  const clear = () =>
    savedBy("--out", async () => {
      // The usual one is made once there is something to write.
      if (given.out !== undefined) await makeFolder(out);
      await clearReview(out);
    });
  const show = shownWhenNew(given, terminal);
  const make = async () => {
    const { facts, seen } = await factsFor(between, given, terminal);
    const file = given.seen && resolve(terminal.folder, given.seen);
    const made = reviewOf(facts, seen, file ? await readSeen(file) : undefined);
    await savedBy("--out", () => writeReview(out, made, facts));
    const forTerminal = (display: Display) => terminalOf(made, display);
    await show({ forTerminal, markdown: () => markdownOf(made), page }, made);
    return made.against.length > 0 ? "finding" : "fine";
  };
  // Whatever happens, what is there afterwards is of this review.
  await clear();
  return keptCurrent({ make, clear, files: between && Object.values(between) }, given, terminal);
});
