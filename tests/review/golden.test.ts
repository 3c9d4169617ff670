/**
 * Reviews as a person reads them, in golden/*.md and for terminals in golden/*.txt: of the demo's steps, and of changes in the awkward accounts of the
 * mapping. `GOLDEN=write` writes them anew; whoever does that reads what has changed, line by line.
 */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inventory } from "../../inventory/types";
import { checkInventory } from "../../inventory/validate";
import { NO_GUARDRAILS } from "../../mapping/guardrails";
import type { MappingOptions } from "../../mapping/types";
import { KINDS } from "../../declaration/kinds";
import { rulebaseFrom } from "../../panos/rulebase";
import { child, find, parseXml } from "../../panos/xml";
import { stackTag, type PolicyContent } from "../../declaration/declaration";
import { objectsIn } from "../../declaration/objects";
import { factsBetween } from "../../review/change/between";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { planOf } from "../../plan/plan";
import { policyFor } from "../../plan/policy";
import type { FirewallState } from "../../plan/state";
import { firewallFacts } from "../../review/change/from-plan";
import type { Review } from "../../review/change/types";
import type { FirewallSettings, Settings } from "../../settings/types";
import { offlineSettings } from "../../settings/offline";
import { terminalOf } from "../../review/change/terminal";
import { expectGolden, expectReadable } from "../support/golden";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR } from "../support/lab";
import { CHANGES } from "./account-changes";

const NO_GUARDRAILS_AT_ALL = { ...NO_GUARDRAILS, enforce: false, maxRules: undefined };

const FOLDER = join(__dirname, "golden");
const ACCOUNTS = join(__dirname, "..", "mapping", "accounts");

const SCHEMA = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/review.schema.json"), "utf8")) as Schema;

function holdAgainst(name: string, review: Review): void {
  expect(faults(JSON.parse(JSON.stringify(review)), SCHEMA)).to.deep.equal([]);
  expectGolden(join(FOLDER, `${name}.md`), markdownOf(review));
  expectReadable(FOLDER, name, (display) => terminalOf(review, display));
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
          const rule = KINDS.rules.xml(content.rules.find(({ name }) => name.endsWith("-tcp-8444"))!);
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
        const state: FirewallState = {
          candidate: { rulebase },
          running: { rulebase, objects: objectsIn(vsys) },
          capacity: { rules: undefined, services: undefined, addresses: undefined, addressGroups: undefined },
        };
        const policy = policyFor(firewall!, account, NO_GUARDRAILS_AT_ALL);
        const known = { inventory: account, policy, state, revoked: [] };
        const plan = planOf(firewall!, { ...settings, guardrails: NO_GUARDRAILS_AT_ALL }, known);
        content = plan.content;
        const facts = firewallFacts(plan);
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
  const settings = { firewalls: [firewall], guardrails: NO_GUARDRAILS_AT_ALL };
  return reviewOf(factsBetween(before, after, settings, "prod"));
}

/** A configuration with what is declared in it. */
function applied(xml: string, { declared }: FirewallSettings, content: PolicyContent): string {
  const rules = content.rules.map((each) => KINDS.rules.xml(each)).join("");
  const tag = KINDS.tags.xml(stackTag(declared.ownerId, declared.stack));
  const services = content.services.map((each) => KINDS.services.xml(each)).join("");
  const applications = content.applications.map((each) => KINDS.applications.xml(each)).join("");
  const [head, tail] = xml.split("<vsys>") as [string, string];
  const vsys = tail
    .replace(`<entry name="${declared.cleanupRule}"`, (cleanup) => rules + cleanup)
    .replace("<rulebase>", (rulebase) => `<application>${applications}</application>${rulebase}`)
    .replace(/<service>/, (service) => service + services)
    .replace(/<tag>\s*<entry/, (tags) => tags.replace("<entry", `${tag}<entry`));
  return `${head}<vsys>${vsys}`;
}
