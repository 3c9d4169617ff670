import { resolve } from "node:path";
import { displayOf } from "../../lib/terminal/display";
import { evidenceOf } from "../../review/evidence/evidence";
import { makePlaceFor } from "../../lib/saving";
import { writeSeen } from "../../review/evidence/saved";
import { terminalOf } from "../../review/evidence/terminal";
import { command, lines } from "../framework";
import { savedBy } from "../saved-by";
import { knownOf } from "./known";
import { observedIn } from "./observed";
import { evidenceTable } from "./table";

export const evidence = command(evidenceTable, async (given, terminal) => {
  const { output, folder, environment } = terminal;
  const file = given.save === undefined ? undefined : resolve(folder, given.save);
  if (file !== undefined) await savedBy("--save", () => makePlaceFor(file));
  const known = await knownOf(given, terminal);
  const observed = await observedIn(given, known, terminal);
  if (file !== undefined) await savedBy("--save", () => writeSeen(file, observed));
  const found = evidenceOf(observed, known);
  if (given.json) lines(output)(JSON.stringify(found, undefined, 1));
  else output.write(terminalOf(found, displayOf(output, environment)));
  return found.cut.length > 0 ? "finding" : "fine";
});
