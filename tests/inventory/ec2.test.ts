import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { InventoryError, readInventory, writeSnapshot } from "../../inventory";
import { clientsFor } from "../../inventory/ec2/access";
import { placeOf } from "../../inventory/ec2/place";
import type { Inventory } from "../../inventory/types";
import { Ec2Server } from "../support/ec2-server";
import type { Ec2Item, Ec2Refusal } from "../support/ec2-server";

const ACCOUNT = "123456789012";
const tags = (key: string, value: string) => [{ key, value }];

describe("inventory from EC2's own API", () => {
  let server: Ec2Server;
  let said: string[];

  beforeEach(async () => {
    server = await Ec2Server.start();
    said = [];
    list("DescribeVpcs", {
      vpcId: "vpc-1",
      ownerId: ACCOUNT,
      cidrBlock: "10.20.0.0/16",
      cidrBlockAssociationSet: [
        { cidrBlock: "10.20.0.0/16", cidrBlockState: { state: "associated" } },
        { cidrBlock: "10.21.0.0/16", cidrBlockState: { state: "associated" } },
        { cidrBlock: "10.22.0.0/16", cidrBlockState: { state: "disassociating" } },
      ],
      ipv6CidrBlockAssociationSet: [
        { ipv6CidrBlock: "2001:db8:1200::/56", ipv6CidrBlockState: { state: "associated" } },
        { ipv6CidrBlock: "2001:db8:1300::/56", ipv6CidrBlockState: { state: "failed" } },
      ],
      tagSet: [...tags("Name", "demo"), ...tags("aws:cloudformation:stack-name", "net")],
    });
    list("DescribeSubnets", subnet("subnet-1", "10.20.1.0/24"), subnet("subnet-2", "10.20.2.0/24"));
    list(
      "DescribeRouteTables",
      {
        routeTableId: "rtb-1",
        ownerId: ACCOUNT,
        vpcId: "vpc-1",
        associationSet: [{ main: true, associationState: { state: "associated" } }],
        routeSet: [
          {
            destinationCidrBlock: "10.20.0.0/16",
            gatewayId: "local",
            state: "active",
            origin: "CreateRouteTable",
          },
          {
            destinationCidrBlock: "0.0.0.0/0",
            instanceId: "i-f",
            networkInterfaceId: "eni-f",
            state: "active",
            origin: "CreateRoute",
          },
          {
            destinationIpv6CidrBlock: "::/0",
            gatewayId: "vpce-1",
            state: "blackhole",
            origin: "CreateRoute",
          },
        ],
      },
      {
        routeTableId: "rtb-2",
        ownerId: ACCOUNT,
        vpcId: "vpc-1",
        associationSet: [
          { main: false, subnetId: "subnet-2", associationState: { state: "associated" } },
          { main: false, gatewayId: "igw-1", associationState: { state: "associated" } },
          { main: false, subnetId: "subnet-1", associationState: { state: "disassociating" } },
        ],
        routeSet: [
          { destinationPrefixListId: "pl-1", gatewayId: "vpce-2", state: "active", origin: "CreateRoute" },
          { destinationCidrBlock: "172.16.0.0/12", gatewayId: "vgw-1", origin: "EnableVgwRoutePropagation" },
        ],
      },
    );
    list("DescribeInstances", {
      reservationId: "r-1",
      ownerId: ACCOUNT,
      instancesSet: [
        { instanceId: "i-1", instanceState: { name: "running" }, tagSet: tags("Name", "web <1> & more") },
        { instanceId: "i-2", instanceState: { name: "pending" } },
      ],
    });
    list("DescribeNetworkInterfaces", {
      ...networkInterface("eni-1", "10.20.1.10"),
      attachment: { attachmentId: "a-1", instanceId: "i-1", status: "attached" },
      privateIpAddressesSet: [
        { privateIpAddress: "10.20.1.10", primary: true, association: { publicIp: "203.0.113.1" } },
        { privateIpAddress: "10.20.1.11", primary: false, association: { publicIp: "203.0.113.2" } },
      ],
      ipv6AddressesSet: [{ ipv6Address: "2001:db8:1200::10" }],
      ipv4PrefixSet: [{ ipv4Prefix: "10.20.1.64/28" }],
      ipv6PrefixSet: [{ ipv6Prefix: "2001:db8:1200:1::/80" }],
    });
    list("DescribeSecurityGroups", {
      groupId: "sg-1",
      groupName: "web",
      ownerId: ACCOUNT,
      vpcId: "vpc-1",
      tagSet: tags("team", "shop"),
    });
    list(
      "DescribeSecurityGroupRules",
      rule("sgr-1", { cidrIpv4: "198.51.100.0/24", description: "partner", tagSet: tags("approved", "yes") }),
      rule("sgr-2", { prefixListId: "pl-1" }),
      rule("sgr-3", { isEgress: true, ipProtocol: "-1", fromPort: -1, toPort: -1, cidrIpv4: "0.0.0.0/0" }),
      rule("sgr-4", {
        referencedGroupInfo: {
          groupId: "sg-9",
          userId: "999999999999",
          vpcId: "vpc-9",
          vpcPeeringConnectionId: "pcx-1",
          peeringStatus: "active",
        },
      }),
    );
    list(
      "DescribeSecurityGroupVpcAssociations",
      { groupId: "sg-1", vpcId: "vpc-2", state: "associated" },
      { groupId: "sg-1", vpcId: "vpc-3", state: "disassociating" },
    );
    list("DescribeManagedPrefixLists", prefixList("pl-1"), prefixList("pl-unused"));
    server.entries.set("pl-1", [{ cidr: "192.0.2.0/24", description: "office" }]);
    list(
      "DescribeVpcPeeringConnections",
      {
        vpcPeeringConnectionId: "pcx-1",
        status: { code: "active" },
        requesterVpcInfo: {
          vpcId: "vpc-1",
          ownerId: ACCOUNT,
          region: "us-east-1",
          cidrBlock: "10.20.0.0/16",
        },
        accepterVpcInfo: {
          vpcId: "vpc-9",
          ownerId: "999999999999",
          region: "us-east-1",
          cidrBlockSet: [{ cidrBlock: "10.90.0.0/16" }],
          ipv6CidrBlockSet: [{ ipv6CidrBlock: "2001:db8:9000::/56" }],
        },
      },
      { vpcPeeringConnectionId: "pcx-2", status: { code: "deleted" }, requesterVpcInfo: { vpcId: "vpc-1" } },
    );
  });
  afterEach(() => server.close());

  const list = (action: string, ...items: Ec2Item[]) => server.lists.set(action, items);
  const read = (more: object = {}): Promise<Inventory> =>
    readInventory(
      { kind: "ec2", access: { ...server.access, ...more } },
      { info: () => undefined, warn: (text) => said.push(text) },
    );

  async function refused(more: object = {}): Promise<InventoryError> {
    const error: unknown = await read(more).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InventoryError);
    return error as InventoryError;
  }

  function refuse(action: string, refusal: Ec2Refusal, times = Infinity): void {
    let left = times;
    server.refuse = (request) => (request.action === action && (left -= 1) >= 0 ? refusal : undefined);
  }

  it("reads VPCs, subnets with their CIDRs, and effective route tables", async () => {
    const inventory = await read();
    expect(inventory).to.include({ region: "us-east-1", accountId: ACCOUNT, complete: true });
    expect(inventory.vpcs).to.deep.equal([
      {
        id: "vpc-1",
        ownerId: ACCOUNT,
        name: "demo",
        cidrBlocks: ["10.20.0.0/16", "10.21.0.0/16"],
        ipv6CidrBlocks: ["2001:db8:1200::/56"],
        tags: { Name: "demo" },
      },
    ]);
    expect(
      inventory.subnets.map(({ id, routeTableId, cidrBlock }) => [id, routeTableId, cidrBlock]),
    ).to.deep.equal([
      ["subnet-1", "rtb-1", "10.20.1.0/24"],
      ["subnet-2", "rtb-2", "10.20.2.0/24"],
    ]);
    expect(inventory.subnets[0]?.ipv6CidrBlocks).to.deep.equal(["2001:db8:1200:1::/64"]);
  });

  it("tells blackholes, local and propagated routes, endpoints, and the routes of gateways", async () => {
    const [main, other] = (await read()).routeTables;
    expect(main?.routes).to.deep.include.members([
      {
        destinationCidrBlock: "10.20.0.0/16",
        gatewayId: "local",
        state: "active",
        origin: "CreateRouteTable",
      },
      {
        destinationCidrBlock: "0.0.0.0/0",
        instanceId: "i-f",
        networkInterfaceId: "eni-f",
        state: "active",
        origin: "CreateRoute",
      },
      {
        destinationIpv6CidrBlock: "::/0",
        vpcEndpointId: "vpce-1",
        state: "blackhole",
        origin: "CreateRoute",
      },
    ]);
    expect(other?.gatewayIds).to.deep.equal(["igw-1"]);
    expect(other?.routes).to.deep.include({
      destinationCidrBlock: "172.16.0.0/12",
      gatewayId: "vgw-1",
      origin: "EnableVgwRoutePropagation",
    });
  });

  it("reads instances with their names, and interfaces with what is delegated and public", async () => {
    const inventory = await read();
    expect(inventory.instances).to.deep.equal([
      {
        id: "i-1",
        ownerId: ACCOUNT,
        name: "web <1> & more",
        state: "running",
        tags: { Name: "web <1> & more" },
      },
      { id: "i-2", ownerId: ACCOUNT, state: "pending", tags: {} },
    ]);
    expect(inventory.networkInterfaces).to.deep.equal([
      {
        id: "eni-1",
        ownerId: ACCOUNT,
        instanceId: "i-1",
        attachmentStatus: "attached",
        subnetId: "subnet-1",
        vpcId: "vpc-1",
        privateIpAddresses: ["10.20.1.10", "10.20.1.11"],
        ipv6Addresses: ["2001:db8:1200::10"],
        ipv4Prefixes: ["10.20.1.64/28"],
        ipv6Prefixes: ["2001:db8:1200:1::/80"],
        publicIps: [
          { privateIpAddress: "10.20.1.10", publicIp: "203.0.113.1" },
          { privateIpAddress: "10.20.1.11", publicIp: "203.0.113.2" },
        ],
        securityGroupIds: ["sg-1"],
        interfaceType: "interface",
        sourceDestCheck: true,
        tags: {},
      },
    ]);
  });

  it("reads groups with their rules, associations and what is known of referenced groups", async () => {
    const { securityGroups, vpcPeeringConnections } = await read();
    const [group] = securityGroups;
    expect(group).to.deep.include({ associatedVpcIds: ["vpc-2"], tags: { team: "shop" }, ownerId: ACCOUNT });
    expect(group?.ingress.map(({ id }) => id)).to.deep.equal(["sgr-1", "sgr-2", "sgr-4"]);
    expect(group?.egress?.map(({ id }) => id)).to.deep.equal(["sgr-3"]);
    expect(group?.ingress[0]).to.deep.equal({
      id: "sgr-1",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "198.51.100.0/24",
      description: "partner",
      tags: { approved: "yes" },
    });
    expect(group?.ingress[2]).to.deep.include({
      referencedSecurityGroupId: "999999999999/sg-9",
      referencedGroup: {
        userId: "999999999999",
        vpcId: "vpc-9",
        vpcPeeringConnectionId: "pcx-1",
        peeringStatus: "active",
      },
    });
    expect(vpcPeeringConnections?.map(({ id, status, accepter }) => [id, status, accepter])).to.deep.equal([
      [
        "pcx-1",
        "active",
        {
          vpcId: "vpc-9",
          ownerId: "999999999999",
          region: "us-east-1",
          cidrBlocks: ["10.90.0.0/16"],
          ipv6CidrBlocks: ["2001:db8:9000::/56"],
        },
      ],
    ]);
  });

  it("reads the entries of those prefix lists that a rule or a route names", async () => {
    expect((await read()).prefixLists).to.deep.equal([
      {
        id: "pl-1",
        ownerId: ACCOUNT,
        name: "corp",
        addressFamily: "IPv4",
        entries: [{ cidr: "192.0.2.0/24", description: "office" }],
        version: 3,
      },
    ]);
    expect(server.times("GetManagedPrefixListEntries")).to.equal(1);
  });

  it("leaves out a prefix list that goes meanwhile, and keeps the rules that name it", async () => {
    refuse("GetManagedPrefixListEntries", {
      status: 400,
      code: "InvalidPrefixListID.NotFound",
      message: "The prefix list ID 'pl-1' does not exist",
    });
    const { prefixLists, securityGroups } = await read();
    expect(prefixLists).to.deep.equal([]);
    // What it asks for is withheld by name.
    expect(securityGroups[0]?.ingress.map(({ id }) => id)).to.deep.equal(["sgr-1", "sgr-2", "sgr-4"]);
  });

  it("keeps a group that can't be seen with the interface that carries it", async () => {
    const groupSet = [{ groupId: "sg-1" }, { groupId: "sg-0f" }];
    list("DescribeNetworkInterfaces", { ...networkInterface("eni-1", "10.20.1.10"), groupSet });
    const { securityGroups, networkInterfaces } = await read();
    expect(securityGroups.map(({ id }) => id)).to.deep.equal(["sg-1"]);
    expect(networkInterfaces[0]?.securityGroupIds).to.deep.equal(["sg-0f", "sg-1"]);
  });

  describe("where entries of prefix lists may not be read", () => {
    beforeEach(() => {
      list("DescribeManagedPrefixLists", prefixList("pl-1"), prefixList("pl-2"));
      list(
        "DescribeSecurityGroupRules",
        rule("sgr-1", { prefixListId: "pl-1" }),
        rule("sgr-2", { prefixListId: "pl-2" }),
      );
    });
    const deny = (...ids: string[]) => {
      server.refuse = ({ form }) =>
        ids.includes(form.get("PrefixListId") ?? "")
          ? { status: 403, code: "UnauthorizedOperation", message: "You are not authorized." }
          : undefined;
    };

    it("leaves out the one that is denied, says which, and keeps the rules that name it", async () => {
      deny("pl-2");
      const { prefixLists, securityGroups } = await read();
      expect(prefixLists.map(({ id }) => id)).to.deep.equal(["pl-1"]);
      expect(securityGroups[0]?.ingress.map(({ id }) => id)).to.deep.equal(["sgr-1", "sgr-2"]);
      expect(said).to.have.length(1);
      expect(said[0])
        .to.include("Prefix list pl-2 can't be seen")
        .and.include("Allow ec2:GetManagedPrefixListEntries")
        .and.include("withheld");
    });

    it("names the right that lacks where it does for all, and reads nothing", async () => {
      deny("pl-1", "pl-2");
      const error = await refused();
      expect(error.code).to.equal("ACCESS_DENIED");
      expect(error.details.permission).to.equal("ec2:GetManagedPrefixListEntries");
    });

    it("stops where one can't be read for another reason", async () => {
      const failure = { status: 400, code: "InternalError", message: "An internal error has occurred" };
      server.refuse = ({ form }) => (form.get("PrefixListId") === "pl-2" ? failure : undefined);
      expect((await refused()).code).to.equal("LOOKUP_FAILED");
    });
  });

  describe("where a security-group rule is of a kind that nobody knows", () => {
    const odd: [string, Ec2Item, string][] = [
      ["without a source", {}, "has 0 sources"],
      ["with two sources", { cidrIpv4: "192.0.2.0/24", prefixListId: "pl-1" }, "has 2 sources"],
      ["with a protocol's name", { ipProtocol: "quic", cidrIpv4: "192.0.2.0/24" }, '"quic"'],
      ["with a port beyond all", { toPort: 70000, cidrIpv4: "192.0.2.0/24" }, "toPort: 70000"],
      ["with ports reversed", { fromPort: 444, cidrIpv4: "192.0.2.0/24" }, "fromPort 444, toPort 443"],
      [
        "with a code that ICMP hasn't",
        { ipProtocol: "icmp", fromPort: 3, toPort: 256, cidrIpv4: "192.0.2.0/24" },
        "fromPort 3, toPort 256",
      ],
      ["with text for a block", { cidrIpv4: "everywhere" }, '"everywhere"'],
    ];
    for (const [what, fields, fault] of odd) {
      it(`keeps it apart from the others: one ${what}`, async () => {
        server.lists.get("DescribeSecurityGroupRules")!.push(rule("sgr-odd", fields));
        const [group] = (await read()).securityGroups;
        expect(group?.ingress.map(({ id }) => id)).to.deep.equal(["sgr-1", "sgr-2", "sgr-4"]);
        expect(group?.unreadableRules).to.have.length(1);
        const [unreadable] = group!.unreadableRules!;
        expect(unreadable).to.include({ id: "sgr-odd", isEgress: false });
        expect(unreadable?.fault).to.include(fault);
      });
    }

    it("keeps one of egress, and goes through a snapshot", async () => {
      server.lists.get("DescribeSecurityGroupRules")!.push(rule("sgr-odd", { isEgress: true }));
      const inventory = await read();
      expect(inventory.securityGroups[0]?.unreadableRules?.[0]).to.include({ id: "sgr-odd", isEgress: true });
      const folder = await mkdtemp(path.join(tmpdir(), "snapshot-"));
      try {
        const file = path.join(folder, "account.json");
        await writeSnapshot(file, inventory);
        expect(await readInventory({ kind: "snapshot", file })).to.deep.equal(inventory);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  describe("where something else is of a kind that nobody knows", () => {
    it("keeps a route apart, in words", async () => {
      const before = await read();
      const [table] = server.lists.get("DescribeRouteTables")! as { routeSet: Ec2Item[] }[];
      table!.routeSet.push(
        { gatewayId: "igw-9", state: "active", origin: "CreateRoute" },
        { destinationCidrBlock: "192.0.2.0/24", gatewayId: "igw-9", state: "waning" },
      );
      const after = await read();
      const faults = after.routeTables[0]?.unreadableRoutes;
      expect(faults).to.have.length(2);
      expect(faults?.join()).to.include("has 0 destinations").and.to.include('state: "waning"');
      delete after.routeTables[0]?.unreadableRoutes;
      expect(after).to.deep.equal(before);
    });

    it("leaves out a prefix list with an entry that is no block, as one that can't be seen", async () => {
      for (const entry of [{ description: "no block" }, { cidr: "office" }]) {
        said = [];
        server.entries.set("pl-1", [{ cidr: "192.0.2.0/24" }, entry]);
        const { prefixLists, securityGroups } = await read();
        expect(prefixLists).to.deep.equal([]);
        expect(securityGroups[0]?.ingress.map(({ id }) => id)).to.include("sgr-2");
        expect(said.join()).to.include("Prefix list pl-1 can't be read").and.to.include("withheld");
      }
    });

    it("leaves out a peering, which then lets nobody in by a reference", async () => {
      const [peering] = server.lists.get("DescribeVpcPeeringConnections")!;
      (peering as { accepterVpcInfo: Ec2Item }).accepterVpcInfo["cidrBlockSet"] = [{ cidrBlock: "ten" }];
      expect((await read()).vpcPeeringConnections).to.deep.equal([]);
      expect(said.join()).to.include("VPC peering pcx-1 can't be read").and.to.include('"ten"');
    });

    it("doesn't judge by the network ACLs of a VPC of which one can't be read, and says so", async () => {
      const acl = (networkAclId: string, vpcId: string, protocol: string) => ({
        ...{ networkAclId, vpcId, default: true },
        entrySet: [{ ruleNumber: 100, egress: false, ruleAction: "deny", protocol, cidrBlock: "0.0.0.0/0" }],
      });
      list(
        "DescribeNetworkAcls",
        acl("acl-1", "vpc-1", "-1"),
        acl("acl-2", "vpc-1", "quic"),
        acl("acl-3", "vpc-2", "-1"),
      );
      const { filters } = await readInventory({ kind: "ec2", access: server.access, withFilters: true });
      expect(filters?.networkAcls?.map(({ id }) => id)).to.deep.equal(["acl-3"]);
      expect(filters?.unread.join())
        .to.include("in vpc-1 is not known. acl-2 can't be read")
        .and.include("quic");
    });
  });

  it("reads every page, of up to a thousand, with as few requests as that takes", async () => {
    const interfaces = Array.from({ length: 2500 }, (_, index) =>
      networkInterface(`eni-${index}`, `10.20.${index >> 8}.${index & 255}`),
    );
    list("DescribeNetworkInterfaces", ...interfaces);
    server.entries.set(
      "pl-1",
      Array.from({ length: 250 }, (_, index) => ({ cidr: `192.0.2.${index}/32` })),
    );
    const inventory = await read();
    expect(inventory.networkInterfaces).to.have.length(2500);
    expect(inventory.prefixLists[0]?.entries).to.have.length(250);
    expect(server.times("DescribeNetworkInterfaces")).to.equal(3);
    expect(server.times("GetManagedPrefixListEntries")).to.equal(3);
    // EC2 gives at most a hundred route tables at once, and refuses to be asked for more.
    const asked = server.asked.find(({ action }) => action === "DescribeRouteTables");
    expect(asked?.form.get("MaxResults")).to.equal("100");
  });

  it("reads every page where EC2 gives smaller ones than asked for", async () => {
    server.largestPage = 1;
    const inventory = await read();
    expect(inventory.subnets).to.have.length(2);
    expect(inventory.securityGroups[0]?.ingress).to.have.length(3);
  });

  it("asks for running and pending instances only", async () => {
    await read();
    const asked = server.asked.find(({ action }) => action === "DescribeInstances")?.form;
    expect(asked?.get("Filter.1.Name")).to.equal("instance-state-name");
    expect([asked?.get("Filter.1.Value.1"), asked?.get("Filter.1.Value.2")]).to.deep.equal([
      "pending",
      "running",
    ]);
  });

  it("has stopped instances with their tags where they are asked for, and takes none for running", async () => {
    const stopped = (id: string, name: string) => ({
      ...{ reservationId: `r-${id}`, ownerId: ACCOUNT },
      instancesSet: [{ instanceId: id, instanceState: { name }, tagSet: tags("tier", "dmz") }],
    });
    server.lists.set("DescribeInstances", [
      ...(server.lists.get("DescribeInstances") ?? []),
      ...["stopping", "stopped", "terminated"].map((name, index) => stopped(`i-0${index}`, name)),
    ]);
    const before = await read();
    const source = { kind: "ec2", access: server.access, withStopped: true } as const;
    const inventory = await readInventory(source);
    const asked = server.asked.findLast(({ action }) => action === "DescribeInstances")?.form;
    expect([asked?.get("Filter.1.Value.3"), asked?.get("Filter.1.Value.4")]).to.deep.equal([
      "stopping",
      "stopped",
    ]);
    expect(before).to.not.have.property("stopped");
    expect(inventory.instances).to.deep.equal(before.instances);
    expect(inventory.stopped).to.deep.equal(
      ["i-00", "i-01"].map((id) => ({ id, ownerId: ACCOUNT, tags: { tier: "dmz" } })),
    );
    const several = await readInventory({
      ...{ kind: "accounts", onUnreadable: "stop", withStopped: true },
      accounts: [{ region: server.access.region ?? "", access: server.access }],
    });
    expect(several.stopped?.map(({ id }) => id)).to.deep.equal(["i-00", "i-01"]);
  });

  it("repeats what EC2 throttles", async () => {
    refuse(
      "DescribeSubnets",
      { status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded." },
      1,
    );
    expect((await read()).subnets).to.have.length(2);
    expect(server.times("DescribeSubnets")).to.equal(2);
  });

  it("gives up when EC2 goes on throttling, and names the action", async () => {
    refuse("DescribeSubnets", {
      status: 503,
      code: "RequestLimitExceeded",
      message: "Request limit exceeded.",
    });
    const error = await refused();
    expect(error.code).to.equal("THROTTLED");
    expect(error.details.permission).to.equal("ec2:DescribeSubnets");
    expect(error.message).to.include("reading subnets in us-east-1");
  });

  it("names the action, the permission and the role that AWS denies", async () => {
    refuse("DescribeRouteTables", {
      status: 403,
      code: "UnauthorizedOperation",
      message:
        "You are not authorized to perform this operation. Encoded authorization failure message: abcdefgh",
    });
    const error = await refused();
    expect(error.code).to.equal("ACCESS_DENIED");
    expect(error.details).to.include({
      action: "DescribeRouteTables",
      permission: "ec2:DescribeRouteTables",
    });
    expect(error.message)
      .to.include("Allow ec2:DescribeRouteTables")
      .and.include(`arn:aws:sts::${ACCOUNT}:assumed-role/reader/session`)
      .and.not.include("abcdefgh");
  });

  it("does without the groups' associations where they can't be read, and says so", async () => {
    refuse("DescribeSecurityGroupVpcAssociations", {
      status: 403,
      code: "UnauthorizedOperation",
      message: "You are not authorized to perform this operation.",
    });
    const { securityGroups } = await read();
    expect(securityGroups[0]).to.not.have.property("associatedVpcIds");
    expect(said).to.have.length(1);
    expect(said[0]).to.include("associated with").and.include("ec2:DescribeSecurityGroupVpcAssociations");
  });

  it("does without peerings where they may not be read, but not where reading them fails", async () => {
    const action = "DescribeVpcPeeringConnections";
    refuse(action, { status: 403, code: "UnauthorizedOperation", message: "You are not authorized." });
    expect(await read()).to.not.have.property("vpcPeeringConnections");
    expect(said.join()).to.include("Which VPCs are peered is not known").and.include(`Allow ec2:${action}`);
    refuse(action, { status: 503, code: "Unavailable", message: "The service is unavailable." });
    expect((await refused()).code).to.equal("LOOKUP_FAILED");
  });

  it("says that a region may not be enabled", async () => {
    server.refuse = () => ({
      status: 401,
      code: "AuthFailure",
      message: "AWS was not able to validate the provided access credentials",
    });
    const error = await refused({ region: "ap-east-1" });
    expect(error.code).to.equal("LOOKUP_FAILED");
    expect(error.message).to.include("ap-east-1 is not enabled for the account");
  });

  it("takes roles on one after the other, with what each asks for", async () => {
    server.accountOf = (accessKey) => accessKey.replace("ASIATEST", "");
    const inventory = await read({
      assumeRoles: [
        { roleArn: "arn:aws:iam::222222222222:role/hub" },
        {
          roleArn: "arn:aws:iam::333333333333:role/reader",
          externalId: "x1",
          sessionName: "panos",
          duration: "1h30m",
        },
      ],
    });
    expect(inventory.accountId).to.equal("333333333333");
    const assumed = server.asked.filter(({ action }) => action === "AssumeRole");
    expect(assumed.map(({ accessKey }) => accessKey)).to.deep.equal(["AKIATEST", "ASIATEST222222222222"]);
    expect(Object.fromEntries(assumed[1]?.form ?? [])).to.include({
      RoleArn: "arn:aws:iam::333333333333:role/reader",
      RoleSessionName: "panos",
      ExternalId: "x1",
      DurationSeconds: "5400",
    });
  });

  it("names the role that can't be taken on", async () => {
    refuse("AssumeRole", {
      status: 403,
      code: "AccessDenied",
      message: `User: arn:aws:iam::${ACCOUNT}:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/reader`,
    });
    const error = await refused({ assumeRoles: [{ roleArn: "arn:aws:iam::222222222222:role/reader" }] });
    expect(error.code).to.equal("ACCESS_DENIED");
    expect(error.message).to.include("sts:AssumeRole").and.include("arn:aws:iam::222222222222:role/reader");
  });

  it("refuses the credentials of an account that the settings rule out", async () => {
    expect((await refused({ allowedAccountIds: ["222222222222"] })).code).to.equal("ACCOUNT_REFUSED");
    expect((await refused({ forbiddenAccountIds: [ACCOUNT] })).message).to.include(ACCOUNT);
    expect(server.times("DescribeVpcs")).to.equal(0);
    await read({ allowedAccountIds: [ACCOUNT] });
  });

  it("says that no region is given", async () => {
    const before = { ...process.env };
    try {
      for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) delete process.env[name];
      process.env["AWS_CONFIG_FILE"] = "/dev/null";
      const access: Partial<Ec2Server["access"]> = { ...server.access };
      delete access.region;
      const error: unknown = await readInventory({ kind: "ec2", access }).catch((reason: unknown) => reason);
      expect((error as Error).message).to.include("Set aws:region");
    } finally {
      process.env = before;
    }
  });

  describe("as whom and where, like the AWS provider", () => {
    let folder: string;
    let before: NodeJS.ProcessEnv;
    let files = 0;

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "aws-files-"));
      before = { ...process.env };
      for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
      Object.assign(process.env, {
        ...{ AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
        ...{
          AWS_ACCESS_KEY_ID: "AKIAENV",
          AWS_SECRET_ACCESS_KEY: "secret",
          AWS_EC2_METADATA_DISABLED: "true",
        },
      });
    });
    afterEach(async () => {
      process.env = before;
      await rm(folder, { recursive: true });
    });

    /** A shared file, under a name that no test had before: the SDK reads each only once. */
    async function file(...lines: string[]): Promise<string> {
      const name = path.join(folder, `file-${(files += 1)}`);
      await writeFile(name, lines.join("\n"));
      return name;
    }
    const asked = () => [...new Set(server.asked.map(({ accessKey, region }) => `${accessKey} ${region}`))];
    const keys = (key: string) => [`aws_access_key_id = ${key}`, "aws_secret_access_key = secret"];
    const endpoints = () => ({ ec2: server.url, sts: server.url });

    it("takes keys of the environment before AWS_PROFILE, and aws:profile before both", async () => {
      process.env["AWS_SHARED_CREDENTIALS_FILE"] = await file("[prod]", ...keys("AKIAPROD"));
      process.env["AWS_PROFILE"] = "prod";
      const access = { region: "eu-west-1", endpoints: endpoints() };
      await readInventory({ kind: "ec2", access });
      expect(asked()).to.deep.equal(["AKIAENV eu-west-1"]);
      server.asked.length = 0;
      await readInventory({ kind: "ec2", access: { ...access, profile: "prod" } });
      expect(asked()).to.deep.equal(["AKIAPROD eu-west-1"]);
    });

    it("finds the region and the address that only the files of the settings have", async () => {
      const sharedConfigFile = await file(
        "[default]",
        "endpoint_url = http://127.0.0.1:9",
        "[profile prod]",
        `endpoint_url = ${server.url}`,
        "region = eu-north-1",
      );
      const sharedCredentialsFile = await file("[prod]", ...keys("AKIAPROD"));
      const access = { profile: "prod", sharedConfigFile, sharedCredentialsFile };
      await readInventory({ kind: "ec2", access });
      expect(asked()).to.deep.equal(["AKIAPROD eu-north-1"]);
    });

    it("finds an address for each service, and none of a profile that it isn't to use", async () => {
      process.env["AWS_CONFIG_FILE"] = await file(
        "[default]",
        "region = eu-south-1",
        "services = local",
        "endpoint_url = http://127.0.0.1:9",
        "[services local]",
        "ec2 =",
        `  endpoint_url = ${server.url}`,
        "sts =",
        `  endpoint_url = ${server.url}`,
        "[profile elsewhere]",
        "services = lost",
      );
      await readInventory({ kind: "ec2", access: {} });
      expect(asked()).to.deep.equal(["AKIAENV eu-south-1"]);
      // The SDK by itself would ask the default profile's address for any other profile.
      const { ec2 } = await clientsFor({ profile: "own", region: "eu-west-1" });
      expect([ec2.config.isCustomEndpoint, ec2.config.ignoreConfiguredEndpointUrls]).to.deep.equal([
        false,
        true,
      ]);
      const lost = readInventory({ kind: "ec2", access: { profile: "elsewhere" } });
      const error = (await lost.catch((reason: unknown) => reason)) as Error;
      expect(error.message).to.include("profile elsewhere names the services lost");
    });

    it("asks at the environment's address before a file's, unless both are to be ignored", async () => {
      const sharedConfigFile = await file("[default]", "endpoint_url = http://127.0.0.1:9");
      const environment = { AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_ENDPOINT_URL_STS: server.url };
      const place = (more: NodeJS.ProcessEnv = {}) =>
        placeOf({ sharedConfigFile, region: "eu-west-1" }, { ...environment, ...more });
      expect(await place()).to.deep.equal({
        ...{ region: "eu-west-1", ec2: "http://127.0.0.1:9", sts: server.url },
      });
      expect(await place({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" })).to.deep.equal({
        region: "eu-west-1",
      });
      expect(await placeOf({ sharedConfigFile, region: "eu-west-1" }, {})).to.include({
        ec2: "http://127.0.0.1:9",
      });
    });
  });

  it("asks more than ten things at once without a warning of Node's", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on("warning", hear);
    try {
      await read();
      await new Promise(setImmediate);
    } finally {
      process.off("warning", hear);
    }
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).to.deep.equal([]);
  });

  it("asks nothing more once something has failed", async () => {
    refuse("DescribeVpcs", { status: 400, code: "InvalidParameterValue", message: "no" });
    expect((await refused()).code).to.equal("LOOKUP_FAILED");
    expect(server.times("DescribeManagedPrefixLists")).to.equal(0);
  });
});

