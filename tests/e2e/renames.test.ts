import { expect } from "chai";
import { programOf, variedRule, type Variation } from "../support/declare";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const FIRST: Variation = { ports: [22, 25] };
const RULES = [variedRule({}, 22), variedRule({}, 25)];

onTargets("e2e: what only has another name or place in Pulumi", (target) => {
  let lab: Lab;

  const run = async (variation: Variation) => {
    const program = programOf({ ...variation, vsys: target.location.vsys });
    const stack = await lab.stack({ projectDir: await lab.programDir(program) });
    const { result, writes, commits } = await lab.during(() => stack.up());
    return { result: succeeded(result), writes, commits };
  };

  const isComplete = (rules = RULES) => {
    expect(lab.ours()).to.have.members(rules);
    expect(lab.candidate()).to.deep.equal(lab.running());
  };

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await run(FIRST);
    isComplete();
    lab.history.length = 0;
  });
  afterEach(() => lab.close());

  const variations: Record<string, Variation> = {
    "every logical name": { ...FIRST, prefix: "new-", commit: "new-commit" },
    "the component of everything": { ...FIRST, component: "edge", componentType: "test:index:OtherPolicy" },
    "the commit's logical name": { ...FIRST, commit: "ship" },
  };
  for (const [what, variation] of Object.entries(variations)) {
    it(`changes ${what} without a write or a commit, and every rule stays`, async () => {
      const { result, writes, commits } = await run(variation);
      expect(result.steps.map(({ op }) => op))
        .to.include("create")
        .and.to.include("delete");
      expect({ writes, commits }).to.deep.equal({ writes: 0, commits: 0 });
      isComplete();
      const again = await run(variation);
      expect(again.result.steps).to.deep.equal([]);
      isComplete();
    });
  }

  it("removes one rule while all the others change their logical names, in one commit", async () => {
    const { commits } = await run({ ports: [25], prefix: "new-", component: "edge", commit: "ship" });
    expect(commits).to.equal(1);
    expect(lab.history).to.deep.equal([[variedRule({}, 25), "cleanup"]]);
    isComplete([variedRule({}, 25)]);
  });

  it("replaces a rule whose PAN-OS name changes in one commit that has the new one and not the old", async () => {
    const logicalNames = { 22: "ssh", 25: "mail" };
    await run({ ...FIRST, logicalNames });
    lab.history.length = 0;
    const other = { ...FIRST, group: "sg-0b0002", logicalNames };
    const { result, commits } = await run(other);
    expect(result.steps.filter(({ name }) => name === "ssh").map(({ op }) => op)).to.deep.equal([
      "create-replacement",
      "replace",
      "delete-replaced",
    ]);
    expect(commits).to.equal(1);
    const names = [variedRule(other, 22), variedRule(other, 25)];
    expect(lab.history.map((rules) => rules.filter((name) => name !== "cleanup").sort())).to.deep.equal([
      names,
    ]);
    isComplete(names);
  });

  it("swaps the logical names of two rules, and both stay", async () => {
    await run({ ...FIRST, logicalNames: { 22: "one", 25: "two" } });
    lab.history.length = 0;
    await run({ ...FIRST, logicalNames: { 22: "two", 25: "one" } });
    for (const rules of lab.history) expect(rules).to.include.members(RULES);
    isComplete();
  });

  it("drops the whole firewall from the program: everything of ours goes, in one commit", async () => {
    const stack = await lab.stack({ projectDir: await lab.programDir("module.exports = {};\n") });
    const { result, commits } = await lab.during(() => stack.up());
    expect(result.code, said(result)).to.equal(0);
    expect(commits).to.equal(1);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(lab.candidate()).to.deep.equal(["cleanup"]);
    expect(lab.objects()).not.to.include("aws-panos-test1234");
  });
});
