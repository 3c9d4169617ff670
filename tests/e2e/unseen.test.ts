import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, Lab, ruleEntry, said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const CLEANUP_KEY = "aws-panos-rules:cleanupRule";

/** A firewall's configuration with what Panorama has pushed beside it. */
function managed(config = firewallConfig(), vsys = "vsys1"): string {
  const rules = (entries: readonly string[]) => `<security><rules>${entries.join("")}</rules></security>`;
  const above = rules([
    ruleEntry("pano-no-ssh", { application: "ssh", action: "deny" }),
    ruleEntry("pano-web"),
  ]);
  const below = rules([ruleEntry("pano-cleanup", { from: "any", to: "any", action: "deny" })]);
  return config.replace(
    "</config>",
    `<panorama><vsys><entry name="${vsys}"><pre-rulebase>${above}</pre-rulebase><post-rulebase>${below}</post-rulebase>` +
      '<profile-group><entry name="pushed"/></profile-group></entry></vsys></panorama></config>',
  );
}

/** A firewall's configuration with IPv6 firewalling set. */
function ipv6Firewalling(value: string): string {
  return firewallConfig().replace(
    "<vsys>",
    `<deviceconfig><setting><session><ipv6-firewalling>${value}</ipv6-firewalling></session></setting></deviceconfig><vsys>`,
  );
}

describe("e2e: what decides over our rules and isn't read", function () {
  this.timeout(120_000);
  let lab: Lab;
  afterEach(() => lab.close());

  it("on a firewall that Panorama manages is told on every run", async () => {
    lab = await Lab.open({ config: managed() });
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack();
    const words =
      /Panorama manages this firewall.* 2 rules \(pano-no-ssh, pano-web\) above .* 1 rule \(pano-cleanup\) below/;
    const up = () => stack.up({ skipPreview: true });
    for (const run of [() => stack.preview(), up, up]) {
      expect(said(succeeded(await run()))).to.match(words);
    }
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
  });

  it("is told of no other vsys, and of no firewall that stands alone", async () => {
    for (const config of [firewallConfig(), managed(firewallConfig(), "vsys2")]) {
      lab = await Lab.open({ config });
      await lab.setAccount(account([WEB]));
      expect(said(succeeded(await (await lab.stack()).preview()))).not.to.include("Panorama");
      if (config === firewallConfig()) await lab.close();
    }
  });

  it("can hold no cleanup rule of ours: what to name is said, and works", async () => {
    lab = await Lab.open({
      config: managed(firewallConfig().replace(/<entry name="cleanup">.*?<\/entry>/, "")),
    });
    await lab.setAccount(account([WEB]));
    const named = (cleanupRule: string) => lab.stack({ settings: { [CLEANUP_KEY]: cleanupRule } });
    for (const [rule, words] of [
      ["pano-cleanup", "below the local rulebase"],
      ["pano-web", "above the local rulebase"],
      ["pano-gone", "What Panorama has pushed to it isn't read"],
    ] as const) {
      const { result, writes } = await lab.during(async () => (await named(rule)).up({ skipPreview: true }));
      expect(result.code).not.to.equal(0);
      expect(said(result)).to.include(rule).and.to.include(words);
      expect(writes).to.equal(0);
    }
    succeeded(await (await named("interzone-default")).up({ skipPreview: true }));
    expect(lab.running()).to.deep.equal([ruleOf(WEB)]);
  });

  it("names Panorama's NAT rules and application overrides, on either side of the local ones", async () => {
    const rules = (kind: string, name: string) => `<${kind}><rules><entry name="${name}"/></rules></${kind}>`;
    const pushed =
      `<pre-rulebase>${rules("application-override", "pano-plain")}${rules("nat", "pano-in")}</pre-rulebase>` +
      `<post-rulebase>${rules("nat", "pano-out")}</post-rulebase>`;
    const panorama = `<panorama><vsys><entry name="vsys1">${pushed}</entry></vsys></panorama>`;
    lab = await Lab.open({ config: firewallConfig().replace("</config>", `${panorama}</config>`) });
    await lab.setAccount(account([WEB]));
    const words = said(succeeded(await (await lab.stack()).preview()));
    expect(words).to.include("2 NAT rules (pano-in, pano-out), which may change their destinations");
    expect(words).to.include("1 application override rule (pano-plain), which may change their applications");
  });

  it("of IPv6 on a firewall that doesn't look at it is one warning", async () => {
    for (const [value, cidrIpv6, isTold] of [
      ["no", "2001:db8:9::/48", true],
      ["no", undefined, false],
      ["yes", "2001:db8:9::/48", false],
    ] as const) {
      lab = await Lab.open({ config: ipv6Firewalling(value) });
      const inventory = account([WEB, { group: 1, port: 22 }]);
      for (const [rule] of inventory.securityGroups.map(({ ingress }) => ingress ?? [])) {
        if (rule === undefined || cidrIpv6 === undefined) continue;
        delete rule.cidrIpv4;
        rule.cidrIpv6 = cidrIpv6;
      }
      for (const each of inventory.networkInterfaces) each.ipv6Addresses = ["2001:db8:20::10"];
      for (const table of inventory.routeTables) {
        table.routes.push({ destinationIpv6CidrBlock: "::/0", networkInterfaceId: "eni-0f" });
      }
      await lab.setAccount(inventory);
      const { diagnostics } = succeeded(await (await lab.stack()).preview());
      const told = diagnostics.filter(({ message }) => message.includes("ipv6-firewalling is no"));
      expect(told).to.have.length(isTold ? 1 : 0);
      if (value === "no") await lab.close();
    }
  });
});
