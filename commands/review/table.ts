import { table, text } from "../framework";
import { reportOptions } from "../report";
import { watchOptions } from "../watch";
import { configFile, engine, inventory, out, rulebase, stack } from "../flags";

export const reviewTable = table({
  name: "review",
  summary: "Reviews a change: what the firewall would let through that it doesn't now, and why.",
  usage: [
    "--stack NAME [--out DIR] [--open] [--watch]",
    "--stack NAME --rulebase FILE [--inventory FILE]",
    "--stack NAME --between A.json B.json [--watch]",
    "--stack NAME … --seen FILE",
  ],
  options: {
    stack: stack("whose settings count: Pulumi.NAME.yaml", "say whose settings count"),
    out: out("where review.md, review.html, review.json, inventory.json and rulebase.json go (reviews/NAME)"),
    between: text(
      "A B",
      "what a change in AWS does, from two snapshots (aws-panos snapshot) and no firewall",
      {
        completes: "file",
      },
    ),
    rulebase: rulebase("what the firewall had (aws-panos snapshot), instead of asking it: needs no key"),
    inventory: inventory("what AWS had (aws-panos snapshot), instead of asking it"),
    seen: text("FILE", "what flow logs showed (aws-panos evidence --save): says what of it would be cut", {
      completes: "file",
    }),
    ...reportOptions,
    ...watchOptions,
    configFile,
    engine,
  },
  // The second snapshot of --between.
  operands: { takes: "B", completes: "file" },
  details: [
    "A preview asks AWS and the firewall, and changes nothing. With one of these files it is planned without Pulumi and without the stack's encrypted settings; without a passphrase (PULUMI_CONFIG_PASSPHRASE) the stand-in goes without them, too. What it comes to is shown here, in colour where the terminal has it (NO_COLOR, FORCE_COLOR).",
    "With --watch it is made again: of --between when one of the two files changes, otherwise after some time. It is shown again where it says something else. Ctrl-C ends it, with 0.",
  ],
  examples: [
    ["--stack prod", "what an update of the stack would do now"],
    [
      "--stack dev \\\n    --between demo/account.json demo/account-changed.json",
      "what happened to the demo's account, without a firewall",
    ],
  ],
  exits: { fine: "nothing to say against it", finding: "a guardrail or a limit is hit" },
});
