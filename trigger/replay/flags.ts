import { parseArgs } from "node:util";

export const HELP = `Feeds CloudTrail's log files through the handler, in the events' own time, and says what would have happened when.

  npm run replay -- FILE.json.gz [FILE …] [options]

  --delay SECONDS        from a call until its event arrives: about 10 by EventBridge, about 300 by S3 (10)
  --run SECONDS          how long a run takes (60)
  --second-look SECONDS  when to look again after a change; 0 for never (90)
  --schedule MINUTES     how often a run comes without a change; 0 for never (15)
  --own-role ARN         a role of the trigger's own, whose calls don't count; may be given several times
  --tag KEY              a tag key that the stack's configuration looks at; may be given several times
  --help                 this text

It takes every run to be through after its time. Nothing in AWS is asked, and no firewall is involved.
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
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return undefined;
    if (positionals.length === 0) return { problem: "give at least one FILE" };
    const { delay, run, schedule } = values;
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
    };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
