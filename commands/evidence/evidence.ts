import { resolve } from "node:path";
import { displayOf } from "../../lib/terminal/display";
import { evidenceOf } from "../../review/evidence/evidence";
import { writeSeen } from "../../review/evidence/saved";
import { terminalOf } from "../../review/evidence/terminal";
import { command, lines } from "../framework";
import { knownOf } from "./known";
import { observedIn } from "./observed";
import { evidenceTable } from "./table";

export const evidence = command(evidenceTable, async (given, terminal) => {
  const { output, folder, environment } = terminal;
  const known = await knownOf(given, terminal);
  const observed = await observedIn(given, known, terminal);
  if (given.save !== undefined) await writeSeen(resolve(folder, given.save), observed);
  const found = evidenceOf(observed, known);
  if (given.json) lines(output)(JSON.stringify(found, undefined, 1));
  else output.write(terminalOf(found, displayOf(output, environment)));
  return found.cut.length > 0 ? "finding" : "fine";
});
