import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

onTargets("e2e: many rules", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  const permissions = (count: number): Permission[] =>
    Array.from({ length: count }, (_, group) => ({ group, port: 8000 + (group % 7) }));

  it("of others stay where and as they are, with ours above the cleanup rule", async () => {
    const rules = Array.from({ length: 200 }, (_, index) =>
      ruleEntry(`rule-${index}`, { source: `192.0.2.${index}`, application: "ssh", action: "deny" }),
    );
    lab = await Lab.open({ target, given: { rules } });
    const [names, others] = [lab.running(), lab.others()];
    await lab.setAccount(account(permissions(2)));
    const { result, commits } = await lab.during(async () => (await lab.stack()).up());
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.others()).to.equal(others);
    const ours = permissions(2).map(ruleOf);
    expect(lab.running().slice(0, 200)).to.deep.equal(names.slice(0, 200));
    expect(lab.running().slice(200, 202)).to.have.members(ours);
    expect(lab.running().slice(202)).to.deep.equal(["cleanup"]);
  });

  it("of ours come in one commit with a bounded number of requests, and go in one", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account(permissions(200)));
    const stack = await lab.stack();
    const made = await lab.during(() => stack.up({ parallel: 50 }));
    succeeded(made.result);
    expect(made.commits).to.equal(1);
    expect(lab.ours()).to.have.members(permissions(200).map(ruleOf));
    // Some 120 to read, lock, commit and follow; and never one for each rule.
    expect(made.requests.length).to.be.lessThan(150);

    await lab.setAccount(account(permissions(201)));
    const differences = succeeded(await stack.preview({ diff: true })).stdout;
    expect(differences).to.contain(ruleOf(permissions(201).at(-1)!));
    // Commit's hash of each of them tells a reader nothing.
    expect(differences).to.match(/~ "?declared"? \(hidden\)/);
    expect(permissions(200).filter((each) => differences.includes(ruleOf(each)))).to.deep.equal([]);

    const gone = await lab.during(() => stack.destroy({ parallel: 50 }));
    succeeded(gone.result);
    expect(gone.commits).to.equal(1);
    expect(gone.requests.length).to.be.lessThan(150);
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });

  it("previews 10,000 permissions", async () => {
    lab = await Lab.open({ target, maxRules: 20_000 });
    const inventory = account(permissions(10_000));
    await lab.setAccount(inventory);
    const stack = await lab.stack();
    const { result, writes, requests } = await lab.during(() => stack.preview({ parallel: 100 }));
    expect(result.code, said(result).slice(0, 2000)).to.equal(0);
    expect(result.steps.filter(({ type }) => type.endsWith(":SecurityRule"))).to.have.length(10_000);
    expect(writes).to.equal(0);
    expect(requests.length).to.be.lessThan(20);
  });
});
