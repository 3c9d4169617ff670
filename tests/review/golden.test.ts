/**
 * Reviews as a person reads them, in golden/*.md: of the demo's steps, and of changes in the awkward accounts of the
 * mapping. `GOLDEN=write` writes them anew; whoever does that reads what has changed, line by line.
 */
import { expect } from "chai";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Inventory } from "../../inventory/types";
import { checkInventory } from "../../inventory/validate";
import { NO_GUARDRAILS, mapWithin } from "../../mapping/guardrails";
import { adoption } from "../../mapping/adoption";
import { alreadyAllowed } from "../../mapping/coverage";
import { addressGroupsOf, applicationsOf, servicesOf } from "../../mapping";
import type { MappingOptions } from "../../mapping/types";
import { ruleXml, serviceXml, applicationXml, tagXml } from "../../panos/entries";
import { rulebaseFrom } from "../../panos/rulebase";
import { child, find, parseXml } from "../../panos/xml";
import { stackTag, type PolicyContent } from "../../declaration/declaration";
import { objectsIn } from "../../declaration/objects";
import { factsBetween } from "../../review/change/between";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { firewallFacts } from "../../review/change/telling";
import type { Review } from "../../review/change/types";
import type { FirewallSettings, Settings } from "../../settings/index";
import { offlineSettings } from "../../settings/offline";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR } from "../support/lab";
import { CHANGES } from "./account-changes";

const FOLDER = join(__dirname, "golden");
const ACCOUNTS = join(__dirname, "..", "mapping", "accounts");

const SCHEMA = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/review.schema.json"), "utf8")) as Schema;

function holdAgainst(name: string, review: Review): void {
  expect(faults(JSON.parse(JSON.stringify(review)), SCHEMA)).to.deep.equal([]);
  const text = markdownOf(review);
  const file = join(FOLDER, `${name}.md`);
  if (process.env["GOLDEN"] === "write") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).to.equal(readFileSync(file, "utf8"));
}

describe("golden reviews", () => {
  describe("of the demo", () => {
    let settings: Settings;
    let account: Inventory;
    /** The firewall's configuration, as the demo's steps leave it. */
    let configuration: string;
    let content: PolicyContent;

    before(async () => {
      settings = await offlineSettings(PROJECT_DIR, "dev", {});
      account = JSON.parse(readFileSync(join(PROJECT_DIR, "demo/account.json"), "utf8")) as Inventory;
      configuration = readFileSync(join(PROJECT_DIR, "demo/firewall.xml"), "utf8");
    });

    const steps: [name: string, change: () => void][] = [
      ["demo-1-first-update", () => undefined],
      ["demo-2-nothing-new", () => undefined],
      [
        "demo-3-instance-stops",
        () => {
          account.instances = account.instances.filter(({ name }) => name !== "api-1");
        },
      ],
      [
        "demo-4-revoked-and-authorized",
        () => {
          const group = (name: string) => account.securityGroups.find((each) => each.name === name)!;
          const operations = group("operations");
          operations.ingress = operations.ingress.filter(({ fromPort }) => fromPort !== 22);
          group("web").ingress.push({
            ...{ id: "sgr-0d3308444", ipProtocol: "tcp", fromPort: 8444, toPort: 8444 },
            ...{ cidrIpv4: "203.0.113.0/24", description: "staging, for the partner" },
          });
        },
      ],
      [
        "demo-5-widened-by-hand",
        () => {
          const rule = ruleXml(content.rules.find(({ name }) => name.endsWith("-tcp-8444"))!);
          const open = rule.replace(/<source>.*<\/source>/, "<source><member>any</member></source>");
          expect(configuration).to.include(rule);
          configuration = configuration.replace(rule, open);
        },
      ],
    ];

    for (const [name, change] of steps) {
      it(name, () => {
        change();
        const [firewall] = settings.firewalls;
        const root = parseXml(configuration);
        const vsys = find(root, "devices", "entry", "vsys", "entry");
        const rulebase = rulebaseFrom(vsys, child(root, "shared"));
        const known = knowledge(firewall!, account, rulebase);
        content = known.content;
        const facts = firewallFacts({ ...known, objects: objectsIn(vsys) });
        const { stack } = settings;
        const common = { source: "preview" as const, inventory: account, limits: [], notes: [] };
        holdAgainst(name, reviewOf({ stack, firewalls: [facts], ...common }));
        configuration = applied(
          readFileSync(join(PROJECT_DIR, "demo/firewall.xml"), "utf8"),
          firewall!,
          content,
        );
      });
    }
  });

  describe("of awkward accounts", () => {
    for (const [file, changes] of Object.entries(CHANGES)) {
      const { inventory, options } = JSON.parse(readFileSync(join(ACCOUNTS, `${file}.json`), "utf8")) as {
        inventory: unknown;
        options: MappingOptions;
      };
      const checked = checkInventory(inventory);
      if (!("inventory" in checked)) throw new Error(checked.problems.join("\n"));
      const now = checked.inventory;
      const closed = structuredClone(now);
      for (const group of closed.securityGroups) Object.assign(group, { ingress: [], egress: [] });

      it(`${file}: all of its permissions are new`, () => {
        holdAgainst(`${file}-all`, between(closed, now, options));
      });
      for (const [name, change] of Object.entries(changes)) {
        it(`${file}: ${name}`, () => {
          const after = structuredClone(now);
          change(after);
          holdAgainst(`${file}-${name.replaceAll(" ", "-")}`, between(now, after, options));
        });
      }
    }

    it("are all of them there are", () => {
      const files = readdirSync(ACCOUNTS).map((file) => file.replace(".json", ""));
      expect(Object.keys(CHANGES).sort()).to.deep.equal(files.sort());
    });
  });
});

