import { table, text } from "../framework";
import { configFile, engine, inventory, out, rulebase, stack } from "../flags";

export const reviewTable = table({
  name: "review",
  summary: "Reviews a change: what the firewall would let through that it doesn't now, and why.",
  usage: [
    "--stack NAME [--out DIR]",
    "--stack NAME --rulebase FILE [--inventory FILE]",
    "--stack NAME --between A.json B.json",
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
    configFile,
    engine,
  },
  // The second snapshot of --between.
  operands: { takes: "B", completes: "file" },
  details: [
    "A preview asks AWS and the firewall, and changes nothing. Without a passphrase (PULUMI_CONFIG_PASSPHRASE), and with one of these files, it runs on the stand-in and without the stack's encrypted settings. The comment (review.md) is also shown.",
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
