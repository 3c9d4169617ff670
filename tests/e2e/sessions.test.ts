import { expect } from "chai";
import type { Job, SessionRequest, SimulatorOptions } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { driftIn } from "../support/run-drift";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const NARROWED: Permission = { ...WEB, cidr: "203.0.113.128/25" };

/** A device that leaves sessions as they are when its policy changes. */
const LEAVES = "<config><rematch>no</rematch></config>";

onTargets("e2e: sessions of rules that go", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  async function start(settings: Record<string, unknown>, options: SimulatorOptions = {}) {
    const rules = [ruleEntry("theirs", { destination: "10.9.9.9" })];
    lab = await Lab.open({ target, given: { rules, setting: LEAVES }, ...options });
    await lab.setAccount(account([WEB, SSH]));
    const stack = await lab.stack({ settings });
    succeeded(await stack.up());
    return stack;
  }
  const open = (source: string, changes: Partial<SessionRequest> = {}) =>
    lab.openSession({
      from: "untrust",
      to: "trust",
      source,
      destination: "10.0.0.1",
      port: 443,
      application: "ssl",
      ...changes,
    });
  const ssh = { destination: "10.0.0.2", port: 22, application: "ssh" };
  const left = () => lab.sessions();

  it("are ended where nothing else allows them, also those opened during the commit, and counted", async () => {
    const stack = await start({ "aws-panos-rules:sessions": "clear" });
    open("203.0.113.5");
    const inside = open("203.0.113.200");
    open("203.0.113.5", ssh);
    const theirs = open("203.0.113.5", { destination: "10.9.9.9" });
    const byBoth = open("203.0.113.77", ssh);
    const admin = lab.person();
    await admin.addRule(ruleEntry("bastion", { source: "203.0.113.77", destination: "10.0.0.2" }));
    await admin.moveAbove("bastion", "cleanup");
    await admin.commitEverything();

    await lab.setAccount(account([NARROWED, SSH], [2]));
    const commit = lab.firewall.hold(({ type }) => type === "commit");
    const run = stack.start("up");
    await commit.reached;
    open("203.0.113.6");
    commit.release();
    const result = succeeded(await run.done);
    expect(left()).to.deep.equal([inside, theirs, byBoth]);
    expect(said(result)).to.include("3 of 5 sessions of rules removed or narrowed were ended");
    expect(said(result)).to.include(`(${ruleOf(WEB)}, ${ruleOf(SSH)})`);

    const destroyed = succeeded(await stack.destroy());
    expect(said(destroyed)).to.include("1 of 1 session of rules removed or narrowed were ended");
    expect(left()).to.deep.equal([theirs, byBoth]);
  });

  for (const refresh of [false, true]) {
    const how = refresh ? ", which a refresh finds" : "";
    it(`are ended by the next run where the commit outlives this one${how}`, async () => {
      const settings = { "aws-panos-rules:sessions": "clear" };
      const stack = await start(settings, { commitSeconds: 1.5 });
      open("203.0.113.5");
      const inside = open("203.0.113.200");
      open("203.0.113.5", ssh);
      const theirs = open("203.0.113.5", { destination: "10.9.9.9" });

      await lab.setAccount(account([NARROWED], [2]));
      await lab.configure({ settings: { ...settings, "panos:commitTimeout": 1 } });
      const ended = new Promise<void>((resolve) =>
        lab.firewall.on("job", ({ type, status }: Job) => {
          if (type === "Commit" && status === "FIN") resolve();
        }),
      );
      const lost = await stack.up();
      expect(lost.code).to.equal(1);
      expect(said(lost)).to.include("has not finished after 1 s");
      await ended;
      expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
      await lab.configure({ settings });
      const { result, commits } = await lab.during(() => stack.up({ refresh }));
      expect(said(succeeded(result))).to.include("2 of 3 sessions of rules removed or narrowed were ended");
      expect(commits).to.equal(0);
      expect(left()).to.deep.equal([inside, theirs]);

      const again = await lab.during(() => stack.up({ refresh }));
      expect(succeeded(again.result).steps).to.deep.equal([]);

      // What that commit brought is what was last applied: AWS moves on, and nobody has drifted.
      await lab.setAccount(account([{ ...NARROWED, cidr: "198.51.100.0/24" }], [2]));
      const { made } = await driftIn(lab);
      expect(made.firewalls[0]!.findings).to.deep.equal([]);
      expect(made.firewalls[0]!.notApplied.map(({ name }) => name)).to.include(ruleOf(WEB));
    });
  }

  it("are left to the firewall unless told otherwise, which is said where rules go and nowhere else", async () => {
    const stack = await start({});
    const web = open("203.0.113.5");
    const said1 = said(succeeded(await stack.up()));
    expect(said1).not.to.include("sessions");

    await lab.setAccount(account([NARROWED]));
    const { result, requests } = await lab.during(() => stack.up());
    succeeded(result);
    expect(said(result)).to.match(/sessions that these rules allowed .* are left to it .*sessions is leave/);
    expect(said(result)).to.include(`${ruleOf(WEB)}, ${ruleOf(SSH)}. They go on`);
    expect(requests.some(({ cmd }) => cmd?.includes("<session>"))).to.equal(false);
    expect(left()).to.deep.equal([web]);
  });

  it("that can't be asked for are a warning: the rules are gone by then", async () => {
    const stack = await start(
      { "aws-panos-rules:sessions": "clear" },
      { faults: [{ match: { cmd: "<session>" }, count: 50, effect: { do: "not-xml" } }] },
    );
    const web = open("203.0.113.5");
    await lab.setAccount(account([NARROWED]));
    const result = succeeded(await stack.up());
    expect(said(result)).to.include("sessions of rules removed or narrowed may go on; 0 were ended");
    expect(left()).to.deep.equal([web]);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });
});