function between(before: Inventory, after: Inventory, options: MappingOptions): Review {
  const firewall = {
    mapping: options,
    declared: { name: "edge", vsys: "vsys1", ownerId: options.ownerId, cleanupRule: "cleanup" },
  } as FirewallSettings;
  const guardrails = { ...NO_GUARDRAILS, enforce: false, maxRules: undefined };
  return reviewOf(factsBetween(before, after, { firewalls: [firewall], guardrails }, "prod"));
}

/** What a preview would know, without a device. */
function knowledge(
  firewall: FirewallSettings,
  inventory: Inventory,
  rulebase: ReturnType<typeof rulebaseFrom>,
) {
  const { mapping, coverage: options } = firewall;
  const policy = mapWithin(inventory, mapping, NO_GUARDRAILS);
  const rulebases = { candidate: rulebase, running: rulebase };
  const coverage = alreadyAllowed(policy, rulebases, options);
  const { adopted } = adoption(coverage.needed, policy, rulebases, options);
  const content: PolicyContent = {
    rules: coverage.needed.map(({ rule }) => rule),
    addresses: [],
    addressGroups: addressGroupsOf(coverage.needed, policy.addressGroups).map(({ group }) => group),
    services: servicesOf(coverage.needed, mapping.ownerId),
    applications: applicationsOf(coverage.needed, mapping.ownerId),
  };
  const registered = { registrations: undefined, registered: [] };
  return { firewall, policy, rulebases, coverage, adopted, content, doubts: [], ...registered };
}

/** A configuration with what is declared in it. */
function applied(xml: string, { declared }: FirewallSettings, content: PolicyContent): string {
  const rules = content.rules.map(ruleXml).join("");
  const tag = tagXml(stackTag(declared.ownerId, declared.stack));
  const services = content.services.map(serviceXml).join("");
  const applications = content.applications.map(applicationXml).join("");
  const [head, tail] = xml.split("<vsys>") as [string, string];
  const vsys = tail
    .replace(`<entry name="${declared.cleanupRule}"`, (cleanup) => rules + cleanup)
    .replace("<rulebase>", (rulebase) => `<application>${applications}</application>${rulebase}`)
    .replace(/<service>/, (service) => service + services)
    .replace(/<tag>\s*<entry/, (tags) => tags.replace("<entry", `${tag}<entry`));
  return `${head}<vsys>${vsys}`;
}
