import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readInventory, readSnapshot, writeSnapshot } from "../../inventory";
import { readLookups } from "../../inventory/lookups";
import type { Inventory } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import { KINDS, KINDS_WITHOUT_GROUPS, kindOf } from "../../aws/interface-kinds";
import { FIREWALL_INTERFACE, MAPPING } from "../support/account";
import { DataSources } from "../support/data-sources";
import { Ec2Server, type Ec2Item, type Ec2Request } from "../support/ec2-server";
import { TestClock } from "./account";
import { SERVICE_INTERFACES, addressOf, groupOf, idOf, listed } from "./fixtures/service-interfaces";
import { asLookupsSee } from "./seen";

const ACCOUNT = "123456789012";

describe("interfaces that AWS's services use", () => {
  let server: Ec2Server;
  let dataSources: DataSources;
  let ec2: Inventory;
  let lookups: Inventory;

  before(async () => {
    server = await Ec2Server.start();
    const groups = SERVICE_INTERFACES.flatMap(({ groups = 1 }, index) => (groups === 0 ? [] : [index]));
    fill(server.lists, groups);
    server.perform = (request) => filtered(server.lists, request);
    ec2 = await readInventory({ kind: "ec2", access: server.access });
    const { region, accessKey, secretKey } = server.access;
    dataSources = new DataSources({ url: server.url, region, accessKey, secretKey });
    await dataSources.use();
    lookups = await readLookups({ withoutInstance: true }, new TestClock());
  });
  after(async () => {
    dataSources.close();
    await server.close();
  });

  it("are known by kind, each that there is, through both sources", () => {
    const kinds = new Map(SERVICE_INTERFACES.map(({ kind }, index) => [idOf(index), kind]));
    for (const { networkInterfaces } of [ec2, lookups]) {
      for (const each of networkInterfaces) expect(kindOf(each), each.id).to.equal(kinds.get(each.id));
    }
    expect(new Set(kinds.values())).to.deep.equal(new Set([...KINDS, ...KINDS_WITHOUT_GROUPS]));
  });

  it("are the same to both sources, but for those that nothing uses, which only one list has", () => {
    expect(asLookupsSee(ec2, lookups)).to.deep.equal(lookups);
    const unused = SERVICE_INTERFACES.flatMap(({ status }, index) =>
      status === "available" ? [idOf(index)] : [],
    );
    const ids = (inventory: Inventory) => inventory.networkInterfaces.map(({ id }) => id);
    expect(ids(ec2).filter((id) => !ids(lookups).includes(id))).to.deep.equal(unused);
  });

  it("stay as they are in a snapshot", async () => {
    const folder = await mkdtemp(join(tmpdir(), "interfaces-"));
    for (const inventory of [ec2, lookups]) {
      await writeSnapshot(join(folder, "account.json"), inventory);
      expect(await readSnapshot(join(folder, "account.json"))).to.deep.equal(inventory);
    }
    await rm(folder, { recursive: true });
  });

  it("have rules of their groups where all are wanted, and are counted by kind where none can be", () => {
    for (const inventory of [ec2, lookups]) {
      const policy = mapInventory(inventory, { ...MAPPING, interfaces: "all" });
      const present = new Set(inventory.networkInterfaces.map(({ id }) => id));
      const rows = SERVICE_INTERFACES.map((each, index) => ({ ...each, index })).filter(({ index }) =>
        present.has(idOf(index)),
      );
      expect(policy.rules.map(({ rule }) => [rule.name, rule.destination])).to.deep.equal(
        rows
          .filter(({ leftOut }) => leftOut === undefined)
          .map(({ index }) => [`aws-${groupOf(index)}-tcp-443`, [addressOf(index)]]),
      );
      const counted = Object.fromEntries(policy.leftOut.kinds.map(({ kind, ids }) => [kind, ids]));
      for (const { leftOut, index } of rows) {
        if (leftOut !== undefined) expect(counted[leftOut], leftOut).to.include(idOf(index));
      }
      expect(policy.leftOut.isComplete).to.equal(true);
      expect(policy.protectedInterfaces.length + Object.values(counted).flat().length).to.equal(rows.length);
    }
  });

  it("come by kind where a list names some, and not at all where nothing is said", () => {
    const some = mapInventory(ec2, { ...MAPPING, interfaces: ["rds", "lambda"] });
    const wanted = SERVICE_INTERFACES.flatMap(({ kind, status }, index) =>
      ["rds", "lambda"].includes(kind) && status === undefined ? [idOf(index)] : [],
    );
    expect(some.protectedInterfaces).to.deep.equal(wanted);
    expect(mapInventory(ec2, MAPPING).protectedInterfaces).to.deep.equal([]);
    expect(mapInventory(ec2, MAPPING).leftOut.kinds.find(({ kind }) => kind === "ecs")?.ids).to.have.length(
      1,
    );
  });
});

