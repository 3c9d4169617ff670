import { expect } from "chai";
import { InventoryError, readInventory } from "../../inventory";
import type { AccountsSource } from "../../inventory/ec2/accounts";
import type { Inventory } from "../../inventory/types";
import { regionLists } from "../support/ec2-account";
import { Ec2Server, type Ec2Item } from "../support/ec2-server";

const [HUB, SHOP, DATA] = ["111111111111", "222222222222", "333333333333"];
const REGIONS = ["eu-central-1", "eu-west-1"];

describe("inventory of several accounts and regions", () => {
  let server: Ec2Server;
  let said: string[];
  /** What each account lists in each region. */
  let lists: Map<string, Map<string, Ec2Item[]>>;

  beforeEach(async () => {
    said = [];
    server = await Ec2Server.start();
    server.accountOf = (accessKey) => /\d{12}/.exec(accessKey)?.[0] ?? HUB;
    lists = new Map([
      [`${HUB} eu-central-1`, regionLists(HUB, [{ id: "sg-1", port: 443, address: "10.0.1.1" }])],
      [`${SHOP} eu-central-1`, regionLists(SHOP, [{ id: "sg-2", port: 444, address: "10.0.2.1" }])],
    ]);
    server.listsFor = ({ accessKey, region }) =>
      lists.get(`${server.accountOf(accessKey)} ${region}`) ?? new Map<string, Ec2Item[]>();
  });
  afterEach(() => server.close());

  const of = (accountId: string | undefined, region = "eu-central-1") => ({
    region,
    ...(accountId !== undefined && { accountId }),
    access: {
      ...server.access,
      region,
      homeRegion: "eu-central-1",
      ...(accountId !== undefined && {
        assumeRoles: [{ roleArn: `arn:aws:iam::${accountId}:role/reader` }],
      }),
    },
  });
  const read = (
    accounts: AccountsSource["accounts"],
    onUnreadable: "stop" | "keep" = "stop",
  ): Promise<Inventory> =>
    readInventory(
      { kind: "accounts", accounts, onUnreadable },
      { info: () => undefined, warn: (text) => said.push(text) },
    );
  const ids = (objects: { id: string }[]) => objects.map(({ id }) => id);

  async function refused(reading: Promise<Inventory>): Promise<InventoryError> {
    const error: unknown = await reading.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InventoryError);
    return error as InventoryError;
  }

  function deny(accountId: string): void {
    server.refuse = ({ action, form }) =>
      action === "AssumeRole" && form.get("RoleArn")?.includes(accountId) === true
        ? { status: 403, code: "AccessDenied", message: "not authorized to perform: sts:AssumeRole" }
        : undefined;
  }

  it("holds what all of them have, each object with its owner", async () => {
    const inventory = await read([of(undefined), of(SHOP)]);
    expect(inventory).to.include({ region: "eu-central-1", complete: true });
    expect(inventory).to.not.have.any.keys("accountId", "unread");
    expect(inventory.accounts).to.deep.equal([
      { accountId: HUB, region: "eu-central-1" },
      { accountId: SHOP, region: "eu-central-1" },
    ]);
    expect(inventory.securityGroups.map(({ id, ownerId }) => [id, ownerId])).to.deep.equal([
      ["sg-1", HUB],
      ["sg-2", SHOP],
    ]);
    expect(ids(inventory.networkInterfaces)).to.deep.equal(["eni-1", "eni-2"]);
  });

  it("says of each object which region it is in, where there are several", async () => {
    lists.set(
      `${HUB} eu-west-1`,
      regionLists(HUB.replace("1111", "9999"), [{ id: "sg-3", port: 1, address: "10.0.3.1" }]),
    );
    const inventory = await read(REGIONS.map((region) => of(undefined, region)));
    expect(inventory).to.include({ accountId: HUB });
    expect(inventory).to.not.have.property("region");
    expect(inventory.networkInterfaces.map(({ id, region }) => [id, region])).to.deep.equal([
      ["eni-1", "eu-central-1"],
      ["eni-3", "eu-west-1"],
    ]);
    for (const { region } of [...inventory.vpcs, ...inventory.subnets, ...inventory.securityGroups]) {
      expect(REGIONS).to.include(region);
    }
  });

  it("warns of a prefix list that one account may not read only where no other has read it", async () => {
    const list = { prefixListId: "pl-1", ownerId: HUB, prefixListName: "corp", addressFamily: "IPv4" };
    const own = { ...list, prefixListId: "pl-2", ownerId: SHOP };
    const naming: [string, { prefixListId: string }[]][] = [
      [HUB, [list]],
      [SHOP, [list, own]],
    ];
    for (const [account, named] of naming) {
      const of = lists.get(`${account} eu-central-1`)!;
      const [rule = {}] = of.get("DescribeSecurityGroupRules") ?? [];
      of.set("DescribeManagedPrefixLists", named);
      of.set("DescribeSecurityGroupRules", [
        rule,
        ...named.map(({ prefixListId }) => ({
          ...rule,
          securityGroupRuleId: `sgr-${account}${prefixListId.slice(3)}`,
          cidrIpv4: undefined,
          prefixListId,
        })),
      ]);
    }
    const denied = new Set([`${SHOP} pl-1`]);
    server.refuse = ({ accessKey, form }) =>
      denied.has(`${server.accountOf(accessKey)} ${form.get("PrefixListId") ?? ""}`)
        ? { status: 403, code: "UnauthorizedOperation", message: "You are not authorized." }
        : undefined;
    const accounts = [of(undefined), of(SHOP)];
    expect(ids((await read(accounts)).prefixLists)).to.deep.equal(["pl-1", "pl-2"]);
    expect(said.filter((text) => text.includes("pl-"))).to.deep.equal([]);
    lists.get(`${HUB} eu-central-1`)!.set("DescribeManagedPrefixLists", []);
    expect(ids((await read(accounts)).prefixLists)).to.deep.equal(["pl-2"]);
    expect(said.join()).to.include(`account ${SHOP}: Prefix list pl-1 can't be seen`);
  });

  it("puts a shared VPC together: the owner's routes and groups, the participant's interfaces", async () => {
    // The owner sees no instance of the participant's; the participant a part of the owner's objects, and no tags.
    const [owner, participant] = [lists.get(`${HUB} eu-central-1`)!, lists.get(`${SHOP} eu-central-1`)!];
    const tagSet = [{ key: "tier", value: "web" }];
    const [table] = owner.get("DescribeRouteTables") ?? [];
    owner.set("DescribeSecurityGroups", [
      { groupId: "sg-1", groupName: "shared", ownerId: HUB, vpcId: "vpc-1111", tagSet },
    ]);
    owner.set("DescribeSecurityGroupVpcAssociations", [
      { groupId: "sg-1", vpcId: "vpc-7777", state: "associated" },
    ]);
    participant.set("DescribeVpcs", [{ vpcId: "vpc-1111", ownerId: HUB, cidrBlock: "10.0.0.0/8" }]);
    participant.set("DescribeSubnets", [
      { subnetId: "subnet-1111", ownerId: HUB, vpcId: "vpc-1111", cidrBlock: "10.0.0.0/16" },
    ]);
    participant.set("DescribeRouteTables", [{ ...table, routeSet: [], associationSet: [] }]);
    participant.set("DescribeSecurityGroups", [
      { groupId: "sg-1", groupName: "shared", ownerId: HUB, vpcId: "vpc-1111" },
    ]);
    participant.set("DescribeSecurityGroupRules", [
      { ...(owner.get("DescribeSecurityGroupRules")?.[0] ?? {}), description: "seen by another" },
    ]);
    participant.set("DescribeNetworkInterfaces", [
      {
        ...(participant.get("DescribeNetworkInterfaces")?.[0] ?? {}),
        vpcId: "vpc-1111",
        subnetId: "subnet-1111",
        groupSet: [{ groupId: "sg-1" }],
      },
    ]);
    for (const order of [
      [of(undefined), of(SHOP)],
      [of(SHOP), of(undefined)],
    ]) {
      const inventory = await read(order);
      expect(ids(inventory.vpcs)).to.deep.equal(["vpc-1111"]);
      expect(inventory.routeTables.map(({ routes }) => routes.length)).to.deep.equal([1]);
      expect(inventory.subnets[0]?.routeTableId).to.equal("rtb-1111");
      const [group] = inventory.securityGroups;
      expect(group).to.deep.include({ tags: { tier: "web" }, associatedVpcIds: ["vpc-7777"], ownerId: HUB });
      expect(group?.ingress[0]).to.not.have.property("description");
      expect(
        inventory.networkInterfaces.map(({ ownerId, securityGroupIds }) => [ownerId, securityGroupIds]),
      ).to.deep.equal([
        [HUB, ["sg-1"]],
        [SHOP, ["sg-1"]],
      ]);
      expect(ids(inventory.instances)).to.deep.equal(["i-1", "i-2"]);
    }
  });

  it("names what a shared VPC's participant loses where it sees no route table: every interface comes or is named", async () => {
    const shop = lists.get(`${SHOP} eu-central-1`)!;
    const [each] = shop.get("DescribeNetworkInterfaces") ?? [];
    const [table] = shop.get("DescribeRouteTables") ?? [];
    const subnetIds = ["subnet-aa", "subnet-bb", "subnet-cc"];
    const associationSet = [{ subnetId: "subnet-bb", associationState: { state: "associated" } }];
    shop.set(
      "DescribeSubnets",
      subnetIds.map((subnetId) => ({ subnetId, ownerId: HUB, vpcId: "vpc-2222", cidrBlock: "10.0.0.0/16" })),
    );
    shop.set("DescribeRouteTables", [{ ...table, ownerId: HUB, associationSet }]);
    // One of each, two where nobody sees the table, and one whose subnet isn't listed at all.
    const places = ["subnet-aa", "subnet-aa", "subnet-bb", "subnet-cc", "subnet-dd"];
    const all = places.map((subnetId, index) => ({ ...each, subnetId, networkInterfaceId: `eni-${index}` }));
    shop.set("DescribeNetworkInterfaces", all);
    const { access } = of(SHOP);
    const sources = [
      { kind: "accounts" as const, accounts: [of(SHOP)], onUnreadable: "stop" as const },
      { kind: "ec2" as const, access },
    ];
    for (const source of sources) {
      said = [];
      const tell = { info: () => undefined, warn: (text: string) => said.push(text) };
      const { networkInterfaces } = await readInventory(source, tell);
      expect(ids(networkInterfaces)).to.deep.equal(["eni-2"]);
      const named = said.filter((text) => text.includes("has no route table for"));
      expect(named.map((text) => text.split(". ")[0])).to.deep.equal([
        "Network interfaces eni-0, eni-1 are left out: the inventory has no route table for their subnet subnet-aa",
        "Network interface eni-3 is left out: the inventory has no route table for its subnet subnet-cc",
        "Network interface eni-4 is left out: the inventory has no route table for its subnet subnet-dd",
      ]);
    }
    shop.set("DescribeRouteTables", [table!]);
    shop.set("DescribeNetworkInterfaces", all.slice(0, 4));
    said = [];
    expect((await read([of(SHOP)])).networkInterfaces).to.have.length(4);
    expect(said).to.deep.equal([]);
  });

  it("knows an interface's instance by its own account only in a region in which that was read", async () => {
    const shared = (region: string, key: string) => {
      const of = regionLists(HUB, [{ id: `sg-${key}`, port: 443, address: "10.0.1.1" }]);
      const [each] = of.get("DescribeNetworkInterfaces") ?? [];
      const attachment = { instanceId: "i-theirs", instanceOwnerId: SHOP, status: "attached" };
      of.set("DescribeNetworkInterfaces", [{ ...each, attachment }]);
      lists.set(`${HUB} ${region}`, of);
    };
    shared("eu-central-1", "8");
    shared("eu-west-1", "9");
    const { networkInterfaces } = await read([of(undefined), of(undefined, "eu-west-1"), of(SHOP)]);
    expect(networkInterfaces.map(({ id, instanceOwnerId }) => [id, instanceOwnerId])).to.deep.equal([
      ["eni-2", undefined],
      ["eni-8", undefined],
      ["eni-9", SHOP],
    ]);
  });

  it("keeps the two sides of a reference across accounts apart by their owners", async () => {
    const shop = lists.get(`${SHOP} eu-central-1`)!;
    const [rule] = shop.get("DescribeSecurityGroupRules") ?? [];
    const reference: Ec2Item = { ...rule, cidrIpv4: undefined };
    shop.set("DescribeSecurityGroupRules", [
      {
        ...reference,
        referencedGroupInfo: {
          groupId: "sg-1",
          userId: HUB,
          vpcId: "vpc-1111",
          vpcPeeringConnectionId: "pcx-1",
          peeringStatus: "active",
        },
      },
    ]);
    const side = (vpcId: string, ownerId: string, cidrBlock?: string): Ec2Item => ({
      vpcId,
      ownerId,
      cidrBlock,
    });
    const peering = (accepterCidr?: string): Ec2Item => ({
      vpcPeeringConnectionId: "pcx-1",
      status: { code: "active" },
      requesterVpcInfo: side("vpc-1111", HUB, "10.0.0.0/8"),
      accepterVpcInfo: side("vpc-2222", SHOP, accepterCidr),
    });
    lists.get(`${HUB} eu-central-1`)?.set("DescribeVpcPeeringConnections", [peering()]);
    shop.set("DescribeVpcPeeringConnections", [peering("10.0.0.0/8")]);
    const inventory = await read([of(undefined), of(SHOP)]);
    const group = inventory.securityGroups.find(({ id }) => id === "sg-2");
    expect(group?.ingress[0]).to.deep.include({ referencedSecurityGroupId: `${HUB}/sg-1` });
    expect(group?.ingress[0]?.referencedGroup).to.include({ userId: HUB, vpcId: "vpc-1111" });
    expect(inventory.vpcPeeringConnections?.map(({ accepter }) => accepter)).to.deep.equal([
      { vpcId: "vpc-2222", ownerId: SHOP, cidrBlocks: ["10.0.0.0/8"], ipv6CidrBlocks: [] },
    ]);
  });

  it("stops when one can't be read, and names it", async () => {
    deny(SHOP);
    const error = await refused(read([of(undefined), of(SHOP)]));
    expect(error.code).to.equal("ACCESS_DENIED");
    expect(error.message)
      .to.match(new RegExp(`^account ${SHOP} in eu-central-1 can't be read`))
      .and.include("onUnreadable");
  });

  it("reads the others where one's rules are to stay, and says which", async () => {
    deny(SHOP);
    const inventory = await read([of(undefined), of(SHOP), of(DATA)], "keep");
    expect(inventory.unread?.map(({ accountId, region }) => [accountId, region])).to.deep.equal([
      [SHOP, "eu-central-1"],
    ]);
    expect(inventory).to.not.have.property("complete");
    expect(ids(inventory.securityGroups)).to.deep.equal(["sg-1"]);
    expect(said.join("\n")).to.match(new RegExp(`account ${SHOP} in eu-central-1 can't be read`));
  });

  it("stops all the same where nothing could be read, or nobody knows whose the rules are", async () => {
    deny(SHOP);
    expect((await refused(read([of(SHOP)], "keep"))).message).to.include("no account could be read");
    server.refuse = ({ action, accessKey }) =>
      action === "GetCallerIdentity" && accessKey === "AKIATEST"
        ? { status: 403, code: "InvalidClientTokenId", message: "The security token is invalid" }
        : undefined;
    expect((await refused(read([of(undefined), of(SHOP)], "keep"))).message).to.include("can't be known");
  });

  it("refuses two roles that lead to the same account", async () => {
    const other = { ...of(undefined), accountId: DATA };
    const error = await refused(read([of(undefined), other]));
    expect(error.message).to.include(`account ${HUB} in eu-central-1 twice`);
  });

  it("reads few of them at the same time", async () => {
    const LISTS = 9;
    const answered = new Map<string, number>();
    const active: number[] = [];
    server.refuse = ({ action, accessKey }) => {
      if (action.startsWith("Describe")) answered.set(accessKey, (answered.get(accessKey) ?? 0) + 1);
      if (action === "GetCallerIdentity") {
        answered.set(accessKey, 0);
        active.push([...answered.values()].filter((count) => count < LISTS).length);
      }
      return undefined;
    };
    await read(Array.from({ length: 12 }, (_, index) => of(`4444444444${String(index).padStart(2, "0")}`)));
    expect(active).to.have.length(12);
    expect(Math.max(...active)).to.be.within(2, 4);
  });
});
