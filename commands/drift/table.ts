import { numberOr, table } from "../framework";
import { reportOptions } from "../report";
import { watchOptions } from "../watch";
import { configFile, engine, out, stack } from "../flags";

export const driftTable = table({
  name: "drift",
  summary: "Finds drift: what is on the firewall that nobody applied, and what was applied that isn't there.",
  usage: ["--stack NAME [--out DIR] [--unused-days N] [--open]", "--stack NAME --watch [--every SECONDS]"],
  options: {
    stack: stack("whose: Pulumi.NAME.yaml and its state", "say whose drift"),
    out: out("where drift.md, drift.html and drift.json go (reviews/NAME)"),
    unusedDays: numberOr(90, "N", "without a hit for so many days a rule is unused", { from: 1, to: 9999 }),
    ...reportOptions,
    ...watchOptions,
    configFile,
    engine,
  },
  details: [
    "Looks at the running and the candidate configuration, and changes nothing. What it found is shown here, in colour where the terminal has it (NO_COLOR, FORCE_COLOR). What the stack declares by now and has not applied yet is shown, and is no drift.",
    "With --watch it looks again after some time, and shows what it finds where that is something else. Ctrl-C ends it, with 0.",
  ],
  examples: [["--stack prod --unused-days 30", "with rules that nothing has met for a month"]],
  exits: { fine: "no drift", failed: "it failed, or a firewall could not be asked", finding: "drift" },
});
