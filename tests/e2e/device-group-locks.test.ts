import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

describe("e2e: what keeps a device group's run back", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  before(async () => {
    fleet = await FleetLab.open();
    await fleet.lab.setAccount(account([WEB]));
  });
  after(() => fleet.close());

  const lock = (kind: "commit" | "config", what: "add" | "remove", scope: string) => {
    const inner = what === "add" ? "<comment>change 42</comment>" : "";
    const request = `<${kind}-lock><${what}>${inner}</${what}></${kind}-lock>`;
    return fleet.person().client.op(`<request>${request}</request>`, false, scope);
  };

  for (const [kind, scope] of [
    ["commit", "shared"],
    ["commit", "cloud"],
    ["config", "shared"],
    ["config", "cloud"],
  ] as const)
    it(`a ${kind} lock on ${scope} of Panorama is waited for and named with its holder, and nothing is written`, async () => {
      const stack = await fleet.stack();
      await lock(kind, "add", scope);
      const { result, writes } = await fleet.lab.during(() => stack.up());
      await lock(kind, "remove", scope);
      expect([result.code, writes]).to.deep.equal([1, 0]);
      const what = scope === "shared" ? `shared ${kind} lock` : `${kind} lock on cloud`;
      expect(said(result))
        .to.contain(`admin holds the ${what} since `)
        .and.contain("(“change 42”). Nothing was written, after waiting 1 s (panos:lockTimeout)");
    });

  it("one on another device group is in nobody's way", async () => {
    const stack = await fleet.stack();
    await lock("commit", "add", "all-sites");
    await lock("config", "add", "all-sites");
    succeeded(await stack.up());
    await lock("commit", "remove", "all-sites");
    await lock("config", "remove", "all-sites");
    expect(fleet.pushed()).to.deep.equal(fleet.fleet.serials.map(() => [ruleOf(WEB), "cleanup"]));
  });

  it("one on a firewall is named with its holder, the others get theirs, and the next run pushes to it", async () => {
    const [first = "", ...others] = fleet.fleet.serials;
    const local = fleet.person().client.forFirewall(first, "vsys1");
    const request = (what: string) => `<request><commit-lock>${what}</commit-lock></request>`;
    await local.op(request("<add><comment>upgrade</comment></add>"), false, "shared");
    await fleet.lab.setAccount(account([WEB, SSH]));
    const stack = await fleet.stack();
    const failed = await stack.up();
    expect(failed.code).to.equal(1);
    expect(said(failed))
      .to.contain(`in force on ${others.length} of 3 firewalls`)
      .and.match(/device wide commit locks.*; admin holds the shared commit lock since .* \(“upgrade”\)/);
    await local.op(request("<remove></remove>"), false, "shared");
    succeeded(await stack.up());
    expect(fleet.pushed().every((rules) => rules.includes(ruleOf(SSH)))).to.equal(true);
  });

  it("a freeze keeps back a push that is due, and the run after it pushes", async () => {
    const [, second = ""] = fleet.fleet.serials;
    const use = (settings: Record<string, unknown> = {}) =>
      fleet.stack({ settings }, { onUnreachable: "warn" });
    fleet.fleet.connect(second, false);
    await fleet.lab.setAccount(account([WEB]));
    const stack = await use();
    succeeded(await stack.up());
    fleet.fleet.connect(second);
    await use({ "aws-panos-rules:paused": true });
    const before = [fleet.jobs("Commit"), fleet.jobs("CommitAll")];
    const { result, writes } = await fleet.lab.during(() => stack.up());
    expect([result.code, writes]).to.deep.equal([1, 0]);
    expect(said(result)).to.contain(
      "nothing is written to firewall/cloud:pre-rulebase: aws-panos-rules:paused is set",
    );
    expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal(before);
    await use();
    succeeded(await stack.up());
    expect(fleet.pushed()).to.deep.equal(fleet.fleet.serials.map(() => [ruleOf(WEB), "cleanup"]));
  });

  it("where Panorama locks no device group by name, it says what to set, and with that it commits", async () => {
    const other = await FleetLab.open({ unknowns: { groupLockBy: "target" } });
    try {
      await other.lab.setAccount(account([WEB]));
      const stack = await other.stack();
      const refused = await stack.up();
      expect(refused.code).to.equal(1);
      expect(said(refused))
        .to.contain("takes no commit lock for the device group cloud: ")
        .and.contain("panos:takeLock");
      await other.stack({ settings: { "panos:takeLock": false } });
      succeeded(await stack.up());
      expect(other.pushed()[0]).to.deep.equal([ruleOf(WEB), "cleanup"]);
    } finally {
      await other.close();
    }
  });
});