function fill(lists: Ec2Server["lists"], groups: readonly number[]): void {
  const [ownerId, vpcId, subnetId] = [ACCOUNT, "vpc-0a", "subnet-0a"];
  const route = {
    destinationCidrBlock: "0.0.0.0/0",
    networkInterfaceId: FIREWALL_INTERFACE,
    state: "active",
  };
  lists.set("DescribeVpcs", [{ vpcId, ownerId, cidrBlock: "10.20.0.0/16" }]);
  lists.set("DescribeSubnets", [{ subnetId, ownerId, vpcId, cidrBlock: "10.20.1.0/24" }]);
  lists.set("DescribeRouteTables", [
    {
      ...{ routeTableId: "rtb-0a", ownerId, vpcId, routeSet: [{ ...route, origin: "CreateRoute" }] },
      associationSet: [{ main: true, associationState: { state: "associated" } }],
    },
  ]);
  lists.set("DescribeNetworkInterfaces", listed(vpcId, subnetId, ownerId));
  lists.set(
    "DescribeSecurityGroups",
    groups.map((index) => ({ groupId: groupOf(index), groupName: `group-${index}`, ownerId, vpcId })),
  );
  lists.set(
    "DescribeSecurityGroupRules",
    groups.map((index) => ({
      ...{ securityGroupRuleId: `sgr-0${index}`, groupId: groupOf(index), groupOwnerId: ownerId },
      ...{ isEgress: false, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "203.0.113.0/24" },
    })),
  );
}

/** Lists by their filters and ids, as far as data sources ask by them. */
function filtered(lists: Ec2Server["lists"], { action, form }: Ec2Request): Ec2Item | undefined {
  const [set, idField] = FILTERED[action] ?? [];
  if (set === undefined || idField === undefined) return undefined;
  const values = (prefix: string) =>
    [...form].flatMap(([key, value]) => (new RegExp(`^${prefix}\\.\\d+$`).test(key) ? [value] : []));
  const ids = [...values("NetworkInterfaceId"), ...values("SecurityGroupRuleId"), ...values("RouteTableId")];
  const filters = [...form].flatMap(([key, name]) => {
    const [, number] = /^Filter\.(\d+)\.Name$/.exec(key) ?? [];
    return number === undefined ? [] : [{ name, wanted: values(`Filter\\.${number}\\.Value`) }];
  });
  const items = (lists.get(action) ?? []).filter(
    (item) =>
      (ids.length === 0 || ids.includes(textOf(item[idField]))) &&
      filters.every(({ name, wanted }) => {
        const field = FIELDS[name];
        return field === undefined ? name.startsWith("association") : wanted.includes(textOf(item[field]));
      }),
  );
  return { [set]: items };
}

const textOf = (value: Ec2Item[string]) => (typeof value === "string" ? value : "");

const FILTERED: Record<string, [string, string]> = {
  DescribeNetworkInterfaces: ["networkInterfaceSet", "networkInterfaceId"],
  DescribeSecurityGroups: ["securityGroupInfo", "groupId"],
  DescribeSecurityGroupRules: ["securityGroupRuleSet", "securityGroupRuleId"],
  DescribeRouteTables: ["routeTableSet", "routeTableId"],
};
const FIELDS: Record<string, string> = {
  "vpc-id": "vpcId",
  "subnet-id": "subnetId",
  "group-id": "groupId",
  status: "status",
};
