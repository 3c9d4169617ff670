import { expect } from "chai";
import { stackTag, type PolicyContent } from "../../declaration/declaration";
import { kindOf, PARTS } from "../../declaration/kinds/index";
import type { Named } from "../../declaration/kinds/kind";
import { objectsIn } from "../../declaration/objects";
import { rulebaseFrom } from "../../panos/rulebase";
import { child, find, parseXml } from "../../panos/xml";
import { planOf } from "../../plan/plan";
import { policyFor } from "../../plan/policy";
import { refusedPlan } from "../../plan/refused";
import { summaryOf } from "../../plan/summary";
import type { Plan } from "../../plan/types";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, ruleEntry } from "../support/lab";
import { settingsOf } from "../support/offline-settings";

const ANYBODY = "0.0.0.0/0";
const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22, cidr: ANYBODY };
const MYSQL: Permission = { group: 3, port: 3306, cidr: ANYBODY };

/** A firewall's configuration that has a stack's objects in force. */
function configWith({ rules, ...content }: PolicyContent): string {
  const all: Partial<Record<string, readonly Named[]>> = {
    ...content,
    tags: [stackTag("test1234", "organization/aws-panos-rules/dev")],
  };
  const objects = PARTS.filter((part) => all[part]).map((part) => {
    const kind = kindOf(part);
    return `<${kind.container}>${all[part]!.map((each) => kind.xml(each)).join("")}</${kind.container}>`;
  });
  const entries = rules.map((rule) => kindOf("rules").xml(rule));
  return firewallConfig(entries).replace("<rulebase>", `${objects.join("")}<rulebase>`);
}

