import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { freePort } from "../support/free-port";
import { firewallConfig, Lab, PASSWORDS, ruleEntry, said, succeeded } from "../support/lab";
import { BESIDE, onTargets } from "../support/targets";
import { scopeOf } from "../../panos/location";
import { startHaPair, type HaPair } from "../../packages/simulator";

const SSH: Permission = { group: 1, port: 22 };

onTargets("e2e: before the first write", (target) => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([SSH]));
  });
  afterEach(() => lab.close());

  it("waits for somebody's commit lock, and goes on when it is released", async () => {
    const stack = await lab.stack({ settings: { "panos:lockTimeout": 60 } });
    const admin = lab.person();
    await admin.takeLock("a minute, please");
    const asked = lab.firewall.hold(({ cmd }) => cmd?.includes("<commit-locks>") === true, "after");
    const run = lab.during(() => stack.up());
    await asked.reached;
    await admin.releaseLock();
    asked.release();
    const { result, commits } = await run;
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);
  });

  for (const scope of ["shared", scopeOf(target.location)]) {
    it(`writes nothing while somebody holds the config lock of ${scope}, and names holder, time and comment`, async () => {
      const stack = await lab.stack();
      const admin = lab.person();
      await admin.takeConfigLock(scope, "migration, back at noon");
      const refused = await lab.during(() => stack.up());
      expect(refused.result.code).not.to.equal(0);
      expect(said(refused.result))
        .to.match(
          /admin holds the (shared config lock|config lock on (vsys1|cloud)) since \d{4}\/\d\d\/\d\d /,
        )
        .and.to.include("migration, back at noon")
        .and.to.include("after waiting 1 s");
      expect(refused.writes + refused.commits).to.equal(0);
      await admin.releaseConfigLock(scope);
      succeeded(await stack.up());
    });
  }

  it("is not kept from anything by a lock on writing to another vsys, or another device group", async () => {
    await lab.close();
    const two = firewallConfig().replace("</entry></vsys>", '</entry><entry name="vsys2"/></vsys>');
    lab = await Lab.open({ target, config: two });
    await lab.setAccount(account([SSH]));
    await lab.person().takeConfigLock(lab.fleet ? BESIDE : "vsys2", "not theirs");
    succeeded(await (await lab.stack()).up());
  });

  it("waits for somebody's shared commit lock as well", async () => {
    lab.firewall.addFault({
      name: "lock",
      effect: { do: "lock", kind: "commit", admin: "admin", comment: "mine" },
    });
    const refused = await lab.during(async () => (await lab.stack()).up());
    expect(refused.result.code).not.to.equal(0);
    expect(said(refused.result))
      .to.include("admin holds the shared commit lock since")
      .and.to.include("mine");
    expect(refused.writes + refused.commits).to.equal(0);
  });

  it("names a lock on writing that comes after it has looked, once and for all that it keeps out", async () => {
    await lab.setAccount(account([SSH, { group: 2, port: 443 }]));
    const stack = await lab.stack();
    const admin = lab.person();
    const writing = lab.firewall.hold(({ action }) => action === "multi-config", "before");
    const run = lab.during(() => stack.up());
    await writing.reached;
    await admin.takeConfigLock("shared", "mine by now");
    writing.release();
    const { result, commits } = await run;
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("admin holds the shared config lock since").and.to.include("mine by now");
    expect(commits).to.equal(0);
    expect(lab.candidate()).to.deep.equal(["cleanup"]);
  });

  it("names other administrators who have changes pending", async () => {
    await lab.person().addRule(ruleEntry("theirs-unfinished"));
    const result = succeeded(await (await lab.stack()).up());
    expect(said(result)).to.match(/other administrators have changes pending .* admin \(\d+\)/);
    expect(lab.running()).not.to.include("theirs-unfinished");
  });

  it("stops where the device allows only a full commit, unless told to make one", async () => {
    lab.firewall.requireFullCommit();
    const refused = await lab.during(async () => (await lab.stack()).up());
    expect(refused.result.code).not.to.equal(0);
    expect(said(refused.result)).to.include("allows only a full commit").and.to.include("panos:commitScope");
    expect(refused.writes + refused.commits).to.equal(0);

    const full = await lab.stack({ settings: { "panos:commitScope": "full" } });
    succeeded(await full.up());
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);
  });
});

describe("e2e: a pair of firewalls", function () {
  this.timeout(120_000);
  let lab: Lab;
  let pair: HaPair;
  let port: number;

  beforeEach(async () => {
    lab = await Lab.open();
    await lab.setAccount(account([SSH]));
    port = await freePort();
    const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
    pair = await startHaPair({ port, config: firewallConfig(), users, second: { host: "127.0.0.2", port } });
    pair.failOver();
  });
  afterEach(async () => {
    await pair.stop();
    await lab.close();
  });

  const stackOf = (settings: Record<string, unknown>) =>
    lab.stack({
      env: { PANOS_PORT: String(port) },
      settings: { "panos:hostname": "127.0.0.1", ...settings },
    });

  it("is refused by its passive member, which is told apart and not written to", async () => {
    const result = await (await stackOf({})).up();
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("127.0.0.1 is passive").and.to.include("panos:peerHostname");
    expect(pair.passive.candidateRules()).to.deep.equal(["cleanup"]);
  });

  it("that is none, since its peer's address is a firewall that stands alone, is not written to", async () => {
    // Nothing listens there: the one that is meant is down.
    const stack = await lab.stack({
      settings: { "panos:hostname": "127.0.0.9", "panos:peerHostname": "127.0.0.1" },
    });
    const { result, writes, commits } = await lab.during(() => stack.up());
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("127.0.0.1 (panos:peerHostname) says that it is in no HA pair");
    expect([writes, commits]).to.deep.equal([0, 0]);
  });

  it("is written to on its active member, and has the rules on both afterwards", async () => {
    const stack = await stackOf({ "panos:peerHostname": "127.0.0.2" });
    succeeded(await stack.up());
    expect(pair.active.runningRules()).to.deep.equal([ruleOf(SSH), "cleanup"]);
    expect(pair.passive.runningRules()).to.deep.equal([ruleOf(SSH), "cleanup"]);
    expect(pair.runningSync).to.equal("synchronized");
  });
});
