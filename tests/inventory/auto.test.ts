import { expect } from "chai";
import { InventoryError } from "../../inventory";
import { MOST_LOOKUPS, readThroughDataSources } from "../../inventory/auto";
import { readLookups } from "../../inventory/lookups";
import { Ec2Server } from "../support/ec2-server";
import { Account, DB, DB_GROUP, PRIVATE_TABLE, TestClock } from "./account";

describe("inventory from whichever source is as quick to a person", () => {
  let account: Account;
  let clock: TestClock;
  let server: Ec2Server;
  let said: string[];

  beforeEach(async () => {
    clock = new TestClock();
    account = new Account(clock);
    await account.use();
    server = await Ec2Server.start();
    said = [];
    server.lists.set("DescribeVpcs", [{ vpcId: "vpc-b", ownerId: "123456789012", cidrBlock: "10.0.0.0/8" }]);
  });
  afterEach(() => server.close());

  const tell = { info: (text: string) => said.push(text), warn: () => undefined };
  const read = () => readThroughDataSources({ kind: "auto", access: server.access }, tell, clock);

  function addRules(count: number): void {
    const rule = account.get("sgr-48662be367ef51353");
    for (let index = 0; index < count; index += 1) account.put({ ...rule, id: `sgr-${10_000 + index}` });
  }

  async function refused(read: Promise<unknown>): Promise<InventoryError> {
    const error: unknown = await read.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InventoryError);
    return error as InventoryError;
  }

  it("asks data sources in an account that they can read in time", async () => {
    addRules(60);
    const inventory = await read();
    expect(inventory).to.deep.equal(await readLookups({}, clock));
    expect(server.asked).to.deep.equal([]);
    expect(said.join()).to.include(
      "AWS was read through data sources: no API action took more than 100 requests",
    );
  });

  it("warns of routes to a transit gateway or an unknown endpoint, whose ways data sources don't tell", async () => {
    const { routes } = account.get(PRIVATE_TABLE) as { routes: object[] };
    const beyond = [
      { cidrBlock: "10.99.0.0/16", transitGatewayId: "tgw-0a" },
      { cidrBlock: "10.98.0.0/16", vpcEndpointId: "vpce-0a" },
      { cidrBlock: "10.97.0.0/16", vpcEndpointId: "vpce-0b" },
    ];
    const warned = async (added: object[], settings = {}): Promise<string[]> => {
      account.change(PRIVATE_TABLE, { routes: [...routes, ...added] });
      const warnings: string[] = [];
      const warn = (text: string) => warnings.push(text);
      for (const kind of ["auto", "lookups"] as const) {
        const source = { kind, access: server.access, ...settings };
        await readThroughDataSources(source, { info: () => undefined, warn }, clock);
      }
      expect(server.asked).to.deep.equal([]);
      expect(warnings[0]).to.equal(warnings[1]);
      return warnings.slice(1);
    };
    const firewall = { networkInterfaceIds: [], vpcEndpointIds: ["vpce-0b"] };
    expect(await warned([])).to.deep.equal([]);
    expect(await warned([beyond[2]!], { firewall })).to.deep.equal([]);
    expect(await warned(beyond, { withoutWays: true, firewall })).to.deep.equal([]);
    const [tgw] = await warned(beyond.slice(0, 1));
    expect(tgw).to.include("routes lead to tgw-0a, and data sources don't tell where those lead");
    const [both] = await warned(beyond, { firewall });
    expect(both).to.include("routes lead to tgw-0a, vpce-0a, and").and.include("firewall.vpcEndpointIds");
  });

  it("asks EC2's own API where an interface is of Kubernetes' nodes, whose pods may have delegated prefixes", async () => {
    const { tags } = account.get(DB.networkInterface) as { tags?: object };
    const signs = [
      { description: "aws-K8S-i-0123456789abcdef0" },
      { tags: { ...tags, "node.k8s.amazonaws.com/instance_id": "i-0123456789abcdef0" } },
      { tags: { ...tags, "kubernetes.io/cluster/prod": "owned" } },
      { tags: { ...tags, "eks:cluster-name": "prod" } },
    ];
    const whole = account.get(DB.networkInterface);
    for (const sign of signs) {
      said = [];
      account.put({ ...whole, ...sign });
      expect((await read()).vpcs.map(({ id }) => id)).to.deep.equal(["vpc-b"]);
      expect(said[0]).to.include(
        `data sources don't tell the prefixes that may be delegated to ${DB.networkInterface}`,
      );
    }
    const warnings: string[] = [];
    const warn = (text: string) => warnings.push(text);
    const access = { obstacle: "aws:x is unknown" };
    await readThroughDataSources({ kind: "lookups", access }, { info: () => undefined, warn }, clock);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include("delegated to").and.include("Set aws-panos-rules:inventory to ec2");
    account.put(whole);
    said = [];
    expect(await read()).to.deep.equal(await readLookups({}, clock));
    expect(said.join()).to.include("Any prefixes delegated to network interfaces are not seen so");
  });

  it("asks EC2's own API in a larger one, after lists only, and says why", async () => {
    addRules(2000);
    const inventory = await read();
    expect(inventory.vpcs.map(({ id }) => id)).to.deep.equal(["vpc-b"]);
    expect(account.times("getSecurityGroupRule")).to.equal(0);
    expect(account.times("getNetworkInterface")).to.equal(0);
    expect(said).to.have.length(1);
    expect(said[0])
      .to.match(/DescribeSecurityGroupRules would take \d+ requests, and 100 take some ten seconds/)
      .and.include("inventory: ec2");
  });

  it("counts the interfaces, too", async () => {
    const each = account.get("eni-425931b16e067ea0d");
    for (let index = 0; index < 1000; index += 1) account.put({ ...each, id: `eni-${10_000 + index}` });
    await read();
    expect(said[0]).to.include("DescribeNetworkInterfaces");
    expect(account.times("getNetworkInterface")).to.equal(0);
  });

  it("changes over at what the lookups' own pace lets through in four seconds", async () => {
    const asked = () => account.asked.filter(({ lookup }) => lookup.startsWith("getSecurityGroupRule"));
    // All of them in the one group that matters, so that each of them would be read.
    const rules = () => [...account.objects.values()].filter((each) => "securityGroupId" in each);
    for (const rule of rules()) account.change(String(rule["id"]), { securityGroupId: DB_GROUP });
    // Two lists, one of them of the group's rules only, are calls of the same action.
    addRules(MOST_LOOKUPS - 2 - rules().length);
    await read();
    expect(server.asked).to.deep.equal([]);
    expect(asked()).to.have.length(MOST_LOOKUPS);
    const times = asked().map(({ at }) => at);
    expect((Math.max(...times) - Math.min(...times)) / 1000).to.be.within(3.5, 4);
    addRules(MOST_LOOKUPS);
    await read();
    expect(server.asked).to.not.deep.equal([]);
  });

  it("does not change over to another account", async () => {
    addRules(2000);
    server.accountOf = () => "999999999999";
    const error = await refused(read());
    expect(error.code).to.equal("CANNOT_SWITCH");
    expect(error.message).to.include("999999999999").and.include("123456789012");
    expect(server.asked.map(({ action }) => action)).to.deep.equal(["GetCallerIdentity"]);
  });

  it("says what keeps it from asking EC2's own API", async () => {
    addRules(2000);
    const obstacle = "aws:httpProxy is honoured by the data sources only";
    const error = await refused(readThroughDataSources({ kind: "auto", access: { obstacle } }, tell, clock));
    expect(error.code).to.equal("CANNOT_SWITCH");
    expect(error.message).to.include(obstacle).and.include("lookups");
  });

  it("asks EC2's own API where data sources hide something that matters, whichever was chosen", async () => {
    account.change(PRIVATE_TABLE, { hiddenGateways: ["vgw-1"] });
    for (const kind of ["auto", "lookups"] as const) {
      said = [];
      const source = { kind, access: server.access };
      const inventory = await readThroughDataSources(source, tell, clock);
      expect(inventory.vpcs.map(({ id }: { id: string }) => id)).to.deep.equal(["vpc-b"]);
      expect(said.join()).to.include(`${PRIVATE_TABLE} may have routes that data sources hide`);
    }
  });

  it("says what is hidden where EC2's own API can't be asked, and what keeps it from being asked", async () => {
    account.change(PRIVATE_TABLE, { hiddenGateways: ["vgw-1"] });
    const warnings: string[] = [];
    const access = { obstacle: "aws:httpProxy is honoured by the data sources only" };
    await readThroughDataSources(
      { kind: "lookups", access, unseen: ["the tags that zones.tags needs"] },
      { info: () => undefined, warn: (text) => warnings.push(text) },
      clock,
    );
    expect(warnings).to.have.length(2);
    expect(warnings.join()).to.include("zones.tags").and.include(PRIVATE_TABLE).and.include(access.obstacle);
  });

  it("leaves other failures of the data sources as they are", async () => {
    account.fail = (lookup) => (lookup === "getVpcs" ? "api error UnauthorizedOperation: no" : undefined);
    expect((await refused(read())).code).to.equal("ACCESS_DENIED");
    expect(server.asked).to.deep.equal([]);
  });
});
