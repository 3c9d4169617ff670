import { expect } from "chai";
import { InventoryError } from "../../inventory";
import { readLookups } from "../../inventory/lookups";
import type { Inventory } from "../../inventory/types";
import {
  Account,
  DB,
  DB_GROUP,
  FIREWALL,
  MAIN_TABLE,
  OTHER_VPC,
  PREFIX_LIST,
  PRIVATE_SUBNET,
  PRIVATE_TABLE,
  PUBLIC_SUBNET,
  TRUST_INTERFACE,
  TestClock,
  VPC,
  WEB,
  WEB_GROUP,
} from "./account";
import { without } from "./seen";

describe("inventory from data-source lookups", () => {
  let account: Account;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock();
    account = new Account(clock);
    await account.use();
  });

  const ACCOUNT = "123456789012";
  const read = (): Promise<Inventory> => readLookups({}, clock);

  /** Lets the main table lead to the firewall as well, so that the web server is behind it. */
  function everythingBehindTheFirewall(): void {
    account.change(MAIN_TABLE, { routes: [{ cidrBlock: "0.0.0.0/0", networkInterfaceId: TRUST_INTERFACE }] });
  }

  async function refused(): Promise<InventoryError> {
    const error: unknown = await read().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(InventoryError);
    return error as InventoryError;
  }

  it("reads VPCs with their CIDRs, and every subnet's effective route table", async () => {
    const inventory = await read();
    expect(inventory.region).to.equal("us-east-1");
    expect(inventory.accountId).to.equal("123456789012");
    expect(inventory.vpcs).to.deep.equal([
      {
        id: VPC,
        ownerId: ACCOUNT,
        name: "demo-vpc",
        cidrBlocks: ["10.20.0.0/16"],
        ipv6CidrBlocks: ["2400:6500:5880:ec00::/56"],
        tags: { Name: "demo-vpc", env: "test" },
      },
      { id: OTHER_VPC, ownerId: ACCOUNT, cidrBlocks: ["172.31.0.0/16"], ipv6CidrBlocks: [], tags: {} },
    ]);
    expect(inventory.subnets).to.deep.equal([
      { id: PUBLIC_SUBNET, vpcId: VPC, routeTableId: MAIN_TABLE },
      { id: PRIVATE_SUBNET, vpcId: VPC, routeTableId: PRIVATE_TABLE },
    ]);
    expect(inventory.routeTables.find(({ id }) => id === PRIVATE_TABLE)?.routes).to.deep.equal([
      { destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: TRUST_INTERFACE },
    ]);
  });

  it("keeps a rule apart that it can't read: everything else is there", async () => {
    const before = await read();
    account.put({
      id: "sgr-odd",
      securityGroupId: DB_GROUP,
      isEgress: false,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    const after = await read();
    const group = after.securityGroups.find(({ id }) => id === DB_GROUP);
    expect(group?.unreadableRules).to.deep.equal([
      {
        id: "sgr-odd",
        isEgress: false,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        fault:
          "has 0 sources; give exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId",
      },
    ]);
    delete group?.unreadableRules;
    expect(after).to.deep.equal(before);
  });

  it("names the subnets of which no route table is seen: interfaces in them aren't asked for", async () => {
    const warnings: string[] = [];
    const tell = { info: () => undefined, warn: (text: string) => warnings.push(text) };
    await readLookups({}, clock, tell);
    expect(warnings).to.deep.equal([]);
    account.change(PRIVATE_TABLE, { associations: [] });
    account.change(VPC, { mainRouteTableId: "rtb-00000000000000000" });
    account.change(MAIN_TABLE, { associations: [] });
    const { subnets, networkInterfaces } = await readLookups({}, clock, tell);
    expect([subnets, networkInterfaces]).to.deep.equal([[], []]);
    const inOrder = [PUBLIC_SUBNET, PRIVATE_SUBNET].sort().join(", ");
    expect(warnings.join()).to.include(
      `Network interfaces in ${inOrder} are left out, if there are any: the inventory has no route table`,
    );
    expect(warnings.join()).to.include(TRUST_INTERFACE);
  });

  it("reads interfaces of stopped instances too where they are asked for, and doesn't say that they run", async () => {
    account.running.splice(account.running.indexOf(DB.instance), 1);
    account.stopped.push(DB.instance);
    const ids = ({ networkInterfaces }: Inventory) => networkInterfaces.map(({ id }) => id);
    expect(ids(await read())).not.to.include(DB.networkInterface);
    const inventory = await readLookups({ withStopped: true }, clock);
    expect(ids(inventory)).to.include(DB.networkInterface);
    expect(inventory.securityGroups.map(({ id }) => id)).to.include(DB_GROUP);
    expect(inventory.instances.map(({ id }) => id)).not.to.include(DB.instance);
  });

  it("reads interfaces, groups and ingress rules behind a possible firewall, and no others", async () => {
    const inventory = await read();
    expect(inventory.networkInterfaces.map(({ id, instanceId }) => [id, instanceId])).to.deep.equal([
      [DB.networkInterface, DB.instance],
      [TRUST_INTERFACE, FIREWALL.instance],
    ]);
    const group = inventory.securityGroups.find(({ id }) => id === DB_GROUP);
    expect(group?.name).to.equal("grp-db");
    expect(group?.ingress).to.deep.equal([
      {
        id: "sgr-48662be367ef51353",
        ipProtocol: "udp",
        fromPort: 1000,
        toPort: 2000,
        cidrIpv4: "10.20.2.0/24",
        description: "second",
        tags: {},
      },
      {
        id: "sgr-598732af52f6ee520",
        ipProtocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
        referencedSecurityGroupId: WEB_GROUP,
        tags: {},
      },
      {
        id: "sgr-6c0955442b5fed0fb",
        ipProtocol: "udp",
        fromPort: 1000,
        toPort: 2000,
        cidrIpv4: "10.20.1.0/24",
        tags: {},
      },
    ]);
    expect(inventory.prefixLists).to.deep.equal([]);
    const reads = account.asked.filter(({ lookup }) => lookup === "getNetworkInterface");
    expect(reads.map(({ question }) => question.id)).to.not.include(WEB.networkInterface);
  });

  it("reads the prefix lists that ingress rules name", async () => {
    everythingBehindTheFirewall();
    const inventory = await read();
    expect(inventory.prefixLists).to.deep.equal([
      {
        id: PREFIX_LIST,
        ownerId: ACCOUNT,
        name: "corp-nets",
        addressFamily: "IPv4",
        entries: [
          { cidr: "192.0.2.0/24", description: "office" },
          { cidr: "198.51.100.0/24", description: "vpn" },
        ],
        version: 1,
      },
    ]);
  });

  it("reads egress rules, tags, owners and public addresses along with the rest", async () => {
    everythingBehindTheFirewall();
    account.change("sgr-a2ae1c870aa8891d0", { tags: { approved: "yes" } });
    const inventory = await read();
    const group = inventory.securityGroups.find(({ id }) => id === DB_GROUP);
    expect(group?.ownerId).to.equal(ACCOUNT);
    expect(group?.egress?.find(({ id }) => id === "sgr-a2ae1c870aa8891d0")).to.deep.equal({
      id: "sgr-a2ae1c870aa8891d0",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "203.0.113.0/24",
      description: "out",
      tags: { approved: "yes" },
    });
    const web = inventory.networkInterfaces.find(({ id }) => id === WEB.networkInterface);
    expect(web?.publicIps).to.deep.equal([{ privateIpAddress: "10.20.1.10", publicIp: "127.87.141.100" }]);
    expect(web?.interfaceType).to.equal("interface");
  });

  it("reads subnets' CIDRs only where a gateway has a route table", async () => {
    await read();
    expect(account.times("getSubnet")).to.equal(0);
    account.put({
      id: "rtb-00000000000000ed9",
      vpcId: VPC,
      associations: [{ gatewayId: "igw-0123456789abcdef0", main: false }],
      routes: [{ cidrBlock: "10.20.1.0/24", networkInterfaceId: TRUST_INTERFACE }],
    });
    const { routeTables, subnets } = await readLookups({}, clock);
    expect(routeTables.find(({ id }) => id === "rtb-00000000000000ed9")?.gatewayIds).to.deep.equal([
      "igw-0123456789abcdef0",
    ]);
    expect(subnets.map(({ id, cidrBlock }) => [id, cidrBlock])).to.deep.equal([
      [PUBLIC_SUBNET, "10.20.1.0/24"],
      [PRIVATE_SUBNET, "10.20.2.0/24"],
    ]);
  });

  for (const [what, routes] of [
    [
      "a part of the internet",
      [
        { cidrBlock: "203.0.113.0/24", networkInterfaceId: TRUST_INTERFACE },
        { cidrBlock: "0.0.0.0/0", gatewayId: "igw-0123456789abcdef0" },
      ],
    ],
    ["a part of the own VPC", [{ cidrBlock: "10.20.2.0/24", networkInterfaceId: TRUST_INTERFACE }]],
    ["an IPv6 block", [{ ipv6CidrBlock: "2001:db8::/48", instanceId: FIREWALL.instance }]],
  ] as const) {
    it(`reads a subnet that sends ${what} to a possible firewall`, async () => {
      account.change(MAIN_TABLE, { routes });
      const { networkInterfaces } = await read();
      expect(networkInterfaces.map(({ id }) => id)).to.include(WEB.networkInterface);
    });
  }

  it("reads all subnets of a VPC in which a gateway's table leads to a possible firewall", async () => {
    account.put({
      id: "rtb-00000000000000ed9",
      vpcId: VPC,
      associations: [{ gatewayId: "igw-0123456789abcdef0", main: false }],
      routes: [{ cidrBlock: "10.20.1.0/24", networkInterfaceId: TRUST_INTERFACE }],
    });
    const { networkInterfaces } = await read();
    expect(networkInterfaces.map(({ id }) => id)).to.include(WEB.networkInterface);
  });

  it("reads the lists of routes that lead elsewhere, which take their destinations away", async () => {
    const elsewhere = { destinationPrefixListId: PREFIX_LIST, transitGatewayId: "tgw-1" };
    const routes = [{ cidrBlock: "0.0.0.0/0", networkInterfaceId: TRUST_INTERFACE }, elsewhere];
    account.change(PRIVATE_TABLE, { routes });
    const { prefixLists } = await read();
    expect(prefixLists.map(({ id }) => id)).to.deep.equal([PREFIX_LIST]);
  });

  it("reads what the configured firewall is made of, wherever it is", async () => {
    const firewall = { networkInterfaceIds: [FIREWALL.networkInterface], vpcEndpointIds: [] };
    expect((await read()).networkInterfaces.map(({ id }) => id)).not.to.include(FIREWALL.networkInterface);
    const { networkInterfaces } = await readLookups({ firewall }, clock);
    expect(networkInterfaces.find(({ id }) => id === FIREWALL.networkInterface)?.instanceId).to.equal(
      FIREWALL.instance,
    );
  });

  it("reads what every subnet says where zones name some", async () => {
    const { subnets } = await readLookups({ withSubnets: true }, clock);
    expect(subnets.map(({ cidrBlock }) => cidrBlock)).to.deep.equal(["10.20.1.0/24", "10.20.2.0/24"]);
  });

  describe("what data sources hide", () => {
    const hidden = async (options: Parameters<typeof readLookups>[0] = {}) => {
      const said: string[] = [];
      await readLookups({ ...options, onHidden: (reasons) => said.push(...reasons) }, clock);
      return said.join("\n");
    };

    it("is nothing here", async () => expect(await hidden()).to.equal(""));

    it("is what a virtual private gateway propagates, where a firewall may stand", async () => {
      account.change(MAIN_TABLE, { hiddenGateways: ["vgw-1"] });
      expect(await hidden()).to.equal("");
      account.change(PRIVATE_TABLE, { hiddenGateways: ["vgw-1"] });
      expect(await hidden()).to.include(`${PRIVATE_TABLE} may have routes that data sources hide`);
    });

    it("is a list that leads to a gateway endpoint, but no route to the firewall's own endpoint", async () => {
      account.change(PRIVATE_TABLE, { routes: [{ cidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-f" }] });
      expect(await hidden()).to.equal("");
      account.change(PRIVATE_TABLE, { hiddenGateways: ["vpce-s3"], hiddenLists: ["pl-s3"] });
      expect(await hidden()).to.include(PRIVATE_TABLE);
    });

    it("counts every endpoint where AWS doesn't say which a list leads to", async () => {
      account.change(PRIVATE_TABLE, { routes: [{ cidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-f" }] });
      account.fail = (_, { filters = [] }) =>
        filters.some(({ name }) => name === "route.destination-prefix-list-id")
          ? "api error NotImplemented: The filter is not implemented"
          : undefined;
      expect(await hidden()).to.include(PRIVATE_TABLE);
    });

    it("is a list that leads to the firewall's endpoint", async () => {
      account.change(MAIN_TABLE, { hiddenGateways: ["vpce-f"], hiddenLists: [PREFIX_LIST] });
      const firewall = { networkInterfaceIds: [], vpcEndpointIds: ["vpce-f"] };
      expect(await hidden({ firewall })).to.include(`lead prefix lists to the firewall in ${MAIN_TABLE}`);
    });

    it("is all but the first IPv6 CIDR of a VPC, of an older provider", async () => {
      account.put(without(account.get(VPC), "ipv6CidrBlockAssociations"));
      expect(await hidden()).to.include(
        `of the IPv6 CIDRs of ${VPC} this version of the AWS provider tells only`,
      );
      account.change(VPC, { ipv6CidrBlock: "" });
      expect(await hidden()).to.equal("");
    });
  });

  it("keeps every kind of a route's target", async () => {
    const targets = {
      carrierGatewayId: "cagw-1",
      coreNetworkArn: "arn:aws:networkmanager::123456789012:core-network/core-network-1",
      localGatewayId: "lgw-1",
      natGatewayId: "nat-1",
      odbNetworkArn: "arn:aws:odb:us-east-1:123456789012:odb-network/odbnet-1",
      transitGatewayId: "tgw-1",
      vpcPeeringConnectionId: "pcx-1",
    };
    account.change(MAIN_TABLE, {
      routes: [
        ...Object.entries(targets).map(([kind, id], index) => ({
          cidrBlock: `10.${index}.0.0/16`,
          [kind]: id,
        })),
        { ipv6CidrBlock: "::/0", egressOnlyGatewayId: "eigw-1" },
      ],
    });
    const table = (await read()).routeTables.find(({ id }) => id === MAIN_TABLE);
    const found = Object.assign({}, ...(table?.routes ?? [])) as Record<string, string>;
    expect(found).to.include({ ...targets, egressOnlyInternetGatewayId: "eigw-1" });
  });

  it("tells pending instances from running ones, and knows one that starts meanwhile", async () => {
    account.pending.push(WEB.instance, "i-0000000000000aaaa");
    const { instances } = await read();
    expect(instances).to.deep.equal([
      { id: "i-0000000000000aaaa", state: "pending" },
      { id: WEB.instance, state: "running" },
      { id: FIREWALL.instance, state: "running" },
      { id: DB.instance, state: "running" },
    ]);
    const states = account.asked.flatMap(({ question }) => question.instanceStateNames ?? []);
    expect(states).to.deep.equal(["pending", "running"]);
  });

  it("does not read interfaces of instances that neither run nor start", async () => {
    account.running.splice(account.running.indexOf(DB.instance), 1);
    const { networkInterfaces } = await read();
    expect(networkInterfaces.map(({ id }) => id)).to.deep.equal([TRUST_INTERFACE]);
  });

  it("counts associated CIDRs only, of both families", async () => {
    account.change(VPC, {
      cidrBlockAssociations: [
        { cidrBlock: "10.20.0.0/16", state: "associated" },
        { cidrBlock: "10.21.0.0/16", state: "associated" },
        { cidrBlock: "10.22.0.0/16", state: "disassociating" },
      ],
      ipv6CidrBlockAssociations: [
        { ipv6CidrBlock: "2001:db8:1200::/56", state: "associated" },
        { ipv6CidrBlock: "2001:db8:1300::/56", state: "associated" },
        { ipv6CidrBlock: "2001:db8:1400::/56", state: "failed" },
      ],
    });
    const vpc = (await read()).vpcs.find(({ id }) => id === VPC);
    expect(vpc?.cidrBlocks).to.deep.equal(["10.20.0.0/16", "10.21.0.0/16"]);
    expect(vpc?.ipv6CidrBlocks).to.deep.equal(["2001:db8:1200::/56", "2001:db8:1300::/56"]);
  });

  it("never asks for unfiltered interfaces, nor for more than 200 values of a filter", async () => {
    for (let index = 0; index < 450; index += 1) account.running.push(`i-${1000 + index}`);
    await read();
    const lists = account.asked.filter(({ lookup }) => lookup === "getNetworkInterfaces");
    expect(lists).to.have.length(3);
    for (const { question } of account.asked) {
      for (const { values } of question.filters ?? []) expect(values.length).to.be.within(1, 200);
    }
    const filters = lists.map(({ question }) => question.filters?.map(({ name }) => name));
    expect(filters[0]).to.deep.equal(["vpc-id", "subnet-id", "attachment.instance-id"]);
    expect(account.times("getInstance")).to.equal(0);
  });

  it("asks in another region when told so", async () => {
    await readLookups({ region: "eu-central-1" }, clock);
    const regions = account.asked
      .filter(({ lookup }) => lookup !== "getCallerIdentity")
      .map(({ question }) => (question as { region?: string }).region);
    expect(new Set(regions)).to.deep.equal(new Set(["eu-central-1"]));
  });

  describe("when something vanishes between list and read", () => {
    beforeEach(everythingBehindTheFirewall);

    const cases: [string, string, (inventory: Inventory) => unknown][] = [
      ["an interface", WEB.networkInterface, (inventory) => inventory.networkInterfaces],
      ["a rule", "sgr-3dc5f7086de6af813", (inventory) => inventory.securityGroups],
      // The interface that carries it says so, and the mapping names both.
      ["a security group", DB_GROUP, (inventory) => inventory.securityGroups],
      // A rule that names it stays, and is withheld.
      ["a prefix list", PREFIX_LIST, (inventory) => inventory.prefixLists],
      ["a route table", PRIVATE_TABLE, (inventory) => inventory.routeTables],
      ["a VPC", VPC, (inventory) => [inventory.vpcs, inventory.subnets, inventory.networkInterfaces]],
    ];
    for (const [what, id, places] of cases) {
      it(`leaves out ${what}`, async () => {
        // A group may still be named as the source of other groups' rules.
        const named = new RegExp(`(?<!referencedSecurityGroupId":)"${id}"`);
        expect(JSON.stringify(places(await read()))).to.match(named);
        account.vanished.add(id);
        expect(JSON.stringify(places(await read()))).to.not.match(named);
      });
    }

    it("keeps the group that can't be seen with the interface that carries it", async () => {
      account.vanished.add(DB_GROUP);
      const { networkInterfaces } = await read();
      const carrier = networkInterfaces.find(({ id }) => id === DB.networkInterface);
      expect(carrier?.securityGroupIds).to.include(DB_GROUP);
    });

    it("recognises EC2's own code for it", async () => {
      account.fail = (_, { id }) =>
        id === WEB.networkInterface
          ? `operation error EC2: DescribeNetworkInterfaces, https response error StatusCode: 400, RequestID: 0, ` +
            `api error InvalidNetworkInterfaceID.NotFound: The networkInterface ID '${id}' does not exist`
          : undefined;
      const { networkInterfaces } = await read();
      expect(networkInterfaces.map(({ id }) => id)).to.not.include(WEB.networkInterface);
    });

    it("does not take a missing interface for a missing route table", async () => {
      account.fail = (lookup) =>
        lookup === "getRouteTable"
          ? "reading EC2 Network Interface: api error InvalidNetworkInterfaceID.NotFound: gone"
          : undefined;
      expect((await refused()).code).to.equal("LOOKUP_FAILED");
    });
  });

  describe("where a prefix list may not be read", () => {
    const OTHER_LIST = "pl-0123456789abcdef0";
    const DENIED =
      "reading EC2 Managed Prefix List Entries: operation error EC2: GetManagedPrefixListEntries, https response error " +
      "StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation.";

    beforeEach(() => {
      account.change(MAIN_TABLE, {
        routes: [
          { cidrBlock: "0.0.0.0/0", networkInterfaceId: TRUST_INTERFACE },
          { destinationPrefixListId: OTHER_LIST, networkInterfaceId: TRUST_INTERFACE },
        ],
      });
      account.put({ ...account.get(PREFIX_LIST), id: OTHER_LIST });
    });
    const deny = (...ids: string[]) => {
      account.fail = (lookup, { id = "" }) =>
        lookup === "getManagedPrefixList" && ids.includes(id) ? DENIED : undefined;
    };

    it("leaves it out, says which, and keeps what names it", async () => {
      deny(PREFIX_LIST);
      const said: string[] = [];
      const tell = { info: () => undefined, warn: (text: string) => said.push(text) };
      const { prefixLists, securityGroups } = await readLookups({}, clock, tell);
      expect(prefixLists.map(({ id }) => id)).to.deep.equal([OTHER_LIST]);
      const named = securityGroups.flatMap(({ ingress }) => ingress.map(({ prefixListId }) => prefixListId));
      expect(named).to.include(PREFIX_LIST);
      expect(said).to.have.length(1);
      expect(said[0])
        .to.include(`Prefix list ${PREFIX_LIST} can't be seen`)
        .and.include("Allow ec2:GetManagedPrefixListEntries")
        .and.include("withheld");
    });

    it("names the right that lacks where it does for all", async () => {
      deny(PREFIX_LIST, OTHER_LIST);
      const error = await refused();
      expect(error.code).to.equal("ACCESS_DENIED");
      expect(error.details.permission).to.equal("ec2:GetManagedPrefixListEntries");
    });
  });

  it("names the action and the permission that AWS denies", async () => {
    account.fail = (lookup) =>
      lookup === "getSecurityGroupRules"
        ? "reading Security Group Rules: operation error EC2: DescribeSecurityGroupRules, https response error " +
          "StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this " +
          "operation. User: arn:aws:iam::123456789012:user/ci is not authorized to perform: " +
          "ec2:DescribeSecurityGroupRules because no identity-based policy allows the action. " +
          "Encoded authorization failure message: abcdefghijklmnop"
        : undefined;
    const error = await refused();
    expect(error.code).to.equal("ACCESS_DENIED");
    expect(error.details.action).to.equal("DescribeSecurityGroupRules");
    expect(error.details.permission).to.equal("ec2:DescribeSecurityGroupRules");
    expect(error.message).to.include("Allow ec2:DescribeSecurityGroupRules");
    expect(error.message).to.not.include("abcdefghijklmnop");
  });

  it("names the action behind a lookup of several", async () => {
    account.fail = (lookup) =>
      lookup === "getVpc"
        ? "operation error EC2: DescribeVpcAttribute, api error UnauthorizedOperation: You are not authorized"
        : undefined;
    expect((await refused()).details.permission).to.equal("ec2:DescribeVpcAttribute");
  });

  it("names the lookup's action where the message doesn't", async () => {
    account.fail = (lookup) => (lookup === "getNetworkInterface" ? "AccessDenied" : undefined);
    const error = await refused();
    expect(error.details.permission).to.equal("ec2:DescribeNetworkInterfaces");
    expect(error.message).to.match(/reading network interface eni-/);
  });

  it("retries what AWS throttles, after a pause", async () => {
    let refusals = 2;
    account.fail = (lookup) =>
      lookup === "getVpcs" && (refusals -= 1) >= 0
        ? "api error RequestLimitExceeded: Request limit"
        : undefined;
    const inventory = await read();
    expect(inventory.vpcs).to.have.length(2);
    const times = account.asked.filter(({ lookup }) => lookup === "getVpcs").map(({ at }) => at);
    expect(times).to.have.length(3);
    expect(times[2]).to.be.greaterThan(times[1] ?? Infinity);
  });

  it("gives up when AWS goes on throttling, and asks for nothing more", async () => {
    account.fail = (lookup) =>
      lookup === "getSecurityGroup" ? "api error RequestLimitExceeded: Request limit exceeded." : undefined;
    const error = await refused();
    expect(error.code).to.equal("THROTTLED");
    expect(error.details.permission).to.equal("ec2:DescribeSecurityGroups");
    const asked = account.asked.length;
    await clock.sleep(600_000);
    expect(account.asked).to.have.length(asked);
    expect(account.times("getSecurityGroup")).to.be.at.most(8);
  });

  it("says which lookup failed otherwise", async () => {
    account.fail = (lookup) => (lookup === "getVpcs" ? "No valid credential sources found" : undefined);
    const error = await refused();
    expect(error.code).to.equal("LOOKUP_FAILED");
    expect(error.message).to.include("DescribeVpcs").and.include("credentials");
  });

  it("asks each question once", async () => {
    everythingBehindTheFirewall();
    account.change(WEB.networkInterface, { securityGroups: [WEB_GROUP, DB_GROUP] });
    await read();
    const questions = account.asked.map(({ lookup, question }) => `${lookup} ${JSON.stringify(question)}`);
    expect(new Set(questions).size).to.equal(questions.length);
  });

  it("stays under EC2's request rates in a large account, with few questions at once", async () => {
    const rule = account.get("sgr-48662be367ef51353");
    for (let index = 0; index < 400; index += 1) account.put({ ...rule, id: `sgr-${1000 + index}` });
    const { securityGroups } = await read();
    expect(securityGroups.find(({ id }) => id === DB_GROUP)?.ingress).to.have.length(403);
    const times = account.asked
      .filter(({ lookup }) => lookup.startsWith("getSecurityGroupRule"))
      .map(({ at }) => at);
    times.forEach((from, index) => {
      const seconds = ((times.at(-1) ?? 0) - from) / 1000;
      expect(times.length - index).to.be.at.most(40 + 15 * seconds + 1);
    });
    expect(account.mostAtOnce).to.be.within(2, 20);
  });

  it("refuses answers that make no sense rather than passing them on", async () => {
    account.change(DB_GROUP, { vpcId: "nowhere" });
    const error = await refused();
    expect(error.code).to.equal("LOOKUP_FAILED");
    expect(error.message).to.include('"nowhere" is not an id that starts with vpc-');
  });
});
