import { expect } from "chai";
import type { Refuses } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const NEW: Permission = { group: 3, port: 8443 };

// What PAN-OS's documentation leaves open, refused.
onTargets("e2e: a firewall that refuses", (target) => {
  let lab: Lab;

  const open = async (refuses: Refuses, swVersion = "11.1.2"): Promise<void> => {
    lab = await Lab.open({ target, refuses, swVersion });
    await lab.setAccount(account([WEB, SSH]));
  };
  afterEach(() => lab.close());

  const FULL = "as with panos:commitScope: full";

  it("one administrator's commit of moved rules, gets a full one where nobody else has changes pending", async () => {
    await open({ reordering: "11.0.1" }, "10.2.9");
    const stack = await lab.stack();
    const { result, commits } = await lab.during(() => stack.up());
    succeeded(result);
    expect(said(result)).to.include(FULL);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.deep.equal([WEB, SSH].map(ruleOf));
    expect(await lab.person().configLocks()).to.deep.equal([]);
  });

  it("that, gets none while somebody else has changes pending, and the run says whose and what to set", async () => {
    await open({ reordering: true });
    const admin = lab.person();
    await admin.addRule(ruleEntry("theirs-unfinished"));
    const stack = await lab.stack();
    const refused = await lab.during(() => stack.up());
    expect(refused.result.code).to.equal(1);
    expect(said(refused.result))
      .to.include("what admin has pending")
      .and.to.include("panos:commitScope to full");
    expect(refused.commits).to.equal(0);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(await admin.configLocks()).to.deep.equal([]);
    await lab.configure({ settings: { "panos:commitScope": "full" } });
    succeeded(await stack.up());
    expect(lab.ours()).to.deep.equal([WEB, SSH].map(ruleOf));
  });

  it("that, gets none while the device doesn't say what is pending, which would ship everybody's", async () => {
    await open({ reordering: true });
    const admin = lab.person();
    await admin.addRule(ruleEntry("theirs-unfinished"));
    lab.firewall.addFault({
      match: { cmd: "<list><changes>" },
      count: 100,
      effect: { do: "not-xml", body: '<response status="success"><result/></response>' },
    });
    const refused = await lab.during(async () => (await lab.stack()).up());
    expect(refused.result.code).to.equal(1);
    expect(said(refused.result)).to.include("doesn't say that ours is, so");
    expect(refused.commits).to.equal(0);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(await admin.configLocks()).to.deep.equal([]);
  });

  it("nothing of it from the version on that can do it", async () => {
    await open({ reordering: "11.0.1" }, "11.0.1-h2");
    const result = succeeded(await (await lab.stack()).up());
    expect(said(result)).not.to.include(FULL);
  });

  it("that in the commit's job alone, gets a full one as well", async () => {
    await open({});
    lab.firewall.failNextCommit([
      "Partial commit of policy reordering is not supported, please do a full commit",
    ]);
    const { result, commits } = await lab.during(async () => (await lab.stack()).up());
    succeeded(result);
    expect(said(result)).to.include(FULL);
    expect(commits).to.equal(2);
    expect(lab.ours()).to.deep.equal([WEB, SSH].map(ruleOf));
  });

  it("to write and move a rule in one request, gets two, and no rule below the cleanup rule", async () => {
    await open({ editAndMove: true });
    const stack = await lab.stack();
    succeeded(await stack.up());
    await lab.setAccount(account([WEB, SSH, NEW]));
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal([...[WEB, SSH, NEW].map(ruleOf), "cleanup"]);
    expect(lab.candidate()).to.deep.equal(lab.running());
  });

  it("to page through all registered addresses, is asked in another way", async () => {
    await open({ pagedAll: true });
    const stack = await lab.stack({ settings: { "aws-panos-rules:destinations": "dynamic" } });
    succeeded(await stack.up());
    const idle = succeeded(await stack.up({ refresh: true }));
    expect(idle.steps).to.deep.equal([]);
    expect(Object.keys(lab.registered())).to.have.length(2);
  });
});
