import { parseArgs } from "node:util";

export const HELP = `Reviews a change: what the firewall would let through that it doesn't now, and why.

  npm run review -- --stack NAME [--out DIR]
  npm run review -- --stack NAME --rulebase FILE [--inventory FILE] [--out DIR]
  npm run review -- --stack NAME --between A.json B.json [--out DIR]

  --stack NAME        whose settings count: Pulumi.NAME.yaml
  --out DIR           where review.md, review.html, review.json, inventory.json and rulebase.json go: reviews/NAME unless given
  --between A B       what a change in AWS does, from two snapshots (npm run snapshot) and no firewall
  --rulebase FILE     what the firewall had (npm run snapshot), instead of asking it: needs no key
  --inventory FILE    what AWS had (npm run snapshot), instead of asking it
  --config-file FILE  the stack's settings, where they are in another file
  --engine            preview with the stand-in for the Pulumi CLI even where one is installed
  --help              this text

A preview asks AWS and the firewall, and changes nothing. Without a passphrase (PULUMI_CONFIG_PASSPHRASE), and with
one of these files, it runs on the stand-in and without the stack's encrypted settings. The comment (review.md) is also shown.
Exit code: 0 nothing to say against it, 2 a guardrail or a limit is hit, 1 it failed.
`;

export interface Flags {
  stack: string;
  out: string;
  configFile: string | undefined;
  rulebase: string | undefined;
  inventory: string | undefined;
  between: { before: string; after: string } | undefined;
  engine: boolean;
  help: boolean;
}

/** The command line, or what is wrong with it. */
export function readFlags(args: string[]): Flags | { problem: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        stack: { type: "string", default: "" },
        out: { type: "string" },
        "config-file": { type: "string" },
        between: { type: "string" },
        rulebase: { type: "string" },
        inventory: { type: "string" },
        engine: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { stack, out = `reviews/${stack}`, between: before, rulebase, inventory, engine, help } = values;
    const common = { stack, out, configFile: values["config-file"], rulebase, inventory, engine, help };
    if (help) return { ...common, between: undefined };
    if (stack === "") return { problem: "say whose settings count: --stack NAME" };
    if (rulebase === "" || inventory === "")
      return { problem: "--rulebase and --inventory each take a file" };
    if (before !== undefined && (rulebase ?? inventory) !== undefined)
      return { problem: "--between has no firewall: it goes with neither --rulebase nor --inventory" };
    if (out === "") return { problem: "--out is empty: give a folder" };
    const [after, ...more] = positionals;
    if (before === undefined && after !== undefined) return { problem: `what is ${after} for?` };
    if (before === undefined) return { ...common, between: undefined };
    if (after === undefined || more.length > 0)
      return { problem: "give two snapshots: --between A.json B.json" };
    return { ...common, between: { before, after } };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
