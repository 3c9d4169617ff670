import { expect } from "chai";
import type { RunOutcome } from "../../trigger/runner/runner";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { callEvent, sqsInput } from "../support/cloudtrail";
import { FleetLab } from "../support/fleet";
import { succeeded } from "../support/lab";
import { liveHandler } from "../support/live-handler";
import { request, runnerFor } from "../support/runner";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const GROUP = "firewall/cloud:pre-rulebase";

describe("e2e: the trigger with a device group", function () {
  this.timeout(180_000);
  let fleet: FleetLab;
  before(async () => {
    fleet = await FleetLab.open();
    await fleet.lab.setAccount(account([WEB, SSH]));
    const stack = await fleet.stack({}, { onUnreachable: "warn" });
    succeeded(await stack.up());
  });
  after(() => fleet.close());

  const said = (outcome: RunOutcome) => ("reason" in outcome ? outcome.reason : outcome.summary);
  const run = async (change?: Parameters<typeof request>[0]) => {
    const { runner } = runnerFor(fleet.lab);
    return await runner.start(request(change));
  };

  it("brings a revoked permission to every firewall, and says on how many it is in force", async () => {
    await fleet.lab.setAccount(account([WEB]));
    const { handler, outside } = liveHandler(fleet.lab);
    const revoked = callEvent("RevokeSecurityGroupIngress", { groupId: groupId(SSH.group) });
    await handler.handle(sqsInput(revoked), { id: "first", end: Date.now() + 900_000 });
    expect(fleet.pushed()).to.deep.equal(fleet.fleet.serials.map(() => [ruleOf(WEB), "cleanup"]));
    expect(outside.log.filter(({ event }) => event === "run")).to.have.lengthOf(1);
    expect(outside.log.find(({ event }) => event === "run")?.["summary"])
      .to.match(/^commit job \d+ on firewall\/cloud:pre-rulebase: 0 added, 0 changed, 1 removed; /)
      .and.contain(`${GROUP} is in force on 3 firewalls`);
  });

  it("names a firewall that has not got it, and says so when a run that commits nothing has caught up", async () => {
    const [, second = ""] = fleet.fleet.serials;
    fleet.fleet.connect(second, false);
    await fleet.lab.setAccount(account([WEB, SSH]));
    const away = `${GROUP} is in force on 2 of 3 firewalls; the others keep what they had: fw2 (${second}) is not connected`;
    const first = await run();
    expect(first).to.include({ result: "applied", changed: true });
    expect(said(first)).to.contain(away);
    expect(await run()).to.deep.equal({ result: "applied", changed: false, summary: away });
    fleet.fleet.connect(second);
    const caughtUp = { result: "applied", changed: true, summary: `${GROUP} is in force on 3 firewalls` };
    expect(await run()).to.deep.equal(caughtUp);
    expect(await run()).to.deep.include({ result: "applied", changed: false });
  });

  it("stops before the commit where there is no time for the pushes too", async () => {
    // Then Panorama remembers no job: a commit is expected to take two minutes, and so is a push.
    await fleet.fleet.panorama.restart();
    await fleet.lab.setAccount(account([WEB]));
    const late = await run({ deadline: Date.now() + 260_000 });
    expect(late.result).to.equal("out-of-time");
    expect(said(late)).to.contain(`a commit and the push of ${GROUP} are expected to take 250 s`);
    expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal([0, 0]);

    expect(await run()).to.include({ result: "applied" });
  });
});
