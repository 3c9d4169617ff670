import { flag, table, text, textOr } from "../commands/framework";
import { cli, engine } from "../commands/flags";

export const demoTable = table({
  name: "demo",
  summary: "Shows the whole job on this machine, against a simulated firewall.",
  usage: ["[--panorama] [--keep] [--fast] [--engine | --cli]"],
  options: {
    keep: flag("stop before everything is removed, and leave the firewall and its page running"),
    panorama: flag("on a device group of a simulated Panorama with three firewalls, in place of a firewall"),
    fast: flag("don't wait for somebody to read between the steps"),
    out: textOr("reviews/demo", "DIR", "where the pages of the review and of drift go", {
      completes: "folder",
    }),
    firewallConfig: text("FILE", "what the firewall has at the start (demo/firewall.xml)", {
      also: "firewall",
      completes: "file",
    }),
    record: text("FILE", "append one line of JSON for each request to the firewall, without secrets", {
      completes: "file",
    }),
    engine,
    cli,
  },
  examples: [
    ["--keep", "with a page to look at, until Ctrl-C"],
    ["--panorama", "one commit and one push for three firewalls, of which one is away"],
  ],
  exits: { fine: "every step came out as it says" },
});
