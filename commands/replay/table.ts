import { flag, numberOr, table, text, texts } from "../framework";
import { cli, engine, inventory } from "../flags";

const seconds = { to: 999_999 };

export const replayTable = table({
  name: "replay",
  summary:
    "Feeds CloudTrail's log files through the trigger's handler, in the events' own time, and says what would have happened when.",
  usage: ["FILE.json.gz [FILE …] [options]"],
  operands: { takes: "FILE", says: "log files of CloudTrail's", least: 1, most: Infinity, completes: "file" },
  options: {
    delay: numberOr(
      10,
      "SECONDS",
      "from a call until its event arrives: about 10 by EventBridge, about 300 by S3",
      seconds,
    ),
    run: numberOr(60, "SECONDS", "how long a run takes", seconds),
    secondLook: numberOr(90, "SECONDS", "when to look again after a change; 0 for never", seconds),
    schedule: numberOr(15, "MINUTES", "how often a run comes without a change; 0 for never", seconds),
    ownRole: texts("ARN", "a role of the trigger's own, whose calls don't count"),
    tag: texts("KEY", "a tag key that the stack's configuration looks at"),
    services: flag("calls of services that make network interfaces count too (interfaces: all, or kinds)"),
    inventory: inventory(
      "what AWS had before the first call (aws-panos snapshot): then each run is the real program, against that account and a simulated firewall",
      "snapshot",
    ),
    stack: text("NAME", "whose settings count then: Pulumi.NAME.yaml (the demo's)", { completes: "stack" }),
    firewallConfig: text("FILE", "with --stack: what its firewall has, an exported configuration", {
      also: "firewall",
      completes: "file",
    }),
    engine,
    cli,
  },
  details: [
    "Nothing in AWS is asked, and no real firewall is involved. Without --inventory every run is taken to be through after its time. With it the account follows the calls whose records tell exactly what they do: states of known instances, security-group rules, groups of interfaces. At any other it stays as it was, and the replay says so. It doesn't know what happens without a call (a shutdown from within, say), and EC2 answers at once, as it never lags. Freeze windows are judged by today's clock. The rules of a device group on Panorama are rehearsed as a firewall's own: --firewall-config is that of one with such a cleanup rule.",
  ],
  examples: [
    ["events.json.gz --run 45", "which calls count, and when each run would begin"],
    ["events.json.gz --inventory demo/account.json", "with the rules that each run changes"],
  ],
  exits: { fine: "replayed", failed: "not all of it was replayed: a file can't be used, say" },
});
