import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MANAGEMENT = "/config/devices/entry[@name='localhost.localdomain']/deviceconfig/setting/management";

onTargets("e2e: audit comments", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  /** Rules by the comments that commits archived with them, in the order of their names. */
  const archived = () =>
    lab.firewall.auditComments
      .map(({ xpath, comment }) => [/entry\[@name='([^']*)'\]$/.exec(xpath)?.[1], comment])
      .sort();
  const comments = (requests: readonly { cmd?: string }[]) =>
    requests.filter(({ cmd }) => cmd?.includes("<audit-comment>")).length;

  it("go with each rule that a commit makes or changes, and with no other", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH]));
    const stack = await lab.stack({ settings: { "panos:auditComment": "https://git/pull/1 <a&b>" } });
    const up = (env = {}) => lab.during(() => stack.up({ env }));
    succeeded((await up()).result);
    expect(archived()).to.deep.equal([
      [ruleOf(WEB), "https://git/pull/1 <a&b>"],
      [ruleOf(SSH), "https://git/pull/1 <a&b>"],
    ]);

    await lab.setAccount(account([{ ...WEB, cidr: "198.51.100.0/24" }, SSH]));
    const changed = await up({ PANOS_AUDIT_COMMENT: "event 2" });
    succeeded(changed.result);
    expect(comments(changed.requests)).to.equal(1);
    expect(archived())
      .to.deep.include([ruleOf(WEB), "event 2"])
      .and.to.have.length(3);

    const idle = await up();
    succeeded(idle.result);
    expect(comments(idle.requests)).to.equal(0);
  });

  it("make a firewall that requires them take the rules, those that an earlier run has staged too", async () => {
    lab = await Lab.open({ target });
    const required = "<rule-require-audit-comment>yes</rule-require-audit-comment>";
    await lab.person().client.set(MANAGEMENT, required);
    await lab.person().commitEverything();
    await lab.setAccount(account([WEB]));
    const refused = await (await lab.stack()).up();
    expect(refused.code).to.equal(1);
    expect(said(refused)).to.include("This firewall requires audit comments: set panos:auditComment");
    expect(lab.running()).to.deep.equal(["cleanup"]);

    const stack = await lab.stack({ settings: { "panos:auditComment": "change 7" } });
    succeeded(await stack.up());
    expect(archived()).to.deep.equal([[ruleOf(WEB), "change 7"]]);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    // A removal has no rule to comment on.
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });
});
