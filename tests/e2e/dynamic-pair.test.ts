import { expect } from "chai";
import { startHaPair, type HaPair } from "../../packages/simulator";
import { account, type Permission } from "../support/account";
import { freePort } from "../support/free-port";
import { Lab, said, succeeded } from "../support/lab";
import { configOf } from "../support/rules";
import { FIREWALL, type Target } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };

describe("e2e: addresses registered with an HA pair", function () {
  this.timeout(60_000);

  it("are told the active one alone, and a run that changes them says what that means after a failover", async () => {
    let pair: HaPair | undefined;
    const port = await freePort();
    const target: Target = {
      ...FIREWALL,
      start: async (options, given) => {
        const second = { host: "127.0.0.2", port };
        pair = await startHaPair({ config: configOf(given), ...options, port, second });
        return { device: pair.first };
      },
    };
    const lab = await Lab.open({ target });
    try {
      await lab.setAccount(account([WEB]));
      const stack = await lab.stack({
        settings: {
          "aws-panos-rules:destinations": "dynamic",
          ...{ "panos:hostname": "127.0.0.1", "panos:peerHostname": "127.0.0.2" },
        },
      });
      expect(said(succeeded(await stack.up()))).to.match(
        /registered with the active one.*run with --refresh/,
      );
      expect(said(succeeded(await stack.up()))).not.to.include("registered with the active one");
    } finally {
      await pair?.second.stop();
      await lab.close();
    }
  });
});
