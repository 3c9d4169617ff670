import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import { firewallConfig, ruleEntry, said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const NARROWED: Permission = { ...WEB, cidr: "203.0.113.128/25" };
const HTTPS = {
  source: "203.0.113.0/24",
  destination: "10.0.0.1",
  application: "ssl",
  service: "service-https",
};
const LEAVES = "<deviceconfig><setting><config><rematch>no</rematch></config></setting></deviceconfig><vsys>";

describe("e2e: rules that go from a device group", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let stack: Stack;
  after(() => fleet.close());

  const everywhere = <T>(content: T): T[] => fleet.fleet.serials.map(() => content);
  /** Sources of the sessions that go on, on each firewall. */
  const sessions = () =>
    fleet.fleet.serials.map((serial) => fleet.fleet.firewall(serial).sessions.map(({ source }) => source));
  const use = (settings: Record<string, unknown>) => fleet.stack({ settings });

  before(async () => {
    const first = ruleEntry("first", { destination: "10.9.9.9", action: "deny" });
    const last = ruleEntry("last", { destination: "10.8.8.8" });
    const rules = [first, ruleEntry("old-web", HTTPS), last];
    fleet = await FleetLab.open({
      firewall: { config: firewallConfig().replace("<vsys>", LEAVES) },
      groups: ([one = "", two = "", three = ""]) => [
        {
          name: "all-sites",
          content: `<pre-rulebase><security><rules>${ruleEntry("inherited", { ...HTTPS, destination: "10.7.7.7" })}</rules></security></pre-rulebase>`,
        },
        { name: "cloud", parent: "all-sites", serials: [one, two], content: groupRules(rules) },
        { name: "cloud-eu", parent: "cloud", serials: [three] },
      ],
    });
    await fleet.lab.setAccount(account([WEB, SSH]));
    stack = await use({});
  });

  it("one of a group above is not taken over, and nothing is written", async () => {
    await use({ "aws-panos-rules:adopt": ["inherited"] });
    const { result, writes } = await fleet.lab.during(() => stack.up());
    expect(result.code).to.equal(1);
    expect(said(result)).to.contain(
      "rule inherited can't be taken over: it is Panorama's rule inherited of device group all-sites",
    );
    expect(writes).to.equal(0);
  });

  it("an administrator's of the group is taken over, in its place on every firewall", async () => {
    await use({ "aws-panos-rules:adopt": ["old-web"] });
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain(`in its place comes ${ruleOf(WEB)}`);
    const rules = ["first", ruleOf(WEB), "last", ruleOf(SSH), "cleanup"];
    expect(fleet.running()).to.deep.equal(rules);
    expect(fleet.pushed()).to.deep.equal(everywhere(["inherited", ...rules]));
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("with sessions: clear, what only they allowed is ended on each firewall that they went from", async () => {
    await use({
      "aws-panos-rules:sessions": "clear",
      "panos:panorama": { deviceGroup: "cloud", onUnreachable: "warn" },
    });
    const [, second = ""] = fleet.fleet.serials;
    for (const serial of fleet.fleet.serials) {
      for (const source of ["203.0.113.5", "203.0.113.200"]) {
        fleet.fleet.firewall(serial).openSession({
          ...{ from: "untrust", to: "trust", source, destination: "10.0.0.1", port: 443, application: "ssl" },
        });
      }
    }
    fleet.fleet.connect(second, false);
    await fleet.lab.setAccount(account([NARROWED, SSH]));
    const result = succeeded(await stack.up());
    const narrowed = ["203.0.113.200"];
    expect(sessions()).to.deep.equal([narrowed, ["203.0.113.5", "203.0.113.200"], narrowed]);
    expect(said(result))
      .to.contain("1 of 2 sessions of rules removed or narrowed were ended")
      .and.contain(`go on where a firewall is not connected: fw2 (${second})`);
  });

  it("sessions of a firewall whose push failed stay: its rules still allow them", async () => {
    const [first = "", second = ""] = fleet.fleet.serials;
    fleet.fleet.connect(second);
    fleet.fleet.planPush(first, ["Commit failed"]);
    await fleet.lab.setAccount(account([SSH]));
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain("in force on 2 of 3 firewalls");
    expect(sessions()).to.deep.equal([["203.0.113.200"], [], []]);
  });
});
