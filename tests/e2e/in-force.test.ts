import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { entryXpath } from "../../panos/location";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 8025 };
const TAG = "aws-panos-test1234";
const HOLD = "aws-panos-hold";
const SERVICE = "aws-test1234-tcp-8025";

onTargets("e2e: what is declared is in force, or the run fails", (target) => {
  let lab: Lab;
  let stack: Stack;
  let admin: Person;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH, MAIL]));
    stack = await lab.stack();
    admin = lab.person();
    succeeded((await up()).result);
  });
  afterEach(() => lab.close());

  const up = (flags = {}) => lab.during(() => stack.up({ ...flags }));
  const destroy = () => lab.during(() => stack.destroy());
  const empty = async (): Promise<void> => {
    for (const permission of [WEB, SSH, MAIL]) await admin.deleteRule(ruleOf(permission));
    await admin.client.delete(entryXpath(target.location, "service", SERVICE));
    await admin.commitEverything();
    expect(lab.ours()).to.deep.equal([]);
  };
  const lastCommit = async (): Promise<unknown> => {
    const { resources = [] } = await stack.exportState();
    return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.["lastCommit"];
  };

  it("commits nothing beside somebody's uncommitted stub of a rule's name, and names rule and administrator", async () => {
    await empty();
    await admin.addRule(ruleEntry(ruleOf(WEB), { source: "192.0.2.7" }));
    const { result, commits } = await up({ refresh: true });
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(`rule ${ruleOf(WEB)} (admin)`);
    expect(commits).to.equal(0);
    expect(lab.ours()).to.deep.equal([]);
    await admin.deleteRule(ruleOf(WEB));
    const next = await up({ refresh: true });
    succeeded(next.result);
    expect(lab.ours()).to.have.members([WEB, SSH, MAIL].map(ruleOf));
    expect(await lastCommit()).to.include({ rules: "3 added, 0 changed, 0 removed" });
  });

  it("commits nothing beside an uncommitted stub of a service, which our rule would name", async () => {
    await empty();
    const stub = `<entry name="${SERVICE}"><protocol><tcp><port>8025</port></tcp></protocol></entry>`;
    await admin.addObject("service", stub);
    const { result, commits } = await up({ refresh: true });
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(`service ${SERVICE} (admin)`);
    expect(commits).to.equal(0);
    expect(lab.ours()).to.deep.equal([]);
  });

  it("fails over a rule that lost its tag and says otherwise, and counts what running shows", async () => {
    await admin.removeTag(ruleOf(WEB), TAG);
    await admin.edit(ruleOf(WEB), "source", "<source><member>192.0.2.7</member></source>");
    await admin.commitEverything();
    await lab.setAccount(account([WEB, { ...SSH, cidr: "198.51.100.0/24" }, MAIL]));
    const { result, commits } = await up({ refresh: true });
    expect(result.code).to.equal(1);
    expect(said(result))
      .to.include("declared and not in force")
      .and.to.include(`rule ${ruleOf(WEB)}`);
    expect(commits).to.equal(1);
    expect(lab.field(ruleOf(WEB), "source")).to.include("192.0.2.7");
    expect(lab.field(ruleOf(SSH), "source")).to.include("198.51.100.0/24");
    // Until somebody settles it.
    const again = await up({ refresh: true });
    expect(again.result.code).to.equal(1);
    expect({ writes: again.writes, commits: again.commits }).to.deep.equal({ writes: 0, commits: 0 });
    await admin.addObject("tag", `<entry name="${HOLD}"/>`);
    await admin.set(ruleOf(WEB), `<tag><member>${HOLD}</member></tag>`);
    await admin.commitEverything();
    succeeded((await up({ refresh: true })).result);
  });

  it("takes a rule that lost its tag and says the same for what it is", async () => {
    await admin.removeTag(ruleOf(WEB), TAG);
    await admin.commitEverything();
    const { result } = await up({ refresh: true });
    succeeded(result);
    expect(said(result)).to.include("has lost this stack's tag");
  });

  it("counts a rule on hold neither as added nor as changed", async () => {
    await admin.addObject("tag", `<entry name="${HOLD}"/>`);
    await admin.set(ruleOf(WEB), `<tag><member>${HOLD}</member></tag>`);
    await admin.commitEverything();
    const [web, ssh] = [WEB, SSH].map((each) => ({ ...each, cidr: "198.51.100.0/24" }));
    await lab.setAccount(account([web!, ssh!, MAIL]));
    succeeded((await up()).result);
    expect(await lastCommit()).to.include({ rules: "0 added, 1 changed, 0 removed" });
    expect(lab.commits.at(-1)?.description).to.include("0 added, 1 changed, 0 removed");
  });

  for (const [what, edit] of Object.entries<(() => Promise<void>) | undefined>({
    [`rule ${ruleOf(WEB)}`]: undefined,
    [`service ${SERVICE}`]: () =>
      admin.addObject(
        "service",
        `<entry name="${SERVICE}"><protocol><tcp><port>1-65535</port></tcp></protocol></entry>`,
      ),
  })) {
    it(`names ${what} and the administrator who edited it and has not committed that`, async () => {
      await (edit?.() ?? admin.set(ruleOf(WEB), "<disabled>yes</disabled>"));
      await lab.setAccount(account([WEB, { ...SSH, cidr: "198.51.100.0/24" }, MAIL]));
      const { result, commits } = await up();
      expect(result.code).to.equal(1);
      expect(said(result)).to.include(`${what} is not as declared (changed by admin, and not committed)`);
      expect(commits).to.equal(0);
    });
  }

  describe("a destroy that somebody's uncommitted changes are in the way of", () => {
    const ways: Record<string, { by: () => Promise<unknown>; free: () => Promise<unknown>; named: string }> =
      {
        "a rule whose tag is taken off": {
          by: () => admin.removeTag(ruleOf(WEB), TAG),
          free: () =>
            admin.client.op(
              "<revert><config><partial><admin><member>admin</member></admin></partial></config></revert>",
              false,
            ),
          named: ruleOf(WEB),
        },
        "a rule that is deleted": {
          by: () => admin.deleteRule(ruleOf(WEB)),
          free: () => admin.commitEverything(),
          named: ruleOf(WEB),
        },
        "a rule that is put on hold": {
          by: async () => {
            await admin.addObject("tag", `<entry name="${HOLD}"/>`);
            await admin.set(ruleOf(WEB), `<tag><member>${HOLD}</member></tag>`);
          },
          free: () => admin.removeTag(ruleOf(WEB), HOLD),
          named: ruleOf(WEB),
        },
        "a service that a new rule uses": {
          by: () => admin.addRule(ruleEntry("theirs", { service: SERVICE })),
          free: () => admin.deleteRule("theirs"),
          named: SERVICE,
        },
      };
    for (const [what, { by, free, named }] of Object.entries(ways)) {
      it(`${what}: fails and names object and administrator, and removes the rest once it is free`, async () => {
        await by();
        const first = await destroy();
        expect(first.result.code).to.equal(1);
        expect(said(first.result)).to.include(named).and.to.include("admin");
        await free();
        const second = await destroy();
        succeeded(second.result);
        expect(lab.running()).to.deep.equal(["cleanup"]);
        expect(lab.objects()).not.to.include(SERVICE).and.not.to.include(`"${TAG}"`);
      });
    }

    it("removes what is back after everybody's changes were reverted", async () => {
      await admin.removeTag(ruleOf(WEB), TAG);
      expect((await destroy()).result.code).to.equal(1);
      await admin.client.op("<load><config><from>running-config.xml</from></config></load>", false);
      succeeded((await destroy()).result);
      expect(lab.running()).to.deep.equal(["cleanup"]);
    });
  });
});
