import { expect } from "chai";
import { vsysXpath } from "../../panos/location";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import { firewallConfig, ruleEntry, said } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const API: Permission = { group: 3, port: 8001 };
const MAIL: Permission = { group: 4, port: 25 };
const FOR = (address: string, action = "allow") => ({ destination: address, action });
const LOCAL = `${vsysXpath({ vsys: "vsys1" })}/rulebase/security/rules`;

const preRules = (...rules: string[]) =>
  `<pre-rulebase><security><rules>${rules.join("")}</rules></security></pre-rulebase>`;

describe("e2e: what comes before a device group's post-rules", function () {
  this.timeout(120_000);
  let fleet: FleetLab;
  after(() => fleet.close());

  before(async () => {
    fleet = await FleetLab.open({
      firewall: { config: firewallConfig().replace(/<rules>.*<\/rules>/s, "<rules/>") },
      shared: preRules(ruleEntry("from-shared", FOR("10.0.0.1"))),
      groups: ([one = "", two = "", three = ""]) => [
        { name: "all-sites" },
        {
          ...{ name: "cloud", parent: "all-sites", serials: [one, two] },
          content: preRules(ruleEntry("own-pre", FOR("10.0.0.2"))) + groupRules([], "post-rulebase"),
        },
        {
          ...{ name: "cloud-eu", parent: "cloud", serials: [three] },
          content: preRules(ruleEntry("eu-shut", FOR("10.0.0.4", "deny"))),
        },
      ],
    });
    await fleet.lab.setAccount(account([WEB, SSH, API, MAIL]));
    const [one = "", two = "", three = ""] = fleet.fleet.serials;
    const local = async (serial: string, ...rules: string[]) => {
      for (const rule of rules) await fleet.person().client.forFirewall(serial, "vsys1").set(LOCAL, rule);
    };
    // Each of them lets the third one's traffic in, by a rule of its own; one lets in the fourth one's.
    await local(one, ruleEntry("api", FOR("10.0.0.3")), ruleEntry("mail", FOR("10.0.0.4")));
    await local(two, ruleEntry("api-too", FOR("10.0.0.3")));
    await local(three, ruleEntry("api-too", FOR("10.0.0.3")));
  });

  it("covers where it is on every firewall, and what may deny on one of them is told", async () => {
    const stack = await fleet.stack({}, { rulebase: "post-rulebase" });
    const preview = await stack.preview();
    expect(preview.code, said(preview)).to.equal(0);
    expect(said(preview))
      .to.contain(`covered by Panorama's rule from-shared of Shared: ${ruleOf(WEB)}`)
      .and.contain(`covered by Panorama's rule own-pre of device group cloud: ${ruleOf(SSH)}`)
      .and.contain(
        `the rule api of fw1 with the rule api-too of fw2 with the rule api-too of fw3: ${ruleOf(API)}`,
      )
      .and.contain(
        `Panorama's rule eu-shut of device group cloud-eu stands above and may deny part of what these allow: ${ruleOf(MAIL)}`,
      )
      .and.contain("rules on firewall (3 firewalls): 1 to add");
  });

  it("stops where all of them deny everything before", async () => {
    const shut = ruleEntry("shut", { from: "any", to: "any", action: "deny" });
    for (const serial of fleet.fleet.serials)
      await fleet.person().client.forFirewall(serial, "vsys1").set(LOCAL, shut);
    const all = fleet.person("admin", { deviceGroup: "cloud", rulebase: "pre-rulebase" });
    await all.addRule(shut);
    await all.commitEverything();
    const preview = await (await fleet.stack({}, { rulebase: "post-rulebase" })).preview();
    expect(preview.code).to.equal(1);
    expect(said(preview)).to.contain(
      "Panorama's rule shut of device group cloud denies everything from untrust to trust before the device group's rules",
    );
  });
});