describe("the summary of a run", () => {
  const planned = (
    permissions: Permission[],
    config: string,
    settings: Record<string, unknown> = {},
    rules?: number,
  ): Plan => {
    const all = settingsOf(settings);
    const inventory = account(permissions);
    const root = parseXml(config);
    const vsys = find(root, "devices", "entry", "vsys", "entry");
    const rulebase = rulebaseFrom(vsys, child(root, "shared"));
    return planOf(all.firewalls[0]!, all, {
      inventory,
      policy: policyFor(all.firewalls[0]!, inventory, all.guardrails),
      state: {
        candidate: { rulebase },
        running: { rulebase, objects: objectsIn(vsys, rulebase.names) },
        capacity: { rules, services: undefined, addresses: undefined, addressGroups: undefined },
      },
      revoked: [],
    });
  };
  /** The plan for a firewall that has what others ask for. */
  const after = (before: Permission[], permissions: Permission[], settings: Record<string, unknown> = {}) =>
    planned(permissions, configWith(planned(before, firewallConfig(), settings).content), settings);
  const called = (plan: Plan, name: string): Plan => {
    const { firewall } = plan;
    return { ...plan, firewall: { ...firewall, declared: { ...firewall.declared, name } } };
  };

  it("is one short line where nothing changes", () => {
    expect(summaryOf([after([WEB, SSH], [WEB, SSH])])).to.deep.equal({
      severity: "info",
      text: "no change on firewall: 2 rules",
    });
    const covered = firewallConfig([ruleEntry("all", { source: "any" })]);
    expect(summaryOf([planned([WEB], covered)]).text).to.match(
      /^no .* on firewall: .*0 rules, 1 already allowed$/,
    );
  });

  it("says which rules come, change and go, by the names of their groups, and counts the rest", () => {
    const more = [4, 5, 6, 7, 8, 9].map((group): Permission => ({ group, port: 443 }));
    const narrowed = { ...WEB, cidr: "203.0.113.128/25" };
    expect(summaryOf([after([WEB, SSH], [narrowed, ...more])])).to.deep.equal({
      severity: "info",
      text: [
        "rules on firewall: 6 to add, 1 to change, 1 to remove",
        ...more.slice(0, 5).map((each) => `  + ${ruleOf(each)} (group-${each.group})`),
        "  + and 1 more",
        `  ~ ${ruleOf(WEB)} (group-1)`,
        `  - ${ruleOf(SSH)} (group-2)`,
        "  then 7 rules",
      ].join("\n"),
    });
  });

  it("warns of administration and databases that open to the internet, and of none that are open already", () => {
    const { severity, text } = summaryOf([after([SSH, WEB], [SSH, { ...WEB, cidr: ANYBODY }, MYSQL])]);
    expect(severity).to.equal("warn");
    expect(text).to.include("\n  ⚠ group-3: open to the world: MySQL (tcp/3306)\n");
    expect(text.match(/⚠/g)).to.have.length(1);

    const half = { ...SSH, cidr: "0.0.0.0/1" };
    const wider = summaryOf([after([half], [SSH])]);
    expect([wider.severity, wider.text.split("\n")[0]]).to.deep.equal([
      "info",
      "rules on firewall: 1 to change",
    ]);
    const partner = { ...MYSQL, cidr: "203.0.113.0/24" };
    expect(summaryOf([after([], [partner])]).severity).to.equal("info");
    const widened = summaryOf([after([{ ...SSH, cidr: "198.51.100.0/24" }], [SSH])]).text;
    expect(widened).to.include("1 to change\n  ⚠ group-2: open to the world: SSH (tcp/22)\n");
    const all = { ...SSH, port: 0, toPort: 65535 };
    expect(summaryOf([after([], [all])]).text).to.include(
      "⚠ group-2: open to the world: SSH (tcp/22), Telnet (tcp/23), and 29 more\n",
    );
  });

  it("sees the internet through an address group of a large prefix list", () => {
    const entries = ["0.0.0.0/1", "128.0.0.0/2", "192.0.2.0/24"];
    const groups = { "aws-panos-rules:prefixListGroups": "2" };
    const listed = { group: 2, port: 22, entries };
    expect(summaryOf([after([], [listed], groups)]).text).to.include("open to the world: SSH (tcp/22)");
    expect(summaryOf([after([listed], [listed], groups)]).text).to.equal("no change on firewall: 1 rule");
    const fewer = { ...listed, entries: entries.slice(1) };
    expect(summaryOf([after([fewer], [listed], groups)]).text).to.include("open to the world: SSH (tcp/22)");
  });

  it("counts what is withheld, and says that limits hold some back", () => {
    const limited = planned([WEB, SSH, MYSQL], firewallConfig(), {}, 3);
    expect(summaryOf([limited]).text).to.match(/\n {2}then 2 rules, 1 withheld, some held back by 1 limit$/);
  });

  it("names firewalls together of which it says the same, those with warnings first, and one that gets nothing", () => {
    const [idle, opens] = [after([WEB], [WEB]), after([WEB], [WEB, SSH])];
    const { firewall, policy } = idle;
    const declared = { ...firewall.declared, name: "four" };
    const refused = refusedPlan({ ...firewall, declared }, policy, new Error("no answer"));
    const text = summaryOf([called(idle, "one"), called(opens, "two"), called(idle, "three"), refused]).text;
    expect(text.split("\n")).to.deep.equal([
      ...["rules on two: 1 to add", "  ⚠ group-2: open to the world: SSH (tcp/22)"],
      ...[`  + ${ruleOf(SSH)} (group-2)`, "  then 2 rules"],
      "no change on one, three: 1 rule",
      "four: nothing is written, for the reason above",
    ]);
  });

  it("fits on a screen of 80 columns, however much there is", () => {
    const many = Array.from({ length: 30 }, (_, index): Permission[] => [
      { group: index, port: 22, cidr: ANYBODY },
      { group: index, port: 1521, cidr: ANYBODY },
    ]).flat();
    const long = "a-firewall-with-a-name-that-nobody-would-give-to-anything-of-this-kind";
    const plans = Array.from({ length: 12 }, (_, index) =>
      called(after([], many.slice(0, 2 * index + 2)), `${index}-${long}`),
    );
    for (const each of [plans.slice(11), plans]) {
      const lines = summaryOf(each).text.split("\n");
      expect(lines.length).to.be.at.most(25);
      for (const line of lines) expect(line.length, line).to.be.at.most(74);
    }
  });
});
