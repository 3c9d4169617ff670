import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REVIEWED_VARIABLES } from "../../plan/reviewed";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, PASSWORDS, ruleEntry, firewallConfig, said, succeeded } from "../support/lab";
import { reviewIn } from "../support/reviewing";
import { renameRules } from "../support/state";
import { entryXpath } from "../../panos/location";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("review of a preview", function () {
  this.timeout(120_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({
      config: firewallConfig([ruleEntry("allow-mail", { destination: "10.0.0.3", service: "any" })]),
    });
  });
  afterEach(() => lab.close());

  const run = (environment: NodeJS.ProcessEnv = {}) => reviewIn(lab, environment);

  it("shows what an update would do, and an update of it stops where AWS or the firewall has moved on", async () => {
    await lab.setAccount(account([WEB, { group: 3, port: 25 }]));
    const stack = await lab.stack();
    const { result, writes } = await lab.during(() => run());
    expect(result.code, result.text).to.equal(0);
    expect(writes).to.equal(0);
    const { made, out } = result;
    const [firewall] = made!.firewalls;
    expect(made!.stack).to.equal("organization/aws-panos-rules/dev");
    expect(firewall!.changes.map(({ rule, kind }) => [rule, kind])).to.deep.equal([[ruleOf(WEB), "added"]]);
    expect(firewall!.alreadyAllowed).to.have.length(1);
    expect(firewall!.alreadyAllowed[0]!.by).to.deep.equal(["allow-mail"]);
    expect(firewall!.cost).to.deep.include({ commits: 1 });
    expect(result.text)
      .to.include("opens by 1 rule")
      .and.include(`The page: ${join(out, "review.html")}`);
    for (const file of ["review.md", "review.html", "review.json", "inventory.json", "rulebase.json"]) {
      expect(readFileSync(join(out, file), "utf8")).not.to.include(PASSWORDS["aws-panos"]);
    }

    // Somebody else stops the other instance, then works on the firewall.
    const reviewed = { [REVIEWED_VARIABLES.folder]: out };
    await lab.setAccount(account([WEB, { group: 3, port: 25 }], [3]));
    const moved = await lab.during(() => stack.up({ env: reviewed }));
    expect(moved.result.code).not.to.equal(0);
    expect(said(moved.result))
      .to.include("AWS is not as it was reviewed")
      .and.include("instance i-0a3 is gone");
    expect(moved.writes).to.equal(0);

    await lab.setAccount(account([WEB, { group: 3, port: 25 }]));
    const person = lab.person();
    await person.addRule(ruleEntry("allow-vpn"));
    const changed = await lab.during(() => stack.up({ env: reviewed }));
    expect(changed.result.code).not.to.equal(0);
    expect(said(changed.result)).to.include("firewall/vsys1 is not as it was reviewed");
    expect(said(changed.result)).to.include("allow-vpn is new");
    expect(changed.writes).to.equal(0);

    const follow = { ...reviewed, [REVIEWED_VARIABLES.follow]: "true" };
    const applied = await stack.up({ env: follow });
    expect(said(succeeded(applied))).to.include("so this run takes it as it is now");
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("applies what was reviewed, and ends with 2 where a limit or an enforced guardrail is hit", async () => {
    await lab.setAccount(account([WEB, SSH]));
    const stack = await lab.stack();
    const { out } = await run();
    succeeded(await stack.up({ env: { [REVIEWED_VARIABLES.folder]: out } }));
    expect(lab.ours()).to.deep.equal([ruleOf(WEB), ruleOf(SSH)]);

    // What rules are called in Pulumi is nothing on the firewall: below, only one of them changes there.
    await renameRules(stack, (name) => `gone/${name}`);
    await lab.configure({
      settings: {
        "aws-panos-rules:maxChanges": 0,
        "aws-panos-rules:guardrails": { neverOpen: ["tcp/22"], enforce: true },
      },
    });
    const limited = await run();
    expect(limited.code, limited.text).to.equal(2);
    expect(limited.made!.against.map(({ kind }) => kind)).to.deep.equal(["limit", "guardrail"]);
    expect(limited.text).to.include("guardrails.neverOpen has tcp/22").and.include("✗ ");
    const [change, ...others] = limited.made!.firewalls[0]!.changes;
    expect(others).to.deep.equal([]);
    expect(change).to.include({ rule: ruleOf(SSH), kind: "removed" });
    expect(change!.closes).to.have.length(1);
    expect(change!.reasons[0]!.text).to.include("is withheld: guardrails.neverOpen has tcp/22");

    const failed = await run({ PANOS_PASSWORD: "n0t-the-p4ss" });
    expect(failed.code).to.equal(1);
    expect(failed.text).to.include("the preview failed").and.not.include("n0t-the-p4ss");
    expect(failed.made).to.equal(undefined);
    expect(existsSync(join(out, "inventory.json"))).to.equal(false);
  });

  describe("of a rule that says the same, where what it names was changed by hand", () => {
    const APP: Permission = { group: 2, port: 8443 };
    const edit = async (kind: string, name: string, content: string) => {
      const admin = lab.person();
      await admin.client.edit(entryXpath({ vsys: "vsys1" }, kind, name), content);
      await admin.commitEverything();
    };
    const changesOf = async () => {
      const { made, code, text } = await run();
      expect(code, text).to.equal(0);
      return made!.firewalls[0]!;
    };

    it("shows a service as it is in force and as it is set back, with what that closes", async () => {
      await lab.setAccount(account([WEB, APP]));
      const stack = await lab.stack();
      succeeded(await stack.up());
      expect((await changesOf()).changes).to.deep.equal([]);
      const name = "aws-test1234-tcp-8443";
      const tag = "<tag><member>aws-panos-test1234</member></tag>";
      await edit(
        "service",
        name,
        `<entry name="${name}"><protocol><tcp><port>8000-9000</port></tcp></protocol>${tag}</entry>`,
      );
      const { changes, unchanged } = await changesOf();
      expect(changes.map(({ rule, kind }) => [rule, kind])).to.deep.equal([[ruleOf(APP), "changed"]]);
      expect(changes[0]!.fields).to.deep.equal([
        { field: `service ${name}`, added: ["tcp/8443"], removed: ["tcp/8000-9000"] },
      ]);
      expect(changes[0]!.closes.flatMap(({ ports }) => ports)).to.deep.equal([
        "tcp/8000-8442",
        "tcp/8444-9000",
      ]);
      expect(changes[0]!.opens).to.deep.equal([]);
      expect(unchanged).to.equal(1);
      // An update does what it shows.
      succeeded(await stack.up({ refresh: true }));
      expect((await changesOf()).changes).to.deep.equal([]);
    });

    it("shows an address group that names others", async () => {
      await lab.setAccount(account([WEB]));
      const stack = await lab.stack({ settings: { "aws-panos-rules:destinations": "dynamic" } });
      succeeded(await stack.up());
      expect((await changesOf()).changes).to.deep.equal([]);
      const name = "aws-test1234-sg-0a0001";
      const tag = "<tag><member>aws-panos-test1234</member></tag>";
      await edit(
        "address-group",
        name,
        `<entry name="${name}"><dynamic><filter>'everything'</filter></dynamic>${tag}</entry>`,
      );
      const { changes } = await changesOf();
      expect(changes.map(({ rule, kind }) => [rule, kind])).to.deep.equal([[ruleOf(WEB), "changed"]]);
      const [field] = changes[0]!.fields;
      expect(field).to.deep.include({ field: `address group ${name}`, removed: ["'everything'"] });
      expect(field!.added).to.have.length(1);
    });
  });
});
