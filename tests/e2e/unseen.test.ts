import { expect } from "chai";
import { account, type Permission } from "../support/account";
import { firewallConfig, Lab, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };

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
