import { expect } from "chai";
import { InventoryError } from "../../inventory";
import { MOST_LOOKUPS, readAuto } from "../../inventory/auto";
import { readLookups } from "../../inventory/lookups";
import { Ec2Server } from "../support/ec2-server";
import { Account, DB_GROUP, TestClock } from "./account";

describe("inventory from whichever source takes no longer than a minute", () => {
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
  const read = () => readAuto(server.access, tell, { clock });

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
    addRules(500);
    const inventory = await read();
    expect(inventory).to.deep.equal(await readLookups({}, clock));
    expect(server.asked).to.deep.equal([]);
    expect(said).to.deep.equal([]);
  });

  it("asks EC2's own API in a larger one, after lists only, and says why", async () => {
    addRules(2000);
    const inventory = await read();
    expect(inventory.vpcs.map(({ id }) => id)).to.deep.equal(["vpc-b"]);
    expect(account.times("getSecurityGroupRule")).to.equal(0);
    expect(account.times("getNetworkInterface")).to.equal(0);
    expect(said).to.have.length(1);
    expect(said[0])
      .to.match(/DescribeSecurityGroupRules would take \d+ requests, and 940 fit into a minute/)
      .and.include("aws-panos-rules:inventory");
  });

  it("counts the interfaces, too", async () => {
    const each = account.get("eni-425931b16e067ea0d");
    for (let index = 0; index < 1000; index += 1) account.put({ ...each, id: `eni-${10_000 + index}` });
    await read();
    expect(said[0]).to.include("DescribeNetworkInterfaces");
    expect(account.times("getNetworkInterface")).to.equal(0);
  });

  it("changes over at what the lookups' own pace lets through in a minute", async () => {
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
    expect((Math.max(...times) - Math.min(...times)) / 1000).to.be.within(55, 60);
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
    const error = await refused(readAuto({ obstacle }, tell, { clock }));
    expect(error.code).to.equal("CANNOT_SWITCH");
    expect(error.message).to.include(obstacle).and.include("lookups");
  });

  it("leaves other failures of the data sources as they are", async () => {
    account.fail = (lookup) => (lookup === "getVpcs" ? "api error UnauthorizedOperation: no" : undefined);
    expect((await refused(read())).code).to.equal("ACCESS_DENIED");
    expect(server.asked).to.deep.equal([]);
  });
});
