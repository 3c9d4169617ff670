import { flag, table, text } from "../commands/framework";
import { cli, engine } from "../commands/flags";

export const demoTable = table({
  name: "demo",
  summary: "Shows the whole job on this machine, against a simulated firewall.",
  usage: ["[--keep] [--engine | --cli]"],
  options: {
    keep: flag("leave the simulator and its page running at the end"),
    firewallConfig: text("FILE", "what the firewall has at the start (demo/firewall.xml)", {
      ...{ also: "firewall", completes: "file" },
    }),
    record: text("FILE", "append one line of JSON for each request to the firewall, without secrets", {
      completes: "file",
    }),
    engine,
    cli,
  },
  examples: [["--keep", "with a page to look at, until Ctrl-C"]],
  exits: { fine: "every step came out as it says" },
});
