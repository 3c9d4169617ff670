import { numberOr, table } from "../framework";
import { configFile, engine, out, stack } from "../flags";

export const driftTable = table({
  name: "drift",
  summary: "Finds drift: what is on the firewall that nobody applied, and what was applied that isn't there.",
  usage: ["--stack NAME [--out DIR] [--unused-days N]"],
  options: {
    stack: stack("whose: Pulumi.NAME.yaml and its state", "say whose drift"),
    out: out("where drift.md, drift.html and drift.json go (reviews/NAME)"),
    unusedDays: numberOr(90, "N", "without a hit for so many days a rule is unused", { from: 1, to: 9999 }),
    configFile,
    engine,
  },
  details: [
    "Looks at the running and the candidate configuration, and changes nothing. The answer (drift.md) is also shown. What the stack declares by now and has not applied yet is shown, and is no drift.",
  ],
  examples: [["--stack prod --unused-days 30", "with rules that nothing has met for a month"]],
  exits: { fine: "no drift", failed: "it failed, or a firewall could not be asked", finding: "drift" },
});
