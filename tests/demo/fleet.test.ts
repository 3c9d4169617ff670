import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { DemoFleet, GROUP_LOCATION, startFleet } from "../../demo/fleet";
import { Administrator } from "../../demo/people";
import { explained } from "../../demo/warnings";
import { PROJECT_DIR, ruleEntry } from "../support/lab";

describe("the demo's Panorama", () => {
  it("has what the demo's firewall has: rules and objects in the device group, zones on three firewalls", async () => {
    const config = await readFile(join(PROJECT_DIR, "demo", "firewall.xml"), "utf8");
    const names = [...config.matchAll(/<entry name="([^"]+)" uuid=/g)].map(([, name = ""]) => name);
    const fleet = new DemoFleet(await startFleet(config, { users: [{ name: "admin", password: "p" }] }));
    const { panorama, serials } = fleet.lab;
    const administrator = new Administrator(panorama, "admin", "p", GROUP_LOCATION);
    try {
      const rules = await administrator.rulebase();
      expect(rules.map(({ name }) => name)).to.deep.equal(names);
      const enabled = rules.filter(({ disabled }) => !disabled).map(({ name }) => name);
      expect(enabled).to.have.length(names.length - 1);
      expect(fleet.otherThan(enabled)).to.deep.equal([]);
      for (const serial of serials) {
        const firewall = fleet.lab.firewall(serial);
        expect(firewall.runningRules()).to.deep.equal([]);
        expect(firewall.running("/config/devices/entry/vsys/entry/zone/entry")).to.include('"untrust"');
      }

      await administrator.putFirst("allow-all", ruleEntry("allow-all"));
      await administrator.push("cloud", [fleet.serial("fw2")]);
      expect(fleet.otherThan(enabled)).to.deep.equal(["fw2"]);
    } finally {
      await administrator.close();
      await fleet.lab.stop();
    }
  });

  it("makes warnings that are said in other words than the program's", () => {
    const texts = explained([
      "withheld: Security group web (sg-0a), TCP port 80, is withheld: of its instances, i-0a (web-1) has the tag SecurityStatus=IR (quarantine).",
      "withheld: Security group web (sg-0a), TCP port 443, is withheld: of its instances, i-0a (web-1) has the tag SecurityStatus=IR (quarantine).",
      "firewall/cloud:pre-rulebase: not connected to Panorama, so what they have of their own wasn't looked at: fw2 (0151)",
      "what admin committed for the device group cloud and nobody has pushed waits on: our push leaves it out",
    ]);
    expect(texts).to.have.length(3);
    expect(texts[0]).to.match(/^web-1 has the tag SecurityStatus=IR: /);
    expect(texts[1]).to.include("fw2 (0151)");
    expect(texts[2]).to.match(/^What admin had committed/);
  });
});
