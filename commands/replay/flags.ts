import { parseArgs } from "node:util";

export const HELP = `Feeds CloudTrail's log files through the handler, in the events' own time, and says what would have happened when.

  npm run replay -- FILE.json.gz [FILE …] [options]

  --delay SECONDS        from a call until its event arrives: about 10 by EventBridge, about 300 by S3 (10)
  --run SECONDS          how long a run takes (60)
  --second-look SECONDS  when to look again after a change; 0 for never (90)
  --schedule MINUTES     how often a run comes without a change; 0 for never (15)
  --own-role ARN         a role of the trigger's own, whose calls don't count; may be given several times
  --tag KEY              a tag key that the stack's configuration looks at; may be given several times
  --snapshot ACCOUNT     what AWS had before the first call, as npm run snapshot records it: then each run is the
                         real program, against that account and a simulated firewall
  --stack NAME           whose settings count then: Pulumi.NAME.yaml (the demo's)
  --firewall FILE        with --stack: what its firewall has, an exported configuration
  --engine, --cli        the stand-in engine or the Pulumi CLI (the CLI where there is one)
  --help                 this text

Nothing in AWS is asked, and no real firewall is involved. Without --snapshot every run is taken to be through
after its time. With it the account follows the calls whose records tell exactly what they do: states of known
instances, security-group rules, groups of interfaces. At any other it stays as it was, and the replay says so. It
doesn't know what happens without a call (a shutdown from within, say), and EC2 answers at once, as it never lags.
Freeze windows are judged by today's clock.
`;

/** What a replay was asked for. Times in milliseconds. */
export interface Flags {
  files: string[];
  delay: number;
  run: number;
  secondLook: number;
  schedule: number;
  ownRoles: string[];
  tagKeys: string[];
  /** What each run really is to be done with; undefined: with nothing. */
  rehearsal: { snapshot: string; own: { stack: string; firewall: string } | undefined } | undefined;
}

/** @returns undefined where help was asked for */
export function readFlags(args: string[]): Flags | { problem: string } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        delay: { type: "string", default: "10" },
        run: { type: "string", default: "60" },
        "second-look": { type: "string", default: "90" },
        schedule: { type: "string", default: "15" },
        "own-role": { type: "string", multiple: true, default: [] },
        tag: { type: "string", multiple: true, default: [] },
        snapshot: { type: "string" },
        stack: { type: "string" },
        firewall: { type: "string" },
        engine: { type: "boolean" },
        cli: { type: "boolean" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return undefined;
    if (positionals.length === 0) return { problem: "give at least one FILE" };
    const { delay, run, schedule, snapshot, stack, firewall } = values;
    if ((stack === undefined) !== (firewall === undefined))
      return { problem: "--stack and --firewall go together" };
    const own = stack === undefined || firewall === undefined ? undefined : { stack, firewall };
    if (own !== undefined && snapshot === undefined) return { problem: "--stack needs --snapshot" };
    for (const [name, value] of Object.entries({
      delay,
      run,
      schedule,
      "second-look": values["second-look"],
    })) {
      if (!/^\d{1,6}$/.test(value))
        return { problem: `--${name} takes a whole number, not ${JSON.stringify(value)}` };
    }
    return {
      files: positionals,
      delay: Number(delay) * 1000,
      run: Number(run) * 1000,
      secondLook: Number(values["second-look"]) * 1000,
      schedule: Number(schedule) * 60_000,
      ownRoles: values["own-role"],
      tagKeys: values.tag,
      rehearsal: snapshot === undefined ? undefined : { snapshot, own },
    };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
