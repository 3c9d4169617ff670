import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  readInventory,
  readSnapshot,
  withFilters,
  writeSnapshot,
  type InventorySource,
} from "../../inventory";
import { inventoryHash, inventoryMoves } from "../../plan/reviewed/hashes";
import { Ec2Server, type Ec2Item } from "../support/ec2-server";

const ACCOUNT = "123456789012";

function networkAcl(id: string, more: Ec2Item = {}): Ec2Item {
  return {
    ...{ networkAclId: id, ownerId: ACCOUNT, vpcId: "vpc-1", default: false },
    ...{ entrySet: [], associationSet: [], ...more },
  };
}

const ENTRIES: Ec2Item[] = [
  { ruleNumber: 32767, protocol: "-1", ruleAction: "deny", egress: false, cidrBlock: "0.0.0.0/0" },
  {
    ...{ ruleNumber: 100, protocol: "6", ruleAction: "allow", egress: false, cidrBlock: "203.0.113.7/24" },
    portRange: { from: 443, to: 444 },
  },
  {
    ...{ ruleNumber: 101, protocol: "58", ruleAction: "deny", egress: true, ipv6CidrBlock: "2001:DB8::/32" },
    icmpTypeCode: { type: 128, code: -1 },
  },
];

describe("what AWS itself stops, in an inventory", () => {
  let server: Ec2Server;
  let mode: string;
  beforeEach(async () => {
    server = await Ec2Server.start();
    mode = "off";
    server.perform = ({ action }) =>
      action === "DescribeVpcBlockPublicAccessOptions"
        ? { vpcBlockPublicAccessOptions: { internetGatewayBlockMode: mode } }
        : undefined;
    server.lists.set("DescribeNetworkAcls", [
      networkAcl("acl-2", { entrySet: ENTRIES, associationSet: [{ subnetId: "subnet-1" }] }),
      networkAcl("acl-1", { default: true }),
    ]);
  });
  afterEach(() => server.close());

  const ec2 = (): InventorySource => ({ kind: "ec2", access: server.access });
  const denied = () => {
    const message = "You are not authorized to perform this operation.";
    server.refuse = ({ action }) =>
      action === "DescribeNetworkAcls" ? { status: 403, code: "UnauthorizedOperation", message } : undefined;
  };

  it("is not asked for by a run, for no rule depends on it", async () => {
    expect(await readInventory(ec2())).to.not.have.property("filters");
    expect(server.times("DescribeNetworkAcls")).to.equal(0);
  });

  it("has network ACLs with their subnets and entries, sorted, in one request", async () => {
    const { filters } = await readInventory(withFilters(ec2()));
    expect(server.times("DescribeNetworkAcls")).to.equal(1);
    const common = { ownerId: ACCOUNT, vpcId: "vpc-1" };
    expect(filters).to.deep.equal({
      networkAcls: [
        { id: "acl-1", ...common, isDefault: true, subnetIds: [], entries: [] },
        {
          ...{ id: "acl-2", ...common, isDefault: false, subnetIds: ["subnet-1"] },
          entries: [
            {
              ...{ ruleNumber: 100, egress: false, ruleAction: "allow", protocol: "6" },
              ...{ cidrBlock: "203.0.113.0/24", portRange: { from: 443, to: 444 } },
            },
            {
              ...{ ruleNumber: 101, egress: true, ruleAction: "deny", protocol: "58" },
              ...{ ipv6CidrBlock: "2001:db8::/32", icmpTypeCode: { type: 128, code: -1 } },
            },
            {
              ...{ ruleNumber: 32767, egress: false, ruleAction: "deny", protocol: "-1" },
              cidrBlock: "0.0.0.0/0",
            },
          ],
        },
      ],
      publicAccess: [{ accountId: ACCOUNT, region: "us-east-1", mode: "off", exclusions: [] }],
      unread: [],
    });
    expect(server.times("DescribeVpcBlockPublicAccessExclusions")).to.equal(0);
  });

  it("has what VPC Block Public Access leaves alone, where it is on, in as many pages as there are", async () => {
    mode = "block-ingress";
    server.largestPage = 1;
    const exclusion = (exclusionId: string, resource: string, state: string) => ({
      ...{ exclusionId, state, internetGatewayExclusionMode: "allow-bidirectional" },
      resourceArn: `arn:aws:ec2:us-east-1:${ACCOUNT}:${resource}`,
    });
    server.lists.set("DescribeVpcBlockPublicAccessExclusions", [
      exclusion("vpcbpa-exclude-2", "vpc/vpc-1", "create-complete"),
      exclusion("vpcbpa-exclude-3", "vpc/vpc-2", "delete-in-progress"),
      exclusion("vpcbpa-exclude-1", "subnet/subnet-1", "update-complete"),
    ]);
    const { filters } = await readInventory(withFilters(ec2()));
    expect(filters?.publicAccess).to.deep.equal([
      {
        ...{ accountId: ACCOUNT, region: "us-east-1", mode: "block-ingress" },
        exclusions: ["subnet-1", "vpc-1"].map((resourceId) => ({ resourceId, mode: "allow-bidirectional" })),
      },
    ]);
    server.refuse = ({ action }) =>
      action === "DescribeVpcBlockPublicAccessExclusions"
        ? { status: 403, code: "UnauthorizedOperation", message: "You are not authorized." }
        : undefined;
    const denied = (await readInventory(withFilters(ec2()))).filters;
    expect(denied).to.not.have.property("publicAccess");
    expect(denied?.unread.join()).to.include("Allow ec2:DescribeVpcBlockPublicAccessExclusions");
  });

  it("says once what may not be read, names the right, and reads the rest", async () => {
    denied();
    const { filters, vpcs } = await readInventory(withFilters(ec2()));
    expect(vpcs).to.deep.equal([]);
    expect(filters).to.not.have.property("networkAcls");
    expect(filters?.unread).to.have.length(1);
    expect(filters?.unread[0]).to.include("network ACL").and.include("Allow ec2:DescribeNetworkAcls");
  });

  it("is of every account that is read, each with what it may not read", async () => {
    server.accountOf = (key) => (key === "AKIAOTHER" ? "210987654321" : ACCOUNT);
    const message = "You are not authorized to perform this operation.";
    server.refuse = ({ action, accessKey }) =>
      action === "DescribeNetworkAcls" && accessKey === "AKIAOTHER"
        ? { status: 403, code: "UnauthorizedOperation", message }
        : undefined;
    const { filters } = await readInventory(
      withFilters({
        kind: "accounts",
        accounts: [
          { region: "us-east-1", access: server.access },
          {
            accountId: "210987654321",
            region: "us-east-1",
            access: { ...server.access, accessKey: "AKIAOTHER" },
          },
        ],
        onUnreadable: "stop",
      }),
    );
    expect(filters?.networkAcls?.map(({ id }) => id)).to.deep.equal(["acl-1", "acl-2"]);
    expect(filters?.unread).to.have.length(1);
    expect(filters?.unread[0]).to.match(/^account 210987654321: Whether a network ACL/);
  });

  it("comes back from a snapshot, and a change of it is none of what a review rests on", async () => {
    const inventory = await readInventory(withFilters(ec2()));
    const folder = await mkdtemp(join(tmpdir(), "filters-"));
    try {
      await writeSnapshot(join(folder, "account.json"), inventory);
      expect(await readSnapshot(join(folder, "account.json"))).to.deep.equal(inventory);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const without = await readInventory(ec2());
    expect(inventoryHash(without)).to.equal(inventoryHash(inventory));
    // Nor who doesn't run: a snapshot has them, and a run reads them only where their tags decide.
    expect(inventoryHash({ ...without, stopped: [{ id: "i-0a", tags: {} }] })).to.equal(
      inventoryHash(without),
    );
    expect(inventoryMoves(without, inventory)).to.deep.equal([]);
  });
});