function subnet(subnetId: string, cidrBlock: string): Ec2Item {
  return {
    subnetId,
    ownerId: ACCOUNT,
    vpcId: "vpc-1",
    cidrBlock,
    ipv6CidrBlockAssociationSet: [
      { ipv6CidrBlock: "2001:db8:1200:1::/64", ipv6CidrBlockState: { state: "associated" } },
      { ipv6CidrBlock: "2001:db8:1200:2::/64", ipv6CidrBlockState: { state: "disassociated" } },
    ],
  };
}

function networkInterface(networkInterfaceId: string, privateIpAddress: string): Ec2Item {
  return {
    networkInterfaceId,
    ownerId: ACCOUNT,
    vpcId: "vpc-1",
    subnetId: "subnet-1",
    privateIpAddress,
    privateIpAddressesSet: [{ privateIpAddress, primary: true }],
    groupSet: [{ groupId: "sg-1" }],
    interfaceType: "interface",
    sourceDestCheck: true,
  };
}

function rule(securityGroupRuleId: string, fields: Ec2Item): Ec2Item {
  return {
    securityGroupRuleId,
    groupId: "sg-1",
    groupOwnerId: ACCOUNT,
    isEgress: false,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    ...fields,
  };
}

function prefixList(prefixListId: string): Ec2Item {
  return { prefixListId, ownerId: ACCOUNT, prefixListName: "corp", addressFamily: "IPv4", version: 3 };
}
