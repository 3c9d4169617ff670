import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ruleXml } from "../../panos/entries";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { faults, type Schema } from "../support/json-schema";
import { Lab, PROJECT_DIR, ruleEntry, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import { driftIn } from "../support/run-drift";
import { renameRules } from "../support/state";

const DAY = 86_400;
const OWNER = "test1234";
const permission = (group: number, port = 443): Permission => ({ group, port });
const [EDITED, DISABLED, MOVED, REMOVED, STAGED, HELD, LEAVING, UNUSED, SERVED] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9,
].map((group) => permission(group, group === 9 ? 8443 : 443)) as [
  Permission,
  Permission,
  Permission,
  Permission,
  Permission,
  Permission,
  Permission,
  Permission,
  Permission,
];
const NEW = permission(10);

onTargets("e2e: drift", (target) => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.open({ target });
  });
  after(() => lab.close());

  const run = () => driftIn(lab);

  it("finds what somebody did by hand, in either configuration, and tells it from what AWS did", async () => {
    const applied = [EDITED, DISABLED, MOVED, REMOVED, STAGED, HELD, LEAVING, UNUSED, SERVED];
    await lab.setAccount(account(applied));
    const stack = await lab.stack();
    succeeded(await stack.up());

    // What rules are called in Pulumi is nothing on the firewall.
    await renameRules(stack, (name) => `gone/${name}`);
    const quiet = await lab.during(() => run());
    expect(quiet.result.code, quiet.result.text).to.equal(0);
    expect(quiet.writes).to.equal(0);
    expect(quiet.result.made).to.include({ drifted: false, summary: "No drift" });

    const admin = lab.person();
    await admin.edit(ruleOf(EDITED), "source", "<source><member>any</member></source>");
    await admin.set(ruleOf(DISABLED), "<disabled>yes</disabled>");
    await admin.moveBelow(ruleOf(MOVED), "cleanup");
    await admin.deleteRule(ruleOf(REMOVED));
    await admin.addObject("tag", '<entry name="aws-panos-hold"/>');
    await admin.set(ruleOf(HELD), "<disabled>yes</disabled><tag><member>aws-panos-hold</member></tag>");
    const clone = { name: "copy-of-web", description: "", from: ["untrust"], to: ["trust"], source: ["any"] };
    const rest = { destination: ["any"], application: ["any"], service: ["any"], action: "allow" as const };
    await admin.addRule(ruleXml({ ...clone, ...rest, tag: [`aws-panos-${OWNER}`] }));
    const undeclared = "aws-sg-0ffff-tcp-99";
    await admin.addRule(ruleXml({ ...clone, ...rest, name: undeclared, tag: [`aws-panos-${OWNER}`] }));
    await admin.addObject(
      "service",
      `<entry name="aws-${OWNER}-tcp-8443"><protocol><tcp><port>1-65535</port></tcp></protocol></entry>`,
    );
    await admin.addRule(ruleEntry("block-mallory", { source: "203.0.113.7", action: "deny" }));
    await admin.moveToTop("block-mallory");
    await admin.commitEverything();
    await admin.edit(ruleOf(STAGED), "to", "<to><member>any</member></to>");
    const longAgo = Math.floor(Date.now() / 1000) - 100 * DAY;
    for (const firewall of lab.firewalls) {
      firewall.setHitCount(ruleOf(UNUSED), 3, { lastHit: longAgo });
      firewall.setHitCount(ruleOf(SERVED), 3);
    }
    // A refresh alone puts what it finds into the state: that must not make it what was applied.
    succeeded(await stack.refresh());
    await lab.setAccount(account([...applied.filter((each) => each !== LEAVING), NEW]));

    const { result, writes, commits } = await lab.during(() => run());
    const { code, text, made } = result;
    expect(code, text).to.equal(2);
    expect({ writes, commits }).to.deep.equal({ writes: 0, commits: 0 });
    const [firewall] = made.firewalls;
    const found = firewall!.findings.map(({ kind, object, name, where }) => [kind, object, name, where]);
    expect(found).to.have.deep.members([
      ["edited", "rule", ruleOf(EDITED), "both"],
      ["disabled", "rule", ruleOf(DISABLED), "both"],
      ["moved", "rule", ruleOf(MOVED), "both"],
      ["removed", "rule", ruleOf(REMOVED), "both"],
      ["edited", "rule", ruleOf(STAGED), "candidate"],
      ["undeclared", "rule", undeclared, "both"],
      ["undeclared", "rule", "copy-of-web", "both"],
      ["edited", "service", `aws-${OWNER}-tcp-8443`, "both"],
    ]);
    const edited = firewall!.findings.find(({ name }) => name === ruleOf(EDITED));
    expect(edited!.group).to.deep.equal({ id: groupId(1), name: "group-1" });
    expect(edited!.fields).to.deep.equal([{ field: "source", added: ["203.0.113.0/24"], removed: ["any"] }]);
    const gone = firewall!.findings.find(({ name }) => name === ruleOf(REMOVED));
    expect(gone!.fields).to.deep.include({ field: "source", added: ["203.0.113.0/24"], removed: [] });
    const service = firewall!.findings.find(({ object }) => object === "service");
    expect(service!.fields[0]!.removed).to.deep.equal(["tcp/1-65535"]);
    const copy = firewall!.findings.find(({ name }) => name === "copy-of-web");
    expect(copy!.fields.map(({ field, removed }) => [field, ...removed])).to.deep.include(["source", "any"]);
    const waiting = firewall!.notApplied.filter(({ object }) => object === "rule");
    const why = waiting.map(({ name, change, staged, reasons }) => [name, change, staged, reasons![0]!.text]);
    expect(why).to.deep.equal([
      [
        ...[ruleOf(LEAVING), "remove", false],
        `${groupId(7)} is not among the security groups any more: it was deleted, or no running instance carries it`,
      ],
      [ruleOf(NEW), "add", false, `group-10 (${groupId(10)}) has sgr-0a01bb0 from 203.0.113.0/24`],
    ]);
    // Of what is committed the device says only who has committed.
    const named = firewall!.findings.filter(({ by }) => by !== undefined);
    expect(named.map(({ name, by }) => [name, by])).to.deep.equal([[ruleOf(STAGED), ["admin"]]]);
    expect(firewall!.commits.map(({ by }) => by)).to.deep.equal(["admin", "aws-panos"]);
    expect(firewall!.held.map(({ rule }) => rule)).to.deep.equal([ruleOf(HELD)]);
    expect(firewall!.held[0]!.fields.map(({ field }) => field)).to.deep.equal(["tag", "other settings"]);
    const shadowed = firewall!.shadowed.find(({ rule }) => rule === ruleOf(UNUSED));
    expect(shadowed).to.deep.include({ by: "block-mallory", group: { id: groupId(8), name: "group-8" } });
    expect(firewall!.unused.rules.map(({ rule, revoke }) => [rule, revoke.length])).to.deep.equal([
      [ruleOf(UNUSED), 1],
    ]);
    expect(firewall!.unused.rules[0]!.lastHit).to.equal(new Date(longAgo * 1000).toISOString());
    const markdown = readFileSync(join(result.out, "drift.md"), "utf8");
    expect(markdown).to.include("candidate, not committed<br>by <code>admin</code>");
    expect(markdown).to.include("No hit for 90 days").and.include("newest first: <code>admin</code> (job ");
    // The terminal has it in its own width, without Markdown.
    const [shown = "", page] = text.split("\nThe page: ");
    expect(page).to.include(join(result.out, "drift.html"));
    expect(shown).to.include("No hit for 90 days").and.include("newest first: admin (job ");
    expect(shown)
      .to.match(/^⚠ {2}rule edited +/m)
      .and.not.match(/<br>|\| /);
    for (const line of shown.split("\n")) expect(line.length, line).to.be.at.most(80);
    const schema = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/drift.schema.json"), "utf8")) as Schema;
    expect(faults(made, schema)).to.deep.equal([]);
    expect(faults({ ...made, format: 2, more: true }, schema)).to.have.length(2);
    expect(readFileSync(join(result.out, "drift.html"), "utf8")).to.include(ruleOf(STAGED));
  });
});
