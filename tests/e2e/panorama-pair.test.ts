import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { HaPair, PanoramaOptions } from "../../packages/simulator";
import { PanosClient } from "../../panos/client";
import { waitForJob } from "../../panos/job";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { freePort } from "../support/free-port";
import { PASSWORDS, said, succeeded } from "../support/lab";
import { driftIn } from "../support/run-drift";

const WEB: Permission = { group: 1, port: 443 };
const BEFORE = ["cleanup"];
const AFTER = [ruleOf(WEB), "cleanup"];
const PRE =
  "/config/devices/entry[@name='localhost.localdomain']/device-group/entry[@name='cloud']/pre-rulebase/security/rules";

describe("e2e: Panorama as an HA pair", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let pair: HaPair;
  let stack: Stack;
  afterEach(() => fleet.close());

  async function open(ha: PanoramaOptions["ha"] = {}, settings: Record<string, unknown> = {}) {
    const port = await freePort();
    fleet = await FleetLab.open({ port, ha: { ...ha, second: { host: "127.0.0.2", port } } });
    pair = fleet.fleet.pair!;
    await fleet.lab.setAccount(account([WEB]));
    stack = await fleet.stack({
      settings: { "panos:hostname": "127.0.0.1", "panos:peerHostname": "127.0.0.2", ...settings },
    });
  }

  /** Names of the rules that one of the two runs for the group. */
  const rulesOf = (which: "active" | "passive") =>
    [...pair[which].running(PRE).matchAll(/<entry name="([^"]*)"/g)].map(([, name = ""]) => name);
  const jobs = (type: string) =>
    [pair.first, pair.second].map(({ jobs }) => jobs.filter((job) => job.type === type).length);
  const held = () => fleet.pushed();
  const inForce = () => {
    expect([rulesOf("active"), ...held()]).to.deep.equal([AFTER, AFTER, AFTER, AFTER]);
  };
  const nothingWritten = () => {
    for (const { requests } of [pair.first, pair.second])
      expect(
        requests.filter(({ type, action }) => type === "commit" || action === "multi-config"),
      ).to.deep.equal([]);
  };

  it("writes to the active one, which both and the firewalls then have, and to neither where it can't tell", async () => {
    await open();
    for (const [state, told] of [
      ["suspended", "127.0.0.1 is primary-suspended, 127.0.0.2 is secondary-passive"],
      ["passive", "127.0.0.1 is primary-passive, 127.0.0.2 is secondary-passive"],
    ] as const) {
      pair.setState(pair.first, state);
      const refused = await stack.up();
      expect(refused.code).to.equal(1);
      expect(said(refused))
        .to.contain(`no active Panorama of the HA pair: ${told}`)
        .and.contain("panos:peerHostname");
    }
    nothingWritten();
    pair.setState(pair.second, "active");
    succeeded(await stack.up());
    expect(jobs("CommitAll")).to.deep.equal([0, 2]);
    expect(rulesOf("passive")).to.deep.equal(AFTER);
    inForce();
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("with the first one's address alone says which setting has the other's", async () => {
    await open({}, { "panos:peerHostname": "" });
    pair.failOver();
    const refused = await stack.up();
    expect(said(refused)).to.contain("127.0.0.1 is primary-passive").and.contain("Set panos:peerHostname");
    nothingWritten();
  });

  it("a failover before the first write leaves nothing to do over: the run goes on with the other one", async () => {
    await open();
    // The plan asks, then the provider when it connects, then before it writes.
    pair.first.addFault({ match: { cmd: "<high-availability>" }, nth: 3, effect: { do: "fail-over" } });
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain("127.0.0.2 has taken over from its HA peer 127.0.0.1");
    expect(jobs("Commit")).to.deep.equal([0, 1]);
    inForce();
  });

  for (const candidateFollows of [false, true])
    it(`a failover between staging and commit commits nothing, ${candidateFollows ? "also where what was staged comes along" : "and what was staged is gone"}`, async () => {
      await open({ candidateFollows });
      pair.first.addFault({ match: { cmd: "<list>" }, effect: { do: "fail-over", when: "after" } });
      const failed = await stack.up();
      expect(failed.code).to.equal(1);
      expect(said(failed)).to.contain("127.0.0.1 is primary-passive by now").and.contain("--refresh");
      expect([jobs("Commit"), rulesOf("active"), ...held()]).to.deep.equal([
        [0, 0],
        BEFORE,
        BEFORE,
        BEFORE,
        BEFORE,
      ]);
      succeeded(await stack.up({ refresh: true }));
      inForce();
    });

  it("a failover between commit and push is pushed from the other one, and known as done there", async () => {
    await open();
    pair.first.addFault({ match: { cmd: "<push-scope>" }, effect: { do: "fail-over" } });
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain("127.0.0.2 has taken over from its HA peer 127.0.0.1");
    expect([jobs("Commit"), jobs("CommitAll")]).to.deep.equal([
      [1, 0],
      [0, 2],
    ]);
    inForce();
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("what was committed and not synchronized is not pushed over by the other one: the run says so, the next commits it", async () => {
    await open({ syncEnabled: false });
    pair.first.addFault({ match: { cmd: "<push-scope>" }, effect: { do: "fail-over" } });
    const failed = await stack.up();
    expect(said(failed))
      .to.contain("what was committed on its HA peer has not reached it")
      .and.contain("--refresh");
    expect(held()).to.deep.equal([BEFORE, BEFORE, BEFORE]);
    succeeded(await stack.up({ refresh: true }));
    inForce();
  });

  it("a Panorama that dies with its push is told by what the firewalls hold, and the rest comes from the other one", async () => {
    await open();
    const [first = ""] = fleet.fleet.serials;
    // The first group's push ends on its firewalls, and nobody hears of its job.
    fleet.fleet.planPush(first, ["Commit failed"]);
    const hasEnded = () =>
      pair.first.jobs.some(({ type, status }) => type === "CommitAll" && status === "FIN");
    const polled = pair.first.hold(({ cmd }) => cmd?.includes("<jobs>") === true && hasEnded());
    const run = stack.up();
    await polled.reached;
    pair.failOver();
    polled.drop();
    await pair.first.stop();
    succeeded(await run);
    // Of the first group, the one that had failed; and the second group.
    expect(jobs("CommitAll")).to.deep.equal([1, 2]);
    inForce();
  });

  it("a run that dies with the active one between commit and push is caught up from the other one, without a commit", async () => {
    await open();
    const push = pair.first.hold(({ action }) => action === "all");
    const run = stack.start("up");
    await push.reached;
    (await fleet.lab.kill(run)).end();
    push.drop();
    await stack.cancel();
    pair.failOver();
    await pair.first.stop();
    succeeded(await stack.up());
    expect([jobs("Commit"), jobs("CommitAll")]).to.deep.equal([
      [1, 0],
      [0, 2],
    ]);
    expect(held()).to.deep.equal([AFTER, AFTER, AFTER]);
  });

  it("drift is looked for on the one that has taken over, also where the other one is gone", async () => {
    await open();
    succeeded(await stack.up());
    pair.failOver();
    const quiet = await driftIn(fleet.lab);
    expect(quiet.code, quiet.text).to.equal(0);
    const admin = new PanosClient({
      ...{ hostname: "127.0.0.2", port: pair.second.port, protocol: "https", vsys: "vsys1" },
      ...{ username: "admin", password: PASSWORDS.admin, skipVerifyCertificate: true },
    });
    try {
      const source = `${PRE}/entry[@name='${ruleOf(WEB)}']/source`;
      await admin.edit(source, "<source><member>any</member></source>");
      const id = await admin.commit("<commit></commit>");
      await waitForJob(admin, id ?? "", { timeoutSeconds: 60 });
    } finally {
      await admin.close();
    }
    await pair.first.stop();
    const { code, text, made } = await driftIn(fleet.lab);
    expect(code, text).to.equal(2);
    const [group] = made.firewalls;
    expect(group!.findings.map(({ kind, name }) => [kind, name])).to.deep.equal([["edited", ruleOf(WEB)]]);
    expect(group!.pushes!.waiting).to.deep.equal(["admin"]);
    expect(group!.pushes!.firewalls.map(({ isInSync }) => isInSync)).to.deep.equal([false, false, false]);
  });
});
