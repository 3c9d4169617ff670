import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { entryXpath, vsysXpath } from "../../panos/location";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { driftIn } from "../support/run-drift";
import { onEveryTarget } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 8025 };
const TAG = "aws-panos-test1234";

onEveryTarget("e2e: what is ours and what isn't", (target) => {
  let lab: Lab;
  let stack: Stack;
  let admin: Person;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH]));
    stack = await lab.stack();
    admin = lab.person();
  });
  afterEach(() => lab.close());

  const up = (flags = {}) => lab.during(() => stack.up({ ...flags }));

  /** A run with nothing to do takes no lock and says that nothing has changed, besides what it names. */
  async function idle(message: string): Promise<void> {
    const { result, requests, writes } = await up({ refresh: true });
    const text = said(succeeded(result));
    expect(text)
      .to.include(message)
      .and.to.match(/\d+ unchanged/);
    expect(text).not.to.match(/\d+ (updated|created|deleted)/);
    expect(requests.filter(({ cmd }) => cmd?.includes("<commit-lock><add>"))).to.deep.equal([]);
    expect(writes).to.equal(0);
  }

  it("refuses a service of somebody else's under our name, and names it", async () => {
    const theirs =
      '<entry name="aws-test1234-tcp-8025"><protocol><tcp><port>1-65535</port></tcp></protocol></entry>';
    await admin.addObject("service", theirs);
    await admin.commitEverything();
    await lab.setAccount(account([WEB, MAIL]));
    const { result, writes, commits } = await up();
    expect(writes).to.equal(0);
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(
      `a service named aws-test1234-tcp-8025 exists on ${lab.label} and is not`,
    );
    expect(commits).to.equal(0);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(lab.objects("candidate")).to.include("<port>1-65535</port>");
  });

  it("refuses a rule of somebody else's under our name, and names it", async () => {
    await admin.addRule(ruleEntry(ruleOf(WEB), { action: "drop" }));
    await admin.commitEverything();
    const text = `a rule named ${ruleOf(WEB)} exists on ${lab.label} and is not this stack's`;
    const preview = await stack.preview();
    expect(preview.code).to.equal(1);
    expect(said(preview)).to.include(text);
    const { result, writes, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(text);
    expect(writes + commits).to.equal(0);
    expect(lab.field(ruleOf(WEB), "action")).to.include("drop");
  });

  it("says in the preview which new names are somebody else's, also uncommitted ones", async () => {
    succeeded((await up()).result);
    await admin.addObject("tag", '<entry name="aws-panos-other123"/>');
    await admin.addRule(ruleEntry(ruleOf(MAIL), { action: "drop", tag: "aws-panos-other123" }));
    await lab.setAccount(account([WEB, SSH, MAIL]));
    const text = `a rule named ${ruleOf(MAIL)} exists on ${lab.label} and is not this stack's`;
    expect(said(succeeded(await stack.preview()))).to.include(text);
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(text);
    expect(commits).to.equal(0);
  });

  it("refuses a rule of this program as the cleanup rule, in the preview", async () => {
    succeeded((await up()).result);
    const other = await lab.stack({ settings: { "aws-panos-rules:cleanupRule": ruleOf(WEB) } });
    const { result, writes } = await lab.during(() => other.preview());
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(
      `aws-panos-rules:cleanupRule: "${ruleOf(WEB)}" is a rule of this program`,
    );
    expect(writes).to.equal(0);
  });

  it("reports an administrator's clone of our rule, and leaves it through up and destroy", async () => {
    succeeded((await up()).result);
    await admin.addRule(ruleEntry(`${ruleOf(WEB)}-copy`, { tag: TAG }));
    await admin.commitEverything();
    const clone = lab.rule(`${ruleOf(WEB)}-copy`);
    await lab.setAccount(account([WEB]));
    const { result } = await up();
    succeeded(result);
    expect(said(result)).to.include(`${ruleOf(WEB)}-copy on ${lab.label} carries this stack's tag`);
    expect(lab.rule(`${ruleOf(WEB)}-copy`)).to.equal(clone);

    const destroyed = succeeded(await stack.destroy());
    expect(said(destroyed)).to.include(`${ruleOf(WEB)}-copy on ${lab.label} carries this stack's tag`);
    expect(lab.running()).to.have.members([`${ruleOf(WEB)}-copy`, "cleanup"]);
    expect(lab.rule(`${ruleOf(WEB)}-copy`)).to.equal(clone);
    // The clone uses the tag, so it stays too.
    expect(lab.objects()).to.include(TAG);
  });

  it("leaves a rule that lost its tag as it is, commits the others, and fails while it says otherwise", async () => {
    succeeded((await up()).result);
    await admin.removeTag(ruleOf(WEB), TAG);
    await admin.edit(ruleOf(WEB), "source", "<source><member>192.0.2.7</member></source>");
    await admin.commitEverything();
    await lab.setAccount(account([WEB, SSH, MAIL]));
    const { result } = await up({ refresh: true });
    expect(result.code).to.equal(1);
    expect(said(result))
      .to.include(`rule ${ruleOf(WEB)} on ${lab.label} has lost this stack's tag`)
      .and.to.include("declared and not in force");
    expect(lab.field(ruleOf(WEB), "source")).to.include("192.0.2.7");
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH), ruleOf(MAIL)]);
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
  });

  for (const command of ["up", "destroy"] as const) {
    it(`leaves a rule that is put on hold between the refresh and the changes of one ${command}`, async () => {
      const hold = "aws-panos-hold";
      succeeded((await up()).result);
      await admin.addObject("tag", `<entry name="${hold}"/>`);
      await admin.commitEverything();
      await lab.setAccount(account([{ ...WEB, cidr: "198.51.100.0/24" }, SSH]));
      // The refresh has read it; now the program does, or what removes it.
      let reads = 0;
      const place = vsysXpath(target.location);
      const held = lab.firewall.hold(
        ({ action, xpath }) => action === "get" && xpath === place && ++reads === 2,
      );
      const run = stack.start(command, { refresh: true });
      await Promise.race([held.reached, run.done.then(() => expect.fail("the run asked nothing"))]);
      await admin.set(ruleOf(WEB), `<tag><member>${hold}</member></tag><disabled>yes</disabled>`);
      await admin.commitEverything();
      held.release();
      const result = await run.done;
      expect(said(result)).to.include(`rule ${ruleOf(WEB)} on ${lab.label} is on hold (tag ${hold})`);
      expect(lab.running()).to.include(ruleOf(WEB));
      expect(lab.field(ruleOf(WEB), "disabled")).to.include("yes");
      expect(lab.field(ruleOf(WEB), "source")).not.to.include("198.51.100.0");
    });
  }

  it("takes a rule that lost its tag for nobody's permission, however far it was opened", async () => {
    succeeded((await up()).result);
    await admin.removeTag(ruleOf(WEB), TAG);
    for (const setting of ["source", "service", "application"]) {
      await admin.edit(ruleOf(WEB), setting, `<${setting}><member>any</member></${setting}>`);
    }
    await admin.commitEverything();
    const opened = lab.rule(ruleOf(WEB));
    expect(said(succeeded(await stack.preview()))).to.include(`${ruleOf(WEB)} on ${lab.label} has lost`);
    for (const refresh of [true, true, false]) {
      const { result, commits } = await up({ refresh });
      expect(result.code, said(result)).to.equal(1);
      expect(said(result)).to.include("declared and not in force").and.to.include(ruleOf(WEB));
      expect(commits).to.equal(0);
    }
    const { code, made } = await driftIn(lab);
    expect(code).to.equal(2);
    const [finding] = made.firewalls[0]!.findings;
    expect(finding).to.include({ kind: "untagged", name: ruleOf(WEB), where: "both" });
    expect(finding!.fields).to.deep.include({ field: "source", added: ["203.0.113.0/24"], removed: ["any"] });
    expect(lab.rule(ruleOf(WEB))).to.equal(opened);
  });

  it("names a rule that lost its tag in every run and in drift, revoked too, until it is renamed", async () => {
    succeeded((await up()).result);
    await admin.removeTag(ruleOf(WEB), TAG);
    await admin.commitEverything();
    const message = `rule ${ruleOf(WEB)} on ${lab.label} has lost this stack's tag`;
    const named = async (refresh: boolean) => {
      const { result } = await up({ refresh });
      expect(said(succeeded(result))).to.include(message);
      const { code, made } = await driftIn(lab);
      expect(code).to.equal(2);
      const [firewall] = made.firewalls;
      expect(firewall!.findings.map(({ kind, name, where }) => [kind, name, where])).to.deep.equal([
        ["untagged", ruleOf(WEB), "both"],
      ]);
    };
    for (const refresh of [true, false]) await named(refresh);
    await idle(message);
    await lab.setAccount(account([SSH]));
    const before = await driftIn(lab);
    expect(before.made.firewalls[0]!.findings.map(({ name }) => name)).to.deep.equal([ruleOf(WEB)]);
    for (const refresh of [true, false]) await named(refresh);
    expect(lab.running()).to.include(ruleOf(WEB));
    await idle(message);

    const destroyed = succeeded(await stack.destroy());
    expect(said(destroyed)).to.include(message);
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);

    const theirs = lab.rule(ruleOf(WEB)).replace(ruleOf(WEB), "my-web");
    await admin.deleteRule(ruleOf(WEB));
    await admin.addRule(theirs);
    await admin.moveAbove("my-web", "cleanup");
    await admin.commitEverything();
    const { result } = await up({ refresh: true });
    expect(said(succeeded(result))).not.to.include("has lost");
  });

  for (const [what, container, permission, name] of [
    ["rule", "rule", WEB, ruleOf(WEB)],
    ["service", "service", MAIL, "aws-test1234-tcp-8025"],
  ] as const) {
    it(`says in the preview what an update refuses: a ${what} that lost its tag, of a permission that was revoked and is granted again`, async () => {
      const all = account([WEB, SSH, MAIL]);
      await lab.setAccount(all);
      succeeded((await up()).result);
      if (container === "rule") await admin.removeTag(name, TAG);
      else {
        const theirs = `<entry name="${name}"><protocol><tcp><port>8025</port></tcp></protocol></entry>`;
        await admin.client.edit(entryXpath(target.location, container, name), theirs);
      }
      await admin.commitEverything();
      const text = `a ${what} named ${name} exists on ${lab.label} and is not this stack's`;
      // While the stack has it, it is left as it is.
      expect(said(succeeded(await stack.preview()))).not.to.include(text);
      expect(said(succeeded((await up()).result))).not.to.include(text);
      await lab.setAccount(account([WEB, SSH, MAIL].filter((each) => each !== permission)));
      succeeded((await up()).result);

      await lab.setAccount(all);
      const before = lab.running();
      expect(said(succeeded(await stack.preview()))).to.include(text);
      const { result, commits } = await up();
      expect(result.code).to.equal(1);
      expect(said(result)).to.include(text);
      expect(commits).to.equal(0);
      expect(lab.running()).to.deep.equal(before);
    });
  }

  it("leaves a rule on hold as that person left it, says so in every run, and commits the others", async () => {
    const hold = "aws-panos-hold";
    succeeded((await up()).result);
    await admin.addObject("tag", `<entry name="${hold}"/>`);
    await admin.set(ruleOf(WEB), `<tag><member>${hold}</member></tag><disabled>yes</disabled>`);
    await admin.commitEverything();
    const held = lab.rule(ruleOf(WEB));
    const message = `rule ${ruleOf(WEB)} on ${lab.label} is on hold (tag ${hold})`;

    await lab.setAccount(account([{ ...WEB, cidr: "198.51.100.0/24" }, SSH, MAIL]));
    for (const flags of [{}, { refresh: true }]) {
      const { result } = await up(flags);
      succeeded(result);
      expect(said(result)).to.include(message);
      expect(lab.rule(ruleOf(WEB))).to.equal(held);
      expect(lab.rule(ruleOf(WEB), "candidate")).to.equal(held);
    }
    await idle(message);
    expect(lab.ours()).to.include(ruleOf(MAIL));

    // Not even when its permission is revoked.
    await lab.setAccount(account([SSH, MAIL]));
    const revoked = await up();
    succeeded(revoked.result);
    expect(said(revoked.result)).to.include(message);
    expect(lab.rule(ruleOf(WEB))).to.equal(held);
    await idle(message);

    await admin.removeTag(ruleOf(WEB), hold);
    await admin.commitEverything();
    succeeded((await up({ refresh: true })).result);
    expect(lab.ours()).to.have.members([ruleOf(SSH), ruleOf(MAIL)]);
  });
});
