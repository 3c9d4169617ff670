import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { Simulator } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { stackOfListed, startSecond } from "../support/several";
import { editState } from "../support/state";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 8443 };
const SSH: Permission = { group: 2, port: 8022 };

/** As `pulumi state taint` of every resource, or `pulumi up --replace '**'`: the provider is one of them. */
function taintAll(stack: Stack): Promise<void> {
  return editState(stack, ({ resources = [] }) => {
    for (const resource of resources) if (resource.custom) resource.taint = true;
  });
}

onTargets("e2e: resources that are all to be replaced", (target) => {
  for (const destinations of ["addresses", "dynamic"]) {
    it(`leave with ${destinations} what is in force as it is, and then update it`, async () => {
      const lab = await Lab.open({ target });
      try {
        await lab.setAccount(account([WEB, SSH]));
        const settings = { "aws-panos-rules:destinations": destinations, "aws-panos-rules:maxRemovals": "0" };
        const stack = await lab.stack({ settings });
        succeeded(await stack.up());
        const rules = lab.ours().map((name) => lab.rule(name));
        const registered = lab.registered();
        await taintAll(stack);
        const replaced = await lab.during(async () => {
          const result = succeeded(await stack.up());
          expect(result.steps.map(({ op }) => op)).to.include("delete-replaced");
          expect(said(result)).to.include("is replaced in Pulumi's state alone");
        });
        expect(replaced.writes).to.equal(0);
        expect(lab.ours().map((name) => lab.rule(name))).to.deep.equal(rules);
        expect(lab.registered()).to.deep.equal(registered);

        const idle = succeeded(await stack.up({ refresh: true }));
        expect(idle.steps).to.deep.equal([]);
        succeeded(await stack.destroy());
        expect(lab.ours()).to.deep.equal([]);
        expect(lab.registered()).to.deep.equal({});
      } finally {
        await lab.close();
      }
    });
  }
});

onTargets("e2e: Commit that is replaced alone", (target) => {
  it("keeps in the state what it committed last, and commits nothing", async () => {
    const lab = await Lab.open({ target });
    try {
      await lab.setAccount(account([WEB, SSH]));
      const stack = await lab.stack();
      succeeded(await stack.up());
      const committed = async () => {
        const { resources = [] } = await stack.exportState();
        const { lastCommit, applied } = resources.find(({ type }) => type.endsWith(":Commit"))?.outputs ?? {};
        return { lastCommit, applied };
      };
      const before = await committed();
      expect(before.lastCommit).to.include({ result: "OK" });
      await editState(stack, ({ resources = [] }) => {
        for (const resource of resources) if (resource.type.endsWith(":Commit")) resource.taint = true;
      });
      const replaced = await lab.during(() => stack.up({ refresh: true }));
      expect(succeeded(replaced.result).steps.map(({ op }) => op)).to.include("delete-replaced");
      expect(replaced.commits).to.equal(0);
      expect(await committed()).to.deep.equal(before);
    } finally {
      await lab.close();
    }
  });
});

describe("e2e: a firewall that has another name now", function () {
  this.timeout(120_000);
  let lab: Lab;
  let second: Simulator;
  beforeEach(async () => {
    lab = await Lab.open();
    second = await startSecond();
    await lab.setAccount(account([WEB]));
  });
  afterEach(async () => {
    await lab.close();
    await second.stop();
  });

  const listed = (...entries: object[]) => stackOfListed(lab, entries);
  const single = (name?: string) =>
    lab.stack({
      settings: {
        "aws-panos-rules:skipAlreadyAllowed": "false",
        ...(name !== undefined && { "panos:name": name }),
      },
    });
  const flags = { continueOnError: true };
  const onSecond = () => second.runningRules().filter((name) => name.startsWith("aws-sg-"));

  it("keeps its rules where others were in the list with it, and so do they", async () => {
    const a = { name: "edge-a", port: lab.firewall.port };
    const b = { name: "edge-b", port: second.port };
    succeeded(await (await listed(a, b)).up(flags));
    const rule = lab.rule(ruleOf(WEB));
    const failed = await (await single("edge-a")).up(flags);
    expect(failed.code).not.to.equal(0);
    expect(said(failed)).to.include(
      "firewall edge-b is not in aws-panos-rules:firewalls any more (panos:name is edge-a)",
    );
    expect(lab.rule(ruleOf(WEB))).to.equal(rule);
    expect(onSecond()).to.deep.equal([ruleOf(WEB)]);
    succeeded(await (await listed(a, { ...b, remove: true })).up(flags));
    expect([lab.ours(), onSecond()]).to.deep.equal([[ruleOf(WEB)], []]);
    succeeded(await (await single("edge-a")).up(flags));
    expect(lab.rule(ruleOf(WEB))).to.equal(rule);
  });

  it("goes where it is to go, also while everything else is replaced", async () => {
    const a = { name: "edge-a", port: lab.firewall.port };
    const b = { name: "edge-b", port: second.port };
    const stack = await listed(a, b);
    succeeded(await stack.up(flags));
    await taintAll(stack);
    succeeded(await (await listed(a, { ...b, remove: true })).up(flags));
    expect([lab.ours(), onSecond()]).to.deep.equal([[ruleOf(WEB)], []]);
  });

  for (const hostname of ["127.0.0.1", "localhost"]) {
    it(`is let go under the old one, as ${hostname}, with nothing removed`, async () => {
      succeeded(await (await single()).up());
      const rule = lab.rule(ruleOf(WEB));
      const now = { name: "edge-a", port: lab.firewall.port };
      const failed = await (await listed(now)).up(flags);
      expect(failed.code).not.to.equal(0);
      expect(said(failed))
        .to.include("firewall firewall is not in aws-panos-rules:firewalls any more")
        .and.include("Where it is one of the others under a new name, the same lets it go");
      expect(lab.rule(ruleOf(WEB))).to.equal(rule);

      const before = { name: "firewall", hostname, port: lab.firewall.port, remove: true };
      const renamed = await (await listed(now, before)).up(flags);
      expect(said(succeeded(renamed))).to.include("firewall/vsys1 is the same firewall as edge-a/vsys1");
      expect(lab.rule(ruleOf(WEB))).to.equal(rule);

      const stack = await listed(now);
      expect(succeeded(await stack.up({ ...flags, refresh: true })).steps).to.deep.equal([]);
      succeeded(await stack.destroy());
      expect(lab.ours()).to.deep.equal([]);
    });
  }
});
