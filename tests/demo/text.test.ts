import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { INPUT_COLUMNS, inputRows } from "../../demo/input";
import {
  changeColumns,
  changeRows,
  changesBetween,
  RULEBASE_COLUMNS,
  rulebaseRows,
} from "../../demo/rulebase";
import { explained } from "../../demo/warnings";
import type { Inventory } from "../../inventory/types";
import { table } from "../../lib/terminal/table";
import type { RulebaseRule } from "../../panos/policy";
import { PROJECT_DIR } from "../support/lab";

const account = async () =>
  JSON.parse(await readFile(join(PROJECT_DIR, "demo", "account.json"), "utf8")) as Inventory;

const GROUPS = new Map([["sg-0ab9c37e7cf290ea4", "web"]]);
const OURS = "aws-sg-0ab9c37e7cf290ea4-tcp-443";

function rule(name: string, more: Partial<RulebaseRule>): RulebaseRule {
  const lists = { tag: [], from: ["untrust"], to: ["trust"], source: ["any"], destination: ["any"] };
  return {
    ...{ name, ...lists, application: ["any"], service: ["any"], action: "allow", disabled: false },
    ...more,
  } as RulebaseRule;
}

const RULES = [
  rule("allow-http-in", { service: ["service-http"] }),
  rule(OURS, {
    tag: ["aws-panos-demo4aws"],
    source: ["0.0.0.0/0", "::/0"],
    destination: ["10.20.1.10", "10.20.1.11"],
    application: ["ssl"],
    service: ["application-default"],
  }),
  rule("cleanup-deny", { action: "deny" }),
];

const widths = (text: string) => text.split("\n").map((line) => stripVTControlCharacters(line).length);

describe("what the demo shows", () => {
  it("is the account's groups, what they let in, from where and to which instances", async () => {
    const rows = inputRows(await account());
    const text = table(INPUT_COLUMNS, rows, { columns: 80, hasColour: false });
    expect(text.split("\n").slice(0, 5).join("\n")).to.equal(
      [
        "security group  lets in             from                       to instances",
        "app             TCP 8443            198.51.100.7/32, group w…  api-1",
        "                TCP 8000-8100       203.0.113.0/24",
        "                TCP 9090            10.20.0.0/16",
        "db              TCP 5432            group app, 10.21.0.0/28    db-1",
      ].join("\n"),
    );
  });

  it("is a rulebase, in which the administrator's rules are told from ours", () => {
    const rows = rulebaseRows(RULES, GROUPS);
    expect(table(RULEBASE_COLUMNS, rows, { columns: 80, hasColour: false })).to.equal(
      [
        "rule                     group       from          to             lets in",
        "allow-http-in            (not ours)  any           any            service-http",
        "aws-sg-0a…90ea4-tcp-443  web         0.0.0.0/0 +1  10.20.1.10 +1  ssl",
        "cleanup-deny             (not ours)  any           any            nothing (deny)",
      ].join("\n"),
    );
    const wide = table(RULEBASE_COLUMNS, rows, { columns: 140, hasColour: false });
    expect(wide).to.contain(OURS).and.not.contain("…");
  });

  it("is no wider with colour, in which ours stand out", () => {
    const rows = rulebaseRows(RULES, GROUPS);
    for (const columns of [80, 140]) {
      const coloured = table(RULEBASE_COLUMNS, rows, { columns, hasColour: true });
      expect(stripVTControlCharacters(coloured)).to.equal(
        table(RULEBASE_COLUMNS, rows, { columns, hasColour: false }),
      );
      expect(Math.max(...widths(coloured))).to.be.at.most(columns);
      expect(coloured).to.contain("\u001b[2mallow-http-in").and.contain("\u001b[32mweb");
    }
  });

  it("is what became of rules, with the group that each mirrors", () => {
    const stopped = [RULES[0]!, { ...RULES[1]!, destination: ["10.20.1.10"] }];
    const changes = [...changesBetween(RULES, stopped).values()];
    expect(
      table(changeColumns(changes), changeRows(changes, GROUPS), { columns: 80, hasColour: false }),
    ).to.equal(
      [
        "   group  rule                              how",
        `~  web    ${OURS}  to: − 10.20.1.11`,
        "−         cleanup-deny",
      ].join("\n"),
    );
    const added = [...changesBetween([], [RULES[1]!]).values()];
    expect(changeColumns(added).map(({ title }) => title)).to.deep.equal(["", "group", "rule"]);
  });

  it("has no control of the terminal that a name brings", () => {
    const hostile = new Map([["sg-0ab9c37e7cf290ea4", "web\u001b[2J\u001b]0;x\u0007"]]);
    const rows = rulebaseRows(RULES, hostile);
    expect(table(RULEBASE_COLUMNS, rows, { columns: 140, hasColour: false })).not.to.contain("\u001b");
  });
});

describe("what the demo says of warnings", () => {
  it("is each once, in other words than the program's", () => {
    const texts = explained([
      "firewall/vsys1: panos:skipVerifyCertificate is true: whoever is on the way can pass for the firewall",
      "the firewall's rule deny-known-bad stands above and may deny part of what these allow: a, b, c",
      "the firewall's rule deny-known-bad stands above and may deny part of what these allow: a, b",
    ]);
    expect(texts).to.have.length(2);
    expect(texts[1]).to.match(/^deny-known-bad is the administrator's .* 3 of ours\.$/);
  });

  it("is the program's own where nobody has other ones", () => {
    expect(explained(["something new"])).to.deep.equal(["something new"]);
  });
});
