import { parseArgs } from "node:util";

export const HELP = `Finds drift: what is on the firewall that nobody applied, and what was applied that isn't there.

  npm run drift -- --stack NAME [--out DIR] [--unused-days N]

  --stack NAME        whose: Pulumi.NAME.yaml and its state
  --out DIR           where drift.md, drift.html and drift.json go: reviews/NAME unless given
  --unused-days N     without a hit for so many days a rule is unused: 90 unless given
  --config-file FILE  the stack's settings, where they are in another file
  --engine            use the stand-in for the Pulumi CLI even where one is installed
  --help              this text

Looks at the running and the candidate configuration, and changes nothing. The answer (drift.md) is also shown.
What the stack declares by now and has not applied yet is shown, and is no drift.
Exit code: 0 no drift, 2 drift, 1 it failed, or a firewall could not be asked.
`;

export interface Flags {
  stack: string;
  out: string;
  unusedDays: number;
  configFile: string | undefined;
  engine: boolean;
  help: boolean;
}

/** The command line, or what is wrong with it. */
export function readFlags(args: string[]): Flags | { problem: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        stack: { type: "string", default: "" },
        out: { type: "string" },
        "unused-days": { type: "string", default: "90" },
        "config-file": { type: "string" },
        engine: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { stack, out = `reviews/${stack}`, engine, help } = values;
    const days = values["unused-days"];
    const flags = { stack, out, unusedDays: Number(days), configFile: values["config-file"], engine, help };
    if (help) return flags;
    if (stack === "") return { problem: "say whose drift: --stack NAME" };
    if (out === "") return { problem: "--out is empty: give a folder" };
    if (!/^[1-9]\d{0,3}$/.test(days)) return { problem: `--unused-days ${days}: give 1 to 9999` };
    return flags;
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
