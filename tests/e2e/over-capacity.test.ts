import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const KEPT: Permission = { group: 1, port: 443 };
const GONE: Permission = { group: 2, port: 443 };
const NARROWED: Permission = { group: 3, port: 443 };
const NEW: Permission = { group: 4, port: 443 };
const OTHERS = ["admin-1", "admin-2"].map((name) => ruleEntry(name, { source: "192.0.2.1" }));

onTargets("e2e: a device that holds more than its own number", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  it("says so, refuses additions alone, and takes what goes and what narrows", async () => {
    lab = await Lab.open({ target, given: { rules: OTHERS } });
    await lab.setAccount(account([KEPT, GONE, NARROWED]));
    const stack = await lab.stack();
    succeeded(await stack.up());
    expect(lab.running()).to.have.length(6);

    for (const firewall of lab.firewalls) firewall.changeCapacity({ rules: 4 + target.besides.rules });
    await lab.setAccount(account([KEPT, { ...NARROWED, cidr: "203.0.113.0/25" }, NEW]));
    const { result, commits } = await lab.during(() => stack.up());
    const words = said(succeeded(result));
    expect(words).to.include(
      `${lab.label} has room for 4 rules beside what is shared or pushed there and has 5 already`,
    );
    expect(words).to.match(/group-4 \(sg-0a0004\), TCP port 443, is withheld/);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(KEPT), ruleOf(NARROWED)]);
    expect(lab.field(ruleOf(NARROWED), "source")).to.include("203.0.113.0/25");
  });
});
