import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { InventoryError, readInventory, writeSnapshot } from "../../inventory";
import type { Inventory } from "../../inventory/types";

const DEMO = "demo/account.json";

describe("inventory from a snapshot", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "snapshot-"));
    file = join(folder, "account.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = (from = file): Promise<Inventory> => readInventory({ kind: "snapshot", file: from });

  async function refused(from = file): Promise<InventoryError> {
    const error: unknown = await read(from).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(InventoryError);
    return error as InventoryError;
  }

  /** The problems of the demo's account after a change to it. */
  async function problemsOf(
    change: (inventory: Inventory & Record<string, unknown>) => void,
  ): Promise<string[]> {
    const inventory = JSON.parse(await readFile(DEMO, "utf8")) as Inventory & Record<string, unknown>;
    change(inventory);
    await writeFile(file, JSON.stringify(inventory));
    const error = await refused();
    expect(error.code).to.equal("SNAPSHOT_INVALID");
    for (const problem of error.details.problems ?? []) expect(error.message).to.include(problem);
    return error.details.problems ?? [];
  }

  function first<T>(list: T[]): T {
    const [element] = list;
    if (element === undefined) throw new Error("the demo's account has none");
    return element;
  }

  it("reads the demo's account", async () => {
    const inventory = await read(DEMO);
    expect(inventory.vpcs).to.have.length(2);
    const instances = new Set(inventory.instances.map(({ id }) => id));
    const stopped = inventory.networkInterfaces.filter(
      ({ instanceId }) => instanceId !== undefined && !instances.has(instanceId),
    );
    expect(stopped).to.have.length(1);
  });

  it("writes what it reads", async () => {
    const inventory = await read(DEMO);
    await writeSnapshot(file, inventory);
    expect(await read()).to.deep.equal(inventory);
    expect(await readdir(folder)).to.deep.equal(["account.json"]);
  });

  it("writes the same bytes whatever the order in which AWS answered", async () => {
    const inventory = await read(DEMO);
    await writeSnapshot(file, inventory);
    const before = await readFile(file, "utf8");
    const other = structuredClone(inventory);
    for (const list of [other.vpcs, other.subnets, other.routeTables, other.instances, other.prefixLists]) {
      list.reverse();
    }
    for (const table of other.routeTables) table.routes.reverse();
    for (const group of other.securityGroups) group.ingress.reverse();
    for (const each of other.networkInterfaces) each.securityGroupIds.reverse();
    other.securityGroups = other.securityGroups.map(({ ingress, ...rest }) => ({ ingress, ...rest }));
    await writeSnapshot(file, other);
    expect(await readFile(file, "utf8")).to.equal(before);
  });

  it("holds everything that only EC2's own API tells", async () => {
    const inventory = await read(DEMO);
    Object.assign(inventory, {
      accounts: [{ accountId: "123456789012", region: "eu-central-1" }],
      complete: true,
      vpcPeeringConnections: [
        {
          id: "pcx-1",
          status: "active",
          requester: { vpcId: "vpc-1", ownerId: "123456789012", cidrBlocks: [], ipv6CidrBlocks: [] },
          accepter: { vpcId: "vpc-2", region: "eu-west-1", cidrBlocks: ["10.0.0.0/8"], ipv6CidrBlocks: [] },
        },
      ],
    } satisfies Partial<Inventory>);
    Object.assign(first(inventory.networkInterfaces), {
      ownerId: "210987654321",
      region: "eu-west-1",
      attachmentStatus: "attached",
      ipv4Prefixes: ["10.20.9.0/28"],
      ipv6Prefixes: ["2001:db8:1::/80"],
      publicIps: [
        {
          privateIpAddress: first(inventory.networkInterfaces).privateIpAddresses[0] ?? "",
          publicIp: "198.51.100.7",
        },
      ],
      interfaceType: "interface",
      sourceDestCheck: false,
      tags: { Name: "one", ["__proto__"]: "two" },
    } satisfies Partial<Inventory["networkInterfaces"][number]>);
    first(inventory.routeTables).routes = [
      {
        destinationCidrBlock: "0.0.0.0/0",
        vpcPeeringConnectionId: "pcx-1",
        state: "blackhole",
        origin: "CreateRoute",
      },
    ];
    Object.assign(first(inventory.securityGroups), {
      associatedVpcIds: ["vpc-2"],
      egress: [
        {
          id: "sgr-1",
          ipProtocol: "-1",
          fromPort: -1,
          toPort: -1,
          referencedSecurityGroupId: "210987654321/sg-1",
          referencedGroup: { userId: "210987654321", vpcId: "vpc-2", peeringStatus: "active" },
          tags: {},
        },
      ],
    } satisfies Partial<Inventory["securityGroups"][number]>);
    await writeSnapshot(file, inventory);
    expect(await read()).to.deep.equal(inventory);
  });

  it("keeps the order of an interface's IPv4 addresses, whose first is the primary one", async () => {
    const inventory = await read(DEMO);
    const several = inventory.networkInterfaces.find((each) => each.privateIpAddresses.length > 1);
    several?.privateIpAddresses.reverse();
    await writeSnapshot(file, inventory);
    expect(await read()).to.deep.equal(inventory);
  });

  it("says that a file is missing, a folder, or not to be written", async () => {
    const missing = await refused(join(folder, "missing.json"));
    expect(missing.code).to.equal("SNAPSHOT_UNREADABLE");
    expect(missing.message).to.include("missing.json").and.include("npm run snapshot");
    await mkdir(file);
    expect((await refused()).message).to.include("it is a folder");
    const inventory = await read(DEMO);
    const error: unknown = await writeSnapshot(join(folder, "no", "such.json"), inventory).catch(
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(InventoryError);
  });

  it("says that a file is not JSON", async () => {
    await writeFile(file, '{"format": 1,');
    const error = await refused();
    expect(error.code).to.equal("SNAPSHOT_NOT_JSON");
    expect(error.message).to.include(file);
  });

  for (const document of [{ format: 2 }, { vpcs: [] }, [], null, "text"]) {
    it(`refuses another format: ${JSON.stringify(document)}`, async () => {
      await writeFile(file, JSON.stringify(document));
      expect((await refused()).code).to.equal("SNAPSHOT_FORMAT");
    });
  }

  it("reports every problem at once, each with its place", async () => {
    const problems = await problemsOf((inventory) => {
      first(inventory.vpcs).cidrBlocks = ["10.20.0.0/33"];
      first(inventory.instances).state = "stopped" as "running";
      first(first(inventory.securityGroups).ingress).fromPort = 1.5;
      Object.assign(inventory.subnets[1] ?? {}, { subnet: "x" });
      delete (inventory as Partial<Inventory>).prefixLists;
    });
    expect(problems).to.include.members([
      'vpcs[0].cidrBlocks[0]: "10.20.0.0/33" is not an IPv4 CIDR; expected something like "203.0.113.0/24"',
      'instances[0].state: "stopped" is not one of "pending", "running"',
      "securityGroups[0].ingress[0].fromPort: 1.5 is not a whole number from -1 to 65535",
      "subnets[1].subnet: is not a field here; known fields: " +
        "id, ownerId, region, vpcId, routeTableId, cidrBlock, ipv6CidrBlocks, tags",
      "prefixLists: is missing",
    ]);
  });

  it("lists the first problems of very many", async () => {
    const inventory = JSON.parse(await readFile(DEMO, "utf8")) as Inventory;
    first(inventory.vpcs).cidrBlocks = Array.from({ length: 500 }, (_, index) => `10.${index}`);
    await writeFile(file, JSON.stringify(inventory));
    const error = await refused();
    expect(error.details.problems).to.have.length(500);
    expect(error.message).to.include("and 450 more");
    expect(error.message.split("\n").length).to.be.below(60);
  });

  const faults: [string, RegExp, (inventory: Inventory & Record<string, unknown>) => void][] = [
    ["an unknown section", /^elasticIps: is not a field/, (i) => (i["elasticIps"] = [])],
    ["a section that is no list", /^vpcs: \{\} is not a list/, (i) => (i["vpcs"] = {} as never)],
    ["an element that is no object", /^vpcs\[0\]: 7 is not an object/, (i) => (i.vpcs[0] = 7 as never)],
    [
      "a group id beyond the grammar",
      /^securityGroups\[0\].id: "sg-A"/,
      (i) => (first(i.securityGroups).id = "sg-A"),
    ],
    ["an id of another kind", /^instances\[0\].id: "eni-1"/, (i) => (first(i.instances).id = "eni-1")],
    [
      "an IPv4 CIDR with bits beyond its prefix",
      /has bits set beyond its prefix; write "10.20.0.0\/16"/,
      (i) => (first(i.vpcs).cidrBlocks = ["10.20.7.0/16"]),
    ],
    [
      "an IPv6 CIDR with bits beyond its prefix",
      /write "2001:db8::\/32"/,
      (i) => (first(i.vpcs).ipv6CidrBlocks = ["2001:db8::1/32"]),
    ],
    [
      "an IPv6 CIDR among the IPv4 ones",
      /^vpcs\[0\].cidrBlocks\[0\]: "::\/0" is not an IPv4 CIDR/,
      (i) => (first(i.vpcs).cidrBlocks = ["::/0"]),
    ],
    [
      "an octal-looking address",
      /is not an IPv4 address/,
      (i) => (first(i.networkInterfaces).privateIpAddresses = ["010.20.1.1"]),
    ],
    [
      "a zone",
      /is not an IPv6 address/,
      (i) => (first(i.networkInterfaces).ipv6Addresses = ["fe80::1%eth0"]),
    ],
    [
      "an address twice",
      /privateIpAddresses\[1\]: "10.20.1.9" stands twice/,
      (i) => (first(i.networkInterfaces).privateIpAddresses = ["10.20.1.9", "10.20.1.9"]),
    ],
    [
      "two objects with one id",
      /^instances\[8\].id: "i-[0-9a-f]+" stands at instances\[0\] already/,
      (i) => i.instances.push(first(i.instances)),
    ],
    [
      "a rule's id in two groups",
      /^securityGroups\[1\].ingress\[\d+\].id: .* stands at securityGroups\[0\].ingress\[0\] already/,
      (i) => i.securityGroups[1]?.ingress.push(first(first(i.securityGroups).ingress)),
    ],
    [
      "a subnet's VPC that isn't there",
      /^subnets\[0\].vpcId: "vpc-1" is not among vpcs/,
      (i) => (first(i.subnets).vpcId = "vpc-1"),
    ],
    [
      "a subnet's route table that isn't there",
      /^subnets\[0\].routeTableId: "rtb-1" is not among routeTables/,
      (i) => (first(i.subnets).routeTableId = "rtb-1"),
    ],
    [
      "a route table of another VPC",
      /^subnets\[\d\].routeTableId: "rtb-[0-9a-f]+" is in vpc-[0-9a-f]+, but this object is in vpc-/,
      (i) => {
        const [one, other] = i.vpcs;
        for (const subnet of i.subnets) if (subnet.vpcId === one?.id) subnet.vpcId = other?.id ?? "";
      },
    ],
    [
      "an interface's subnet that isn't there",
      /^networkInterfaces\[0\].subnetId: "subnet-1" is not among subnets/,
      (i) => (first(i.networkInterfaces).subnetId = "subnet-1"),
    ],
    ["a rule without a source", /ingress\[0\]: has 0 sources; give exactly one/, (i) => replaceRule(i, {})],
    [
      "a rule with two sources",
      /has 2 sources/,
      (i) => replaceRule(i, { cidrIpv4: "0.0.0.0/0", cidrIpv6: "::/0" }),
    ],
    [
      "a range of ports from its end",
      /fromPort 20, toPort 10 is not a range/,
      (i) => replaceRule(i, { cidrIpv4: "0.0.0.0/0", fromPort: 20, toPort: 10 }),
    ],
    [
      "all ports written as -1",
      /fromPort -1, toPort -1 is not a range/,
      (i) => replaceRule(i, { cidrIpv4: "0.0.0.0/0", fromPort: -1, toPort: -1 }),
    ],
    [
      "a code of all ICMP types",
      /is not a type and a code/,
      (i) => replaceRule(i, { cidrIpv4: "0.0.0.0/0", ipProtocol: "icmp", fromPort: -1, toPort: 3 }),
    ],
    [
      "ports of a protocol without ports",
      /protocol 50 has no ports/,
      (i) => replaceRule(i, { cidrIpv4: "0.0.0.0/0", ipProtocol: "50" }),
    ],
    [
      "a number for a protocol that has a name",
      /ipProtocol: "6" is not tcp/,
      (i) => replaceRule(i, { cidrIpv4: "0.0.0.0/0", ipProtocol: "6" }),
    ],
    [
      "a route without a destination",
      /routes\[0\]: has 0 destinations/,
      (i) => (first(i.routeTables).routes = [{ gatewayId: "local" }]),
    ],
    [
      "a route with two targets",
      /routes\[0\]: has 2 targets \(gatewayId, natGatewayId\)/,
      (i) =>
        (first(i.routeTables).routes = [
          { destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1", natGatewayId: "nat-1" },
        ]),
    ],
    [
      "an entry of the other family in a prefix list",
      /^prefixLists\[0\].entries\[0\].cidr: "::\/0" is not an IPv4 CIDR/,
      (i) => (first(i.prefixLists).entries = [{ cidr: "::/0" }]),
    ],
  ];
  faults.push(
    [
      "a public address of a private one that the interface doesn't have",
      /publicIps\[0\].privateIpAddress: "192.0.2.1" is not among the interface's/,
      (i) =>
        (first(i.networkInterfaces).publicIps = [
          { privateIpAddress: "192.0.2.1", publicIp: "198.51.100.1" },
        ]),
    ],
    [
      "a delegated prefix with bits beyond its length",
      /ipv4Prefixes\[0\]: "10.0.0.1\/28" has bits set/,
      (i) => (first(i.networkInterfaces).ipv4Prefixes = ["10.0.0.1/28"]),
    ],
    [
      "a tag that is no text",
      /^vpcs\[0\].tags\["env"\]: 7 is not text/,
      (i) => (first(i.vpcs).tags = { env: 7 as never }),
    ],
    [
      "tags that are a list",
      /^vpcs\[0\].tags: \[\] is not an object/,
      (i) => (first(i.vpcs).tags = [] as never),
    ],
    [
      "an unknown route state",
      /routes\[0\].state: "gone" is not one of/,
      (i) =>
        (first(i.routeTables).routes = [{ destinationCidrBlock: "0.0.0.0/0", state: "gone" as "active" }]),
    ],
    [
      "a rule that is both an ingress and an egress one",
      /egress\[0\].id: .* stands at securityGroups\[0\].ingress\[0\] already/,
      (i) => (first(i.securityGroups).egress = [first(first(i.securityGroups).ingress)]),
    ],
    [
      "a peering with one side",
      /^vpcPeeringConnections\[0\].accepter: is missing/,
      (i) =>
        (i.vpcPeeringConnections = [
          {
            id: "pcx-1",
            status: "active",
            requester: { vpcId: "vpc-1", cidrBlocks: [], ipv6CidrBlocks: [] },
          } as never,
        ]),
    ],
  );
  for (const [what, message, change] of faults) {
    it(`refuses ${what}`, async () => {
      const problems = await problemsOf(change);
      expect(problems.join("\n")).to.match(new RegExp(message.source, "m"));
    });
  }

  it("cuts what it quotes from the file to a legible length", async () => {
    const problems = await problemsOf((inventory) => (first(inventory.vpcs).id = "x".repeat(100_000)));
    for (const problem of problems) expect(problem.length).to.be.below(300);
  });

  it("takes an interface with a group that could not be seen", async () => {
    const inventory = await read(DEMO);
    first(inventory.networkInterfaces).securityGroupIds = ["sg-1"];
    await writeSnapshot(file, inventory);
    expect(await read()).to.deep.equal(inventory);
  });

  it("takes names and descriptions of any characters as they are", async () => {
    const inventory = await read(DEMO);
    const group = first(inventory.securityGroups);
    group.name = `'] | //* "<&>\u0000`;
    first(group.ingress).description = "ÄÖÜ 💣 </entry>";
    await writeSnapshot(file, inventory);
    expect(await read()).to.deep.equal(inventory);
  });

  function replaceRule(inventory: Inventory, fields: object): void {
    first(inventory.securityGroups).ingress = [
      { id: "sgr-1", ipProtocol: "tcp", fromPort: 443, toPort: 443, ...fields },
    ];
  }
});
