import { join } from "node:path";
import { expect } from "chai";
import { readSnapshot } from "../../inventory";
import { explainInterfaces } from "../../review/explain/interfaces";
import { explainPacket } from "../../review/explain/packet";
import { cidrOf, type PacketQuestion } from "../../review/explain/packets";
import { explainRule } from "../../review/explain/rule";
import { treeOf } from "../../review/explain/terminal";
import { viewOf, type View } from "../../review/explain/view";
import { offlineSettings } from "../../settings/offline";
import { expectReadable } from "../support/golden";
import { PROJECT_DIR } from "../support/lab";

describe("an explanation in a terminal", () => {
  let view: View;
  before(async () => {
    const { firewalls, guardrails } = await offlineSettings(PROJECT_DIR, "dev", {});
    const inventory = await readSnapshot(join(PROJECT_DIR, "demo/account.json"));
    view = viewOf(inventory, firewalls[0]!.mapping, guardrails);
  });

  const CAVEAT = "(The firewall was not asked: no key is given. This is what is declared.)";
  const packet: PacketQuestion = {
    ...{ from: cidrOf("203.0.113.7")!, to: cidrOf("10.20.1.10")!, port: "tcp/443" },
    traffic: { protocol: "tcp", fromPort: 443, toPort: 443 },
  };

  it("can be read in 80 and in 140 columns", () => {
    const rule = view.policy.rules[0]!.rule.name;
    const folder = join(__dirname, "golden");
    expectReadable(folder, "rule", (display) => treeOf(explainRule(view, rule), display));
    const answer = explainPacket(view, packet, { asked: false, because: "no key is given" });
    expectReadable(folder, "packet", (display) => treeOf(answer, display, CAVEAT));
    expectReadable(folder, "interfaces", (display) => treeOf(explainInterfaces(view), display));
  });

  it("has a line for each fact where there is all the room", () => {
    const text = treeOf(explainInterfaces(view), { columns: Infinity, hasColour: false });
    expect(text.split("\n").filter((line) => !/[├└]─ /.test(line))).to.have.length(1);
  });
});
