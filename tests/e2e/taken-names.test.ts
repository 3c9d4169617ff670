import { expect } from "chai";
import { policyMatch } from "../../panos/match";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onEveryTarget } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const HOST = "10.0.0.1";
/** An address that AWS lets nothing in to. */
const OTHER = "10.99.99.99";
const OBJECT = `<entry name="${HOST}"><ip-netmask>${OTHER}/32</ip-netmask></entry>`;

onEveryTarget("e2e: objects that are called as ours say addresses", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  const taker = async (destination: string) => {
    const packet = { from: "untrust", to: "trust", source: "203.0.113.9", destination };
    const tls = { ...packet, protocol: 6, port: 443, application: "ssl" };
    const match = await lab.asked(lab.person(), (client) => policyMatch(client, tls));
    return match?.rule;
  };

  it("never take a rule of ours elsewhere", async () => {
    lab = await Lab.open({ target, given: { shared: `<address>${OBJECT}</address>` } });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack();
    succeeded(await stack.up());
    expect(lab.field(ruleOf(WEB), "destination")).to.include(`${HOST}/32`);
    expect([await taker(HOST), await taker(OTHER)]).to.deep.equal([ruleOf(WEB), "cleanup"]);
    const again = await lab.during(() => stack.up({ refresh: true }));
    succeeded(again.result);
    expect({ writes: again.writes, commits: again.commits }).to.deep.equal({ writes: 0, commits: 0 });
  });

  it("that come later are seen by the next run, which says the address otherwise", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack();
    succeeded(await stack.up());
    expect(lab.field(ruleOf(WEB), "destination")).not.to.include("/32");
    const person = lab.person();
    await person.addObject("address", OBJECT);
    await person.commitEverything();
    // This is what such an object does to a rule that names the address.
    expect([await taker(HOST), await taker(OTHER)]).to.deep.equal(["cleanup", ruleOf(WEB)]);
    succeeded(await stack.up({ refresh: true }));
    expect(lab.field(ruleOf(WEB), "destination")).to.include(`${HOST}/32`);
    expect([await taker(HOST), await taker(OTHER)]).to.deep.equal([ruleOf(WEB), "cleanup"]);
  });

  it("that come between the plan and the commit stop it", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack();
    const staging = lab.firewall.hold(({ action }) => action === "multi-config");
    const run = stack.up();
    await staging.reached;
    await lab.person().addObject("address", OBJECT);
    staging.release();
    const result = await run;
    expect(result.code).not.to.equal(0);
    expect(said(result))
      .to.include(`rule ${ruleOf(WEB)} is not as declared`)
      .and.to.include(HOST);
    expect(lab.running()).to.deep.equal(["cleanup"]);
    succeeded(await stack.up({ refresh: true }));
    expect(lab.field(ruleOf(WEB), "destination")).to.include(`${HOST}/32`);
  });
});
