import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { startSimulator, type Simulator } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { freePort } from "../support/free-port";
import { firewallConfig, Lab, PASSWORDS, said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const MAIL: Permission = { group: 3, port: 8025 };
const USERS = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));

describe("e2e: a firewall that was rebuilt empty", function () {
  this.timeout(120_000);
  let lab: Lab;
  let port: number;
  let device: Simulator;

  beforeEach(async () => {
    lab = await Lab.open();
    await lab.setAccount(account([WEB, MAIL]));
    port = await freePort();
    device = await startSimulator({ port, users: USERS, config: firewallConfig() });
  });
  afterEach(async () => {
    await device.stop();
    await lab.close();
  });

  const rebuild = async (config: string): Promise<void> => {
    await device.stop();
    device = await startSimulator({ port, users: USERS, config });
  };
  const stackOf = (settings: Record<string, unknown> = {}): Promise<Stack> =>
    lab.stack({
      env: { PANOS_PORT: String(port) },
      settings: { "panos:hostname": "127.0.0.1", ...settings },
    });

  const configs = {
    "with a cleanup rule": firewallConfig(),
    "without a rulebase": firewallConfig().replace(/<rulebase>.*<\/rulebase>/, ""),
  };
  for (const [how, config] of Object.entries(configs)) {
    for (const destinations of ["addresses", "dynamic"]) {
      it(`${how}, ${destinations}: a refresh finds it so, and a destroy ends at once and for good`, async () => {
        const stack = await stackOf({ "aws-panos-rules:destinations": destinations });
        succeeded(await stack.up());
        await rebuild(config);
        succeeded(await stack.refresh());
        succeeded(await stack.destroy());
        expect(device.jobs).to.deep.equal([]);
        expect((await stack.exportState()).resources ?? []).to.deep.equal([]);
        succeeded(await stack.destroy());
      });
    }
  }

  it("is destroyed without a refresh as well", async () => {
    const stack = await stackOf();
    succeeded(await stack.up());
    await rebuild(configs["without a rulebase"]);
    succeeded(await stack.destroy());
    expect((await stack.exportState()).resources ?? []).to.deep.equal([]);
  });

  it("whose answer has no vsys is not taken for one: nothing leaves the state, and the next destroy removes it all", async () => {
    const stack = await stackOf();
    succeeded(await stack.up());
    const resources = async () => (await stack.exportState()).resources?.length;
    const known = await resources();
    const nothing = (): string =>
      device.addFault({
        match: { action: "get", xpath: "/vsys/entry[@name='vsys1']" },
        count: 100,
        effect: { do: "not-xml", body: '<response status="success" code="7"><result/></response>' },
      });
    for (const run of [() => stack.preview(), () => stack.refresh(), () => stack.destroy()]) {
      nothing();
      const refused = await run();
      expect(refused.code).to.equal(1);
      expect(said(refused)).to.include('has no vsys "vsys1"');
      expect(await resources()).to.equal(known);
    }
    device.clearFaults();
    expect(device.runningRules()).to.include(ruleOf(WEB));
    succeeded(await stack.destroy());
    expect(device.runningRules()).to.deep.equal(["cleanup"]);
  });

  it("gets its rules back by one run with --refresh", async () => {
    const stack = await stackOf();
    succeeded(await stack.up());
    await rebuild(firewallConfig());
    const result = succeeded(await stack.up({ refresh: true }));
    expect(said(result)).to.include("commit job");
    expect(device.runningRules()).to.deep.equal([WEB, MAIL].map(ruleOf).concat("cleanup"));
  });
});
