import { expect } from "chai";
import type { Inventory } from "../../inventory/types";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import { firewallConfig, ruleEntry, said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const SUSPECT = "10.0.0.1";
const [OUT, RESPONDERS, IN] = ["out", "responders", "in"].map(
  (part) => `aws-quarantine-test1234-${part}`,
) as [string, string, string];
const WIDE = ruleEntry("wide", { from: "any", to: "any" });
const PARTNERS = ruleEntry("partners", { from: "any", to: "any", source: "198.51.100.0/24" });
const LEAVES = "<deviceconfig><setting><config><rematch>no</rematch></config></setting></deviceconfig><vsys>";
const settings = (quarantine: object = {}, more: object = {}) => ({
  "aws-panos-rules:quarantine": { deny: true, responders: ["10.9.0.0/16"], ...quarantine },
  "aws-panos-rules:skipAlreadyAllowed": false,
  ...more,
});

/** @param isMarked whether the first instance is to be isolated */
function instances(isMarked: boolean): Inventory {
  const { instances: all, ...rest } = account([WEB, SSH]);
  const tagsOf = (at: number): Record<string, string> =>
    isMarked && at === 0 ? { SecurityStatus: "IR" } : {};
  return { ...rest, instances: all.map((each, at) => ({ ...each, tags: tagsOf(at) })) };
}

describe("e2e: isolating an instance on a device group", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let stack: Stack;
  after(() => fleet.close());

  const mark = (isMarked: boolean) => fleet.lab.setAccount(instances(isMarked));
  const everywhere = <T>(content: T): T[] => fleet.fleet.serials.map(() => content);
  /** Sources of the sessions to the suspect that go on, on each firewall. */
  const sessions = () =>
    fleet.fleet.serials.map((serial) => fleet.fleet.firewall(serial).sessions.map(({ source }) => source));
  /** A session of a stranger and one of a responder, on each firewall. */
  function open() {
    for (const serial of fleet.fleet.serials) {
      for (const source of ["203.0.113.5", "10.9.0.7"]) {
        fleet.fleet.firewall(serial).openSession({
          ...{ from: "untrust", to: "trust", source, destination: SUSPECT, port: 443, application: "ssl" },
        });
      }
    }
  }

  before(async () => {
    const config = firewallConfig().replace("<vsys>", LEAVES);
    fleet = await FleetLab.open({
      firewall: { config },
      shared: `<pre-rulebase><security><rules>${PARTNERS}</rules></security></pre-rulebase>`,
      groups: ([first = "", second = "", third = ""]) => [
        { name: "cloud", serials: [first, second], content: groupRules([WIDE]) },
        { name: "cloud-eu", parent: "cloud", serials: [third] },
      ],
    });
    await mark(false);
    stack = await fleet.stack({ settings: settings() });
    succeeded(await stack.up());
  });

  it("denies at the top of the pre-rulebase of every firewall, ends sessions there, and names what comes before", async () => {
    open();
    await mark(true);
    const [commits, pushes] = [fleet.jobs("Commit"), fleet.jobs("CommitAll")];
    const result = succeeded(await stack.up());
    expect([fleet.jobs("Commit") - commits, fleet.jobs("CommitAll") - pushes]).to.deep.equal([1, 2]);
    const ours = [OUT, RESPONDERS, IN, "wide", ruleOf(SSH), "cleanup"];
    expect(fleet.running()).to.deep.equal(ours);
    expect(fleet.pushed()).to.deep.equal(everywhere(["partners", ...ours]));
    expect(sessions()).to.deep.equal(everywhere(["10.9.0.7"]));
    expect(said(result)).to.match(
      /Panorama's rule partners of .*hared: pre-rules of shared and of the groups above come before those of the device group .* to i-0a1/,
    );
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("goes back to the top where somebody has put a rule above, on each firewall", async () => {
    const ann = fleet.person();
    await ann.client.move(
      "/config/devices/entry[@name='localhost.localdomain']/device-group/entry[@name='cloud']/pre-rulebase/security/rules/entry[@name='wide']",
      "top",
    );
    await ann.commitEverything();
    succeeded(await stack.up({ refresh: true }));
    const top = [OUT, RESPONDERS, IN, "wide"];
    expect(fleet.running().slice(0, 4)).to.deep.equal(top);
    expect(fleet.pushed().map((rules) => rules.slice(1, 5))).to.deep.equal(everywhere(top));
  });

  it("stands above a named rule, also where that is disabled and so on no firewall", async () => {
    await mark(true);
    const ann = fleet.person();
    await ann.addRule(
      ruleEntry("below", { action: "deny" }).replace("</entry>", "<disabled>yes</disabled></entry>"),
    );
    await ann.client.move(
      "/config/devices/entry[@name='localhost.localdomain']/device-group/entry[@name='cloud']/pre-rulebase/security/rules/entry[@name='below']",
      "before",
      "wide",
    );
    await ann.commitEverything();
    await fleet.stack({ settings: settings({ before: "below" }) });
    const result = succeeded(await stack.up());
    expect(said(result)).to.contain("is in force on 3 firewalls");
    expect(fleet.running().slice(0, 5)).to.deep.equal([OUT, RESPONDERS, IN, "below", "wide"]);
    expect((await stack.up()).steps).to.deep.equal([]);
  });

  it("takes no commit and no push where destinations are dynamic, nor does releasing", async () => {
    await fleet.stack({ settings: settings({}, { "aws-panos-rules:destinations": "dynamic" }) });
    await mark(false);
    succeeded(await stack.up());
    open();
    await mark(true);
    const { result, writes } = await fleet.lab.during(() => stack.up());
    succeeded(result);
    expect(writes).to.equal(0);
    const isolated = () =>
      fleet.fleet.serials.map(
        (each) => fleet.fleet.firewall(each).registered()["aws-panos-test1234-quarantine"],
      );
    expect(isolated()).to.deep.equal(everywhere([SUSPECT]));
    expect(sessions().map((each) => each.includes("203.0.113.5"))).to.deep.equal(everywhere(false));
    await mark(false);
    expect((await fleet.lab.during(async () => succeeded(await stack.up()))).writes).to.equal(0);
    expect(isolated()).to.deep.equal(everywhere(undefined));
  });
});

describe("e2e: isolating on Panorama what has local rules", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  after(() => fleet.close());

  it("a second stack declares the denials alone, before what Panorama allows, and leaves the first its rules", async () => {
    fleet = await FleetLab.open(
      {},
      groupRules([WIDE]).replace("<action>deny", "<disabled>yes</disabled><action>deny"),
    );
    const [first = ""] = fleet.fleet.serials;
    const firewall = fleet.fleet.firewall(first);
    const both = async (isMarked: boolean) => {
      for (const name of ["dev", "isolation"]) await fleet.lab.setAccount(instances(isMarked), name);
    };
    await both(false);
    const local = await fleet.lab.stack({
      settings: {
        "panos:panorama": undefined,
        "aws-panos-rules:quarantine": {},
        "aws-panos-rules:skipAlreadyAllowed": false,
        "aws-panos-rules:maxRemovals": 0,
      },
      env: { PANOS_PORT: String(firewall.port) },
    });
    const isolating = await fleet.stack({
      ...{ name: "isolation", ownerId: "other123" },
      settings: settings({ only: true }),
    });
    succeeded(await local.up());
    const idle = succeeded(await isolating.up());
    expect(said(idle)).to.contain(
      "this stack only isolates instances (quarantine.only): 2 permissions are another stack's",
    );
    const rules = firewall.runningRules();
    expect([rules.length, fleet.running()]).to.deep.equal([3, ["wide", "cleanup"]]);

    await both(true);
    succeeded(await isolating.up());
    succeeded(await local.up());
    const denials = ["out", "responders", "in"].map((part) => `aws-quarantine-other123-${part}`);
    expect(fleet.pushed()).to.deep.equal(fleet.fleet.serials.map(() => [...denials, "wide"]));
    expect(firewall.runningRules()).to.deep.equal([ruleOf(SSH), "cleanup"]);
    expect((await isolating.up()).steps).to.deep.equal([]);

    await both(false);
    succeeded(await isolating.up());
    succeeded(await local.up());
    expect(fleet.pushed()[0]).to.deep.equal(["wide"]);
    expect(firewall.runningRules()).to.deep.equal(rules);
  });
});
