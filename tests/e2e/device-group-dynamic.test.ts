import { expect } from "chai";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { said, succeeded } from "../support/lab";
import { FleetLab } from "../support/fleet";
import { driftIn } from "../support/run-drift";
import type { Stack } from "../../packages/pulumi/stack";

const WEB: Permission = { group: 1, port: 443 };
const API: Permission = { group: 2, port: 8443 };
const DYNAMIC = { "aws-panos-rules:destinations": "dynamic" };
const tagOf = ({ group }: Permission) => `aws-panos-test1234-${groupId(group)}`;
const BOTH = { [tagOf(WEB)]: ["10.0.0.1"], [tagOf(API)]: ["10.0.0.2"] };
const ONLY_API = { [tagOf(API)]: ["10.0.0.2"] };

describe("e2e: dynamic destinations on a device group", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let stack: Stack;

  /** What each firewall has registered. */
  const registered = () => fleet.fleet.serials.map((serial) => fleet.fleet.firewall(serial).registered());
  const everywhere = <T>(content: T): T[] => fleet.fleet.serials.map(() => content);
  const person = (serial: string) => fleet.person().client.forFirewall(serial, "vsys1");
  const up = () => fleet.lab.during(() => stack.up());

  describe("that firewalls differ about", () => {
    before(async () => {
      fleet = await FleetLab.open();
      await fleet.lab.setAccount(account([WEB, API], [1]));
      stack = await fleet.stack({ settings: DYNAMIC });
      await person(fleet.fleet.serials[0]!).userId(
        '<register><entry ip="10.0.0.1"><tag><member>theirs</member></tag></entry></register>',
      );
      succeeded(await stack.up());
    });
    after(() => fleet.close());
    const theirs = { theirs: ["10.0.0.1"] };
    const with_ = (ours: Record<string, string[]>) => [{ ...theirs, ...ours }, ours, ours];

    it("mends what somebody changed on one firewall, and what another has lost, without being told of it", async () => {
      const [first = "", second = ""] = fleet.fleet.serials;
      await person(first).userId(
        `<register><entry ip="10.9.9.9"><tag><member>${tagOf(API)}</member></tag></entry></register>`,
      );
      await fleet.fleet.firewall(second).restart({ loseRegistrations: true });
      const { made } = await driftIn(fleet.lab);
      expect(made.firewalls[0]!.findings.map(({ kind, on }) => [kind, on])).to.deep.equal([
        ["registered", [`fw1 (${first})`]],
        ["not-registered", [`fw2 (${second})`]],
      ]);
      const { steps } = succeeded(await stack.refresh());
      expect(steps.map(({ name }) => name)).to.deep.equal(["registered-addresses"]);
      const { result, writes } = await up();
      expect(said(succeeded(result))).to.contain(
        `on fw1 (${first}) 0 addresses registered and 1 unregistered`,
      );
      expect(writes).to.equal(0);
      expect(registered()).to.deep.equal(with_(ONLY_API));
      expect((await stack.up()).steps).to.deep.equal([]);
    });

    it("switched to addresses, unregisters once each firewall has the rules without groups", async () => {
      await fleet.lab.configure({
        settings: { "panos:panorama": { deviceGroup: "cloud", rulebase: "pre-rulebase" } },
      });
      await fleet.lab.setAccount(account([WEB, API]));
      const { result, requests } = await up();
      succeeded(result);
      expect(registered()).to.deep.equal(with_({}));
      const types = requests.map(({ type }) => type);
      expect(types.indexOf("user-id", types.lastIndexOf("commit"))).to.be.greaterThan(0);
    });
  });

  describe("with a firewall that is not connected", () => {
    afterEach(() => fleet.close());

    async function open(panorama: Record<string, unknown>) {
      fleet = await FleetLab.open();
      await fleet.lab.setAccount(account([WEB, API]));
      stack = await fleet.stack({ settings: DYNAMIC }, panorama);
    }

    it("it is named, the others go on, and the next run registers on it although nothing else has changed", async () => {
      await open({});
      const [, second = ""] = fleet.fleet.serials;
      fleet.fleet.connect(second, false);
      const failed = await stack.up();
      expect(failed.code).to.equal(1);
      expect(said(failed))
        .to.contain("in force on 2 of 3 firewalls")
        .and.contain(`fw2 (${second}) is not connected`);
      expect(registered()).to.deep.equal([BOTH, {}, BOTH]);
      expect(fleet.pushed()[0]).to.include(ruleOf(WEB));
      fleet.fleet.connect(second);
      const commits = fleet.jobs("Commit");
      succeeded(await stack.up());
      expect(registered()).to.deep.equal(everywhere(BOTH));
      expect(fleet.pushed()[1]).to.include(ruleOf(WEB));
      expect(fleet.jobs("Commit")).to.equal(commits);
      expect((await stack.up()).steps).to.deep.equal([]);
    });

    it("where only instances stop, it is named once each run until it has been told", async () => {
      await open({ onUnreachable: "warn" });
      succeeded(await stack.up());
      const [first = ""] = fleet.fleet.serials;
      fleet.fleet.connect(first, false);
      // Told everything already: nothing is owed to it.
      expect((await stack.up()).steps).to.deep.equal([]);
      await fleet.lab.setAccount(account([WEB, API], [1]));
      for (let run = 0; run < 2; run++) {
        expect(said(succeeded(await stack.up()))).to.contain(`fw1 (${first}) is not connected`);
        expect(registered()).to.deep.equal([BOTH, ONLY_API, ONLY_API]);
      }
      fleet.fleet.connect(first);
      const { result, writes } = await up();
      expect(said(succeeded(result))).not.to.contain("is not connected");
      expect(registered()).to.deep.equal(everywhere(ONLY_API));
      expect(writes).to.equal(0);
    });

    it("one that could not be told gets no rules on groups that it has no members of, though it is back by then", async () => {
      await open({});
      const [, second = ""] = fleet.fleet.serials;
      const asked = fleet.fleet.panorama.hold(
        ({ target, cmd = "" }) => target === second && cmd.includes("registered-ip"),
      );
      const committed = fleet.fleet.panorama.hold(({ type }) => type === "commit");
      const run = stack.up();
      await asked.reached;
      fleet.fleet.connect(second, false);
      asked.release();
      await committed.reached;
      fleet.fleet.connect(second);
      committed.release();
      const failed = await run;
      expect(failed.code).to.equal(1);
      expect(said(failed)).to.contain(`fw2 (${second}) could not be told which addresses are in groups`);
      expect(registered()).to.deep.equal([BOTH, {}, BOTH]);
      expect(fleet.pushed()[1]).to.deep.equal(["cleanup"]);
    });
  });
});
