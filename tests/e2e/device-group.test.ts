import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { ruleEntry, said, succeeded } from "../support/lab";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import type { Stack } from "../../packages/pulumi/stack";

const WEB: Permission = { group: 1, port: 443 };
const API: Permission = { group: 2, port: 8001 };

describe("e2e: a device group on Panorama", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  let stack: Stack;

  before(async () => {
    const mail = ruleEntry("allow-mail", { application: "smtp", service: "application-default" });
    fleet = await FleetLab.open({}, groupRules([mail]));
    await fleet.lab.setAccount(account([WEB, API]));
    stack = await fleet.stack();
  });
  after(() => fleet.close());

  it("previews with the number of firewalls, and writes nothing", async () => {
    const { result, writes } = await fleet.lab.during(() => stack.preview());
    expect(result.code, said(result)).to.equal(0);
    expect(said(result)).to.contain("firewall/cloud:pre-rulebase reaches 3 firewalls: fw1, fw2, fw3");
    expect(said(result)).to.contain("rules on firewall (3 firewalls): 2 to add");
    expect(writes).to.equal(0);
  });

  it("commits once and pushes to the group and those below it, and each firewall holds it", async () => {
    const result = succeeded(await stack.up());
    const rules = ["allow-mail", ruleOf(WEB), ruleOf(API), "cleanup"];
    expect(fleet.running()).to.deep.equal(rules);
    expect(fleet.pushed()).to.deep.equal([rules, rules, rules]);
    expect([fleet.jobs("Commit"), fleet.jobs("CommitAll")]).to.deep.equal([1, 2]);
    expect(said(result)).to.contain(
      "what is declared on firewall/cloud:pre-rulebase is in force on 3 firewalls",
    );
    expect(await fleet.person().pending()).to.deep.equal([]);
    expect(await fleet.person().locks()).to.deep.equal([]);
    const { cmd } = fleet.fleet.panorama.requests.find(({ type }) => type === "commit")!;
    expect(cmd)
      .to.contain("<device-group><member>cloud</member></device-group>")
      .and.contain("<no-template/>");
    const push = fleet.fleet.panorama.requests.find(({ action }) => action === "all")!;
    expect(push.cmd)
      .to.contain("<admin><member>aws-panos</member></admin>")
      .and.contain("<merge-with-candidate-cfg>no</merge-with-candidate-cfg>")
      .and.contain("<include-template>no</include-template>");
  });

  it("a limit that Commit itself finds exceeded says how many firewalls a removal reaches", async () => {
    const admin = fleet.person();
    const names = [21, 22].map((group) => ruleOf({ group, port: 443 }));
    const tag = "<tag><member>aws-panos-test1234</member></tag></entry>";
    for (const name of names) await admin.addRule(ruleEntry(name).replace("</entry>", tag));
    await fleet.lab.setAccount(account([{ ...WEB, cidr: "198.51.100.0/24" }, API]));
    await fleet.stack({ settings: { "aws-panos-rules:maxRemovals": 1 } });
    const { result, commits } = await fleet.lab.during(() => stack.up());
    expect([result.code, commits]).to.deep.equal([1, 0]);
    expect(said(result)).to.contain(
      "this would remove 2 of 4 rules from firewall/cloud:pre-rulebase (3 firewalls), more than the 1 allowed",
    );
    for (const name of names) await admin.deleteRule(name);
    await fleet.stack();
  });
});
