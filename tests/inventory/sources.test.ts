import { EC2 } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { readInventory } from "../../inventory";
import { readLookups } from "../../inventory/lookups";
import type { Inventory } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import type { MappingOptions } from "../../mapping/types";
import { DataSources } from "../support/data-sources";
import { Moto, needsMoto } from "../support/moto";
import { TestClock } from "./account";
import { makeAccount, type MotoAccount } from "./moto-account";
import { asLookupsSee } from "./seen";

// What the test's own clients say of the Node that runs them.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

describe("both ways to ask AWS", () => {
  const moto = needsMoto();
  if (moto === undefined) return;

  let server: Moto;
  let dataSources: DataSources;
  let account: MotoAccount;
  let lookups: Inventory;
  let ec2: Inventory;

  before(async () => {
    server = await Moto.start(moto);
    const [region, accessKey, secretKey] = ["us-east-1", "test", "test"];
    const client = new EC2({
      endpoint: server.url,
      region,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    });
    account = await makeAccount(client);
    client.destroy();
    dataSources = new DataSources({ url: server.url, region, accessKey, secretKey });
    await dataSources.use();
    lookups = await readLookups({}, new TestClock());
    const endpoints = { ec2: server.url, sts: server.url };
    ec2 = await readInventory({ kind: "ec2", access: { region, accessKey, secretKey, endpoints } });
  });
  after(async () => {
    dataSources?.close();
    await server?.stop();
  });

  it("give the same inventory of the same account", () => {
    expect(
      lookups.networkInterfaces.map(({ privateIpAddresses }) => privateIpAddresses),
    ).to.have.deep.members([
      ["10.20.2.10", "10.20.2.11", "10.20.2.12"],
      ["10.20.2.20"],
      ["10.21.3.10"],
      // Behind the same gateway, whose table leads to the firewall for another subnet.
      ["10.20.1.77"],
      ["10.20.1.5"],
    ]);
    expect(asLookupsSee(ec2, lookups)).to.deep.equal(lookups);
  });

  it("give the same where interfaces of no instance are asked for, of which nothing uses this account's", async () => {
    const found = await readLookups({ withoutInstance: true }, new TestClock());
    expect(asLookupsSee(ec2, found)).to.deep.equal(found);
    const ids = (statuses: string[]) =>
      ec2.networkInterfaces.filter(({ status = "" }) => statuses.includes(status)).map(({ id }) => id);
    expect(ids(["available"])).to.have.length(1);
    expect(found.networkInterfaces.map(({ id }) => id)).to.not.include.members(ids(["available"]));
    // A stopped instance keeps its interface in use, as does, here, a terminated one.
    expect(found.networkInterfaces.length).to.equal(lookups.networkInterfaces.length + 2);
  });

  for (const ruleMode of ["application", "service"] as const) {
    it(`ask the same of a firewall, ${ruleMode} by ${ruleMode}`, () => {
      const options: MappingOptions = {
        firewall: {
          instanceIds: [],
          networkInterfaceIds: [account.firewall.networkInterface],
          vpcEndpointIds: [],
        },
        ownerId: "test1234",
        untrustZone: "untrust",
        trustZone: "trust",
        destinations: "addresses",
        ruleMode,
        applications: {},
      };
      const [expected, found] = [mapInventory(lookups, options), mapInventory(ec2, options)];
      expect(expected.rules.length).to.be.greaterThan(6);
      // Interfaces of no running instance are EC2's own API's to tell.
      const [known, leftOut] = [{ ...found, leftOut: expected.leftOut }, found.leftOut];
      expect(known).to.deep.equal(expected);
      expect([expected.leftOut, leftOut.isComplete]).to.deep.equal([{ kinds: [], isComplete: false }, true]);
    });
  }

  it("know the firewall's instance, who runs, and nothing of who doesn't", () => {
    for (const { instances, networkInterfaces } of [lookups, ec2]) {
      const firewall = networkInterfaces.find(({ id }) => id === account.firewall.networkInterface);
      expect(firewall?.instanceId).to.equal(account.firewall.instance);
      expect(instances.map(({ id }) => id))
        .to.include(account.web)
        .and.not.include(account.stopped);
    }
  });

  it("differ in what they cost and in what EC2 alone tells", () => {
    const asked = [...dataSources.asked.values()].reduce((sum, each) => sum + each, 0);
    expect(asked).to.be.greaterThan(40);
    expect(ec2.complete).to.equal(true);
    expect(ec2.instances.find(({ id }) => id === account.web)?.name).to.equal("web-1");
    const table = ec2.routeTables.find(
      ({ vpcId, gatewayIds }) => vpcId === account.vpc && gatewayIds?.length,
    );
    expect(table?.routes).to.deep.include({
      destinationCidrBlock: "10.20.0.0/16",
      gatewayId: "local",
      state: "active",
      origin: "CreateRouteTable",
    });
  });
});
