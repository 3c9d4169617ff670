import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { objectsIn } from "../../declaration/objects";
import { readSnapshot } from "../../inventory";
import type { Inventory } from "../../inventory/types";
import { rulebaseFrom } from "../../panos/rulebase";
import { child, find, parseXml } from "../../panos/xml";
import { messagesOf } from "../../plan/messages";
import { planOf } from "../../plan/plan";
import { FACTS_VARIABLE, planLine, readPlanFile, writePlanLine } from "../../plan/plan-file";
import { policyFor } from "../../plan/policy";
import { refusedPlan } from "../../plan/refused";
import type { FirewallState } from "../../plan/state";
import type { Plan } from "../../plan/types";
import { firewallFacts, refusedFacts } from "../../review/change/from-plan";
import type { FirewallSettings, Settings } from "../../settings/types";
import { offlineSettings } from "../../settings/offline";
import { PROJECT_DIR } from "../support/lab";

const KEY = "K3y-that-nobody-may-see";

describe("a plan", () => {
  let settings: Settings;
  let firewall: FirewallSettings;
  let inventory: Inventory;
  let state: FirewallState;

  before(async () => {
    settings = await offlineSettings(PROJECT_DIR, "dev", { PANOS_API_KEY: KEY });
    firewall = settings.firewalls[0]!;
    inventory = await readSnapshot(join(PROJECT_DIR, "demo/account.json"));
    const root = parseXml(readFileSync(join(PROJECT_DIR, "demo/firewall.xml"), "utf8"));
    const vsys = find(root, "devices", "entry", "vsys", "entry");
    const rulebase = rulebaseFrom(vsys, child(root, "shared"));
    state = {
      candidate: { rulebase },
      running: { rulebase, objects: objectsIn(vsys, rulebase.names) },
      capacity: { rules: undefined, services: undefined, addresses: undefined, addressGroups: undefined },
    };
  });

  const planned = (changes: Partial<Settings> = {}): Plan => {
    const { guardrails } = settings;
    const policy = policyFor(firewall, inventory, guardrails);
    return planOf(firewall, { ...settings, ...changes }, { inventory, policy, state, revoked: [] });
  };

  it("is the same for the same settings, account and firewall, and so is what is said of it", () => {
    expect(planned()).to.deep.equal(planned());
    expect(messagesOf(planned())).to.deep.equal(messagesOf(planned()));
  });

  it("is whole where a limit stops the run, and says why it does", () => {
    const { rules } = state.running.objects;
    const [covered] = planned().content.rules;
    const ours = { ...covered!, extras: [] };
    const gone = Array.from({ length: 3 }, (_, number) => `aws-sg-0a${number}-tcp-443`);
    for (const name of gone) rules.set(name, { ...ours, name });
    const { stop, content } = planned({ limits: { ...settings.limits, maxRemovals: 2 } });
    for (const name of gone) rules.delete(name);
    expect(content).to.deep.equal(planned().content);
    expect(stop?.because).to.equal("limit");
    for (const name of gone) expect(stop?.text).to.include(name);
    expect(planned()).not.to.have.property("stop");
  });

  it("gives a review through its file the facts that it gives in process, and no key", () => {
    const folder = mkdtempSync(join(tmpdir(), "aws-panos-plan-"));
    const file = join(folder, "plan.jsonl");
    const plan = planned();
    // What somebody's application has where a number should be.
    plan.state.running.objects.applications.set("odd", {
      ...{ name: "odd", description: "", identifiedBy: "ip-protocol", number: Number.NaN, extras: [] },
    });
    const refused = refusedPlan(
      firewall,
      policyFor(firewall, inventory, settings.guardrails),
      new Error("no"),
    );
    process.env[FACTS_VARIABLE] = file;
    try {
      for (const each of [plan, refused]) writePlanLine(planLine(each));
      const [first, second] = readPlanFile(file);
      expect(readFileSync(file, "utf8")).not.to.include(KEY);
      expect(first?.line === "plan" && first.plan.state.running).to.deep.equal(plan.state.running);
      expect(first?.line === "plan" && firewallFacts(first.plan)).to.deep.equal(firewallFacts(plan));
      expect(second?.line === "refused" && refusedFacts(second.plan)).to.deep.equal(refusedFacts(refused));
    } finally {
      delete process.env[FACTS_VARIABLE];
      rmSync(folder, { recursive: true });
    }
  });
});
