import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, resourceOf, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { containerXpath } from "../../panos/location";
import { onTargets } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const RULE = ruleOf(WEB);

onTargets("e2e: rules that somebody changes by hand", (target) => {
  let lab: Lab;
  let stack: Stack;
  let admin: Person;
  let right: { rule: string; rules: string[] };

  before(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH]));
    stack = await lab.stack();
    succeeded(await stack.up());
    admin = lab.person();
    right = { rule: lab.rule(RULE), rules: lab.running() };
  });
  after(() => lab.close());

  const isMended = (commits: number) => {
    expect(commits).to.equal(1);
    expect(lab.rule(RULE)).to.equal(right.rule);
    expect(lab.running()).to.have.members(right.rules);
    expect(lab.running().at(-1)).to.equal("cleanup");
    expect(lab.candidate()).to.deep.equal(lab.running());
  };

  const outputsOf = async (name: string) => {
    const { resources = [] } = await stack.exportState();
    return resources.find(({ urn }) => urn.endsWith(`::${name}`))?.outputs;
  };

  const changes: Record<string, { by: () => Promise<void>; property: string }> = {
    "a wider source": {
      by: () => admin.edit(RULE, "source", "<source><member>any</member></source>"),
      property: "source",
    },
    "being disabled": { by: () => admin.set(RULE, "<disabled>yes</disabled>"), property: "extras" },
    "a negated source": {
      by: () => admin.set(RULE, "<negate-source>yes</negate-source>"),
      property: "extras",
    },
    "source users": {
      by: () => admin.edit(RULE, "source-user", "<source-user><member>corp\\ann</member></source-user>"),
      property: "extras",
    },
    "a place below the cleanup rule": { by: () => admin.moveBelow(RULE, "cleanup"), property: "before" },
  };
  for (const [what, { by, property }] of Object.entries(changes)) {
    it(`finds ${what} in a refresh, and the next up mends and commits it`, async () => {
      await by();
      await admin.commitEverything();
      const found = await lab.during(() => stack.refresh());
      expect(found.result.code, said(found.result)).to.equal(0);
      expect({ writes: found.writes, commits: found.commits }).to.deep.equal({ writes: 0, commits: 0 });
      expect(found.result.steps.map(({ name }) => name)).to.include(resourceOf(WEB));
      // A refresh shows how outputs differ: they say what there is.
      expect(await outputsOf(resourceOf(WEB)))
        .to.have.property("found")
        .with.property(property);
      const plan = await stack.preview({ diff: true });
      expect(said(plan)).to.include(property);
      expect(plan.steps.filter(({ op }) => op === "update").map(({ name }) => name)).to.include(
        resourceOf(WEB),
      );
      const { result, commits } = await lab.during(() => stack.up());
      succeeded(result);
      isMended(commits);
      expect(await outputsOf(resourceOf(WEB))).not.to.have.property("found");
    });
  }

  it("commits what it mends after a refresh of that rule alone", async () => {
    await changes["being disabled"]!.by();
    await admin.commitEverything();
    succeeded(await stack.refresh({ targets: [`**${RULE}`] }));
    const { result, commits } = await lab.during(() => stack.up());
    succeeded(result);
    isMended(commits);
  });

  it("brings back a rule that was deleted, in one run with --refresh", async () => {
    await admin.deleteRule(RULE);
    await admin.commitEverything();
    expect(lab.running()).not.to.include(RULE);
    const { result, commits } = await lab.during(() => stack.up({ refresh: true }));
    succeeded(result);
    isMended(commits);
  });

  it("mends a schedule that is set in the candidate alone, before it can do harm", async () => {
    await admin.client.set(
      containerXpath(target.location, "schedule"),
      "<entry name='nights'><schedule-type><recurring><daily><member>22:00-06:00</member></daily></recurring></schedule-type></entry>",
    );
    await admin.set(RULE, "<schedule>nights</schedule>");
    const { result } = await lab.during(() => stack.up({ refresh: true }));
    succeeded(result);
    expect(lab.rule(RULE)).to.equal(right.rule);
    expect(lab.rule(RULE, "candidate")).to.equal(right.rule);
  });

  it("keeps a rule that is deleted in the candidate alone", async () => {
    await admin.deleteRule(RULE);
    const { result } = await lab.during(() => stack.up({ refresh: true }));
    succeeded(result);
    expect(lab.rule(RULE)).to.equal(right.rule);
    expect(lab.candidate()).to.include(RULE);
    await admin.commitEverything();
    expect(lab.rule(RULE)).to.equal(right.rule);
    const idle = await lab.during(() => stack.up({ refresh: true }));
    expect(succeeded(idle.result).steps).to.deep.equal([]);
    expect(idle.writes).to.equal(0);
  });

  it("reads with the same number of requests for 100 rules as for 2", async () => {
    const requests = async () => {
      const refresh = await lab.during(() => stack.refresh());
      succeeded(refresh.result);
      expect(refresh.result.steps).to.deep.equal([]);
      return refresh.requests.length;
    };
    const few = await requests();
    await lab.setAccount(account(Array.from({ length: 100 }, (_, group) => ({ group, port: 443 }))));
    await lab.configure({ settings: { "aws-panos-rules:maxRemovals": "100" } });
    succeeded(await stack.up({ parallel: 100 }));
    expect(await requests()).to.equal(few);
  });

  it("leaves a rule alone to which somebody wrote any where nothing was", async () => {
    for (const element of ["source-imsi", "saas-user-list"]) {
      await admin.set(RULE, `<${element}><member>any</member></${element}>`);
    }
    await admin.commitEverything();
    const idle = await lab.during(() => stack.up({ refresh: true }));
    expect(succeeded(idle.result).steps).to.deep.equal([]);
    expect({ writes: idle.writes, commits: idle.commits }).to.deep.equal({ writes: 0, commits: 0 });
  });
});
