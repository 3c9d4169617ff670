import { anyText, flag, number, numberOr, table, text, texts, textOr } from "../framework";
import { UNKNOWN_VALUES } from "../../packages/simulator/panorama/unknowns";
import { ADMINISTRATION, FAULTS, ROLES } from "./help";

const port = (byDefault: number, says: string) =>
  numberOr(byDefault, "N", `${says}; 0 takes any free one`, { to: 65_535 });

const UNKNOWN_TEXT = Object.entries(UNKNOWN_VALUES)
  .map(([name, values]) => `${name}=${values.join("|")}`)
  .join(", ");

export const simulatorTable = table({
  name: "simulator",
  summary:
    "A PAN-OS firewall to develop against: the XML API, candidate and running configuration, commit jobs.",
  usage: ["[options]"],
  options: {
    port: port(8443, "HTTPS port"),
    httpPort: port(8080, "HTTP port, for the API and the page at /"),
    host: textOr("127.0.0.1", "ADDRESS", "where to listen"),
    user: texts("NAME", "an administrator, with all rights unless --firewall-config gives it a role (admin)"),
    password: texts("TEXT", "of the user at the same place (its name)"),
    firewallConfig: text("FILE", "the running configuration at the start, a PAN-OS <config> with vsys1", {
      also: "config",
      completes: "file",
    }),
    commitSeconds: numberOr(1, "N", "how long a commit job runs", { to: 3600, fraction: true }),
    record: text("FILE", "append one line of JSON for each request, without secrets", { completes: "file" }),
    swVersion: anyText("TEXT", "PAN-OS version to report (11.1.2)"),
    keyLifetime: number(
      "N",
      "API keys expire after N seconds (never, or what the configuration has at deviceconfig/setting/management/api/key/lifetime, in minutes)",
      { to: 999_999_999, fraction: true },
    ),
    maxRules: number("N", "how many security rules it takes (10000)", { to: 1_000_000 }),
    applications: text(
      "FILE",
      'applications that rules may name beside those known here and those of --firewall-config: JSON, {"name": ["tcp/8443"]}, or a firewall\'s answer to a get of /config/predefined/application',
      { completes: "file" },
    ),
    everyApplication: flag("rules may name any application; an unknown one has no default ports"),
    refuse: texts(
      "WHAT",
      "what isn't documented, to see what a client does then: reordering (a commit of one administrator's changes that moves rules; reordering=VERSION: by versions before that), edit-and-move (of one entry, in one multi-config), journal-entries (entries in the list of changes: it names their containers), marks (of whoever changed something, in answers to get), paged-all (registered-ip, all with limit), pushed-config (reads of /config/panorama), pushed-operation (show config pushed-shared-policy), pushed-root (of pushed-shared-policy in the form that was recorded), pushed-show (show of /config/panorama), pushed-rule-names (a local rule by a pushed one's name, at the commit)",
      {
        completes: [
          "reordering",
          "edit-and-move",
          "journal-entries",
          "marks",
          "paged-all",
          "pushed-config",
          "pushed-operation",
          "pushed-root",
          "pushed-show",
          "pushed-rule-names",
        ],
      },
    ),
    faults: text("FILE", "what goes wrong, a JSON list (below); with --ha, on each of the two", {
      completes: "file",
    }),
    ha: text(
      "MODE",
      "an HA pair: active-passive or active-active; the first one is active; with --panorama, of Panoramas (active-passive)",
      {
        completes: ["active-passive", "active-active"],
      },
    ),
    panorama: number("N", "a Panorama with N firewalls behind it, instead of one firewall", { to: 50 }),
    panoramaDoes: texts(
      "NAME=VALUE",
      `with --panorama, what it does where that isn't known: ${UNKNOWN_TEXT}`,
    ),
    secondPort: port(
      8444,
      "the HTTPS port of the second one of a pair; with --panorama alone, of its first firewall (with a pair, the next one)",
    ),
    secondHttpPort: port(8081, "and its HTTP port"),
    syncSeconds: numberOr(1, "N", "how long the pair synchronises after a commit", {
      to: 3600,
      fraction: true,
    }),
    passiveWrites: flag("the passive one takes changes; otherwise it refuses them with code 15"),
  },
  details: [ROLES, FAULTS, ADMINISTRATION],
  examples: [
    ["--firewall-config demo/firewall.xml", "the demo's firewall, with a page at http://127.0.0.1:8080/"],
    ["--panorama 3", "a Panorama with three firewalls; its page shows what each of them has"],
    ["--ha active-passive --faults faults.json", "a pair, on which things go wrong"],
    ["--panorama 3 --ha active-passive", "two Panoramas as a pair; POST /admin/fail-over has one take over"],
  ],
  exits: { fine: "it was stopped" },
  failing: "simulator",
});
