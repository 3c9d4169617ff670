import { expect } from "chai";
import { InventoryError, readInventory, type InventorySource } from "../../inventory";
import type { Transit } from "../../inventory/transit";
import type { Inventory } from "../../inventory/types";
import { regionLists } from "../support/ec2-account";
import { Ec2Server, type Ec2Item, type Ec2Refusal } from "../support/ec2-server";
import { mapInventory } from "../../mapping";
import { inventoryHash, inventoryMoves } from "../../plan/reviewed/hashes";
import { OPTIONS } from "../mapping/fixtures";
import { ec2Of } from "../support/ec2-inventory";
import { transitLists } from "../support/ec2-transit";
import { central } from "../support/transit-network";

const NOTHING = { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: [] };

const [NETWORK, SHOP] = ["111111111111", "222222222222"];
const SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0a";

const TRANSIT: Required<Transit> = {
  transitGatewayAttachments: [
    {
      id: "tgw-attach-1",
      transitGatewayId: "tgw-1",
      resourceType: "vpc",
      resourceId: "vpc-1111",
      resourceOwnerId: NETWORK,
      state: "available",
      routeTableId: "tgw-rtb-1",
      subnetIds: ["subnet-1111"],
      applianceMode: true,
    },
    {
      id: "tgw-attach-2",
      transitGatewayId: "tgw-1",
      resourceType: "vpn",
      resourceId: "vpn-1",
      resourceOwnerId: NETWORK,
      state: "available",
    },
  ],
  transitGatewayRouteTables: [
    {
      id: "tgw-rtb-1",
      transitGatewayId: "tgw-1",
      routes: [
        {
          destinationCidrBlock: "10.1.0.0/16",
          attachmentIds: ["tgw-attach-1"],
          state: "active",
          type: "propagated",
        },
        { destinationCidrBlock: "10.9.0.0/16", attachmentIds: [], state: "blackhole", type: "static" },
        { destinationCidrBlock: "::/0", attachmentIds: ["tgw-attach-2"], state: "active", type: "static" },
      ],
    },
    { id: "tgw-rtb-2", transitGatewayId: "tgw-1", routes: [] },
  ],
  gatewayLoadBalancerEndpoints: [{ id: "vpce-1", vpcId: "vpc-1111", serviceName: SERVICE }],
  endpointServices: [{ id: SERVICE, gatewayLoadBalancerArns: ["arn:aws:…:loadbalancer/gwy/fw/0a"] }],
};
const PARTS = Object.keys(TRANSIT) as (keyof Transit)[];
const GATEWAY_ACTIONS = [
  "DescribeTransitGatewayAttachments",
  "DescribeTransitGatewayRouteTables",
  "DescribeTransitGatewayVpcAttachments",
  "SearchTransitGatewayRoutes",
];
const ENDPOINT_ACTIONS = ["DescribeVpcEndpointServiceConfigurations", "DescribeVpcEndpoints"];

describe("inventory of transit gateways and endpoints", () => {
  let server: Ec2Server;
  let said: string[];
  let lists: Map<string, Ec2Item[]>;

  beforeEach(async () => {
    said = [];
    server = await Ec2Server.start();
    server.accountOf = () => NETWORK;
    lists = regionLists(NETWORK, [{ id: "sg-1", port: 443, address: "10.0.1.1" }]);
    server.listsFor = (request) => new Map([...lists, ...transitLists(TRANSIT, request)]);
  });
  afterEach(() => server.close());

  /** Routes of the VPC besides the one to the firewall. */
  function route(...routes: Ec2Item[]): void {
    const [table = {}] = lists.get("DescribeRouteTables") ?? [];
    const { routeSet } = table;
    lists.set("DescribeRouteTables", [{ ...table, routeSet: [...(routeSet as Ec2Item[]), ...routes] }]);
  }
  const TO_GATEWAY = { destinationCidrBlock: "10.0.0.0/8", transitGatewayId: "tgw-1", state: "active" };
  const TO_ENDPOINT = { destinationCidrBlock: "192.0.2.0/24", gatewayId: "vpce-1", state: "active" };
  const tell = { info: () => undefined, warn: (text: string) => said.push(text) };
  const read = (): Promise<Inventory> => readInventory({ kind: "ec2", access: server.access }, tell);
  const asked = (actions: readonly string[]) =>
    [...new Set(server.asked.map(({ action }) => action))].filter((each) => actions.includes(each)).sort();
  const deny = (...actions: string[]) => {
    const denial: Ec2Refusal = {
      status: 403,
      code: "UnauthorizedOperation",
      message: "You are not authorized to perform this operation.",
    };
    server.refuse = ({ action }) => (actions.includes(action) ? denial : undefined);
  };

  it("asks nothing where no route leads to one, be there a gateway endpoint", async () => {
    route({ destinationPrefixListId: "pl-s3", gatewayId: "vpce-s3", state: "active" });
    expect(await read()).to.not.have.any.keys(PARTS);
    expect(asked([...GATEWAY_ACTIONS, ...ENDPOINT_ACTIONS])).to.deep.equal([]);
    expect(said).to.deep.equal([]);
  });

  it("has attachments, tables, routes, endpoints and their services, in a few requests", async () => {
    route(TO_GATEWAY, TO_ENDPOINT);
    const inventory = await read();
    for (const part of PARTS) expect(inventory[part], part).to.deep.equal(TRANSIT[part]);
    expect(asked([...GATEWAY_ACTIONS, ...ENDPOINT_ACTIONS])).to.deep.equal([
      ...GATEWAY_ACTIONS.slice(0, 3),
      "DescribeVpcEndpointServiceConfigurations",
      "DescribeVpcEndpoints",
      "SearchTransitGatewayRoutes",
    ]);
    expect(server.times("SearchTransitGatewayRoutes")).to.equal(2);
    expect(said).to.deep.equal([]);
  });

  it("has an attachment of a route once, however many of its tunnels the route uses", async () => {
    route(TO_GATEWAY, TO_ENDPOINT);
    const tables = TRANSIT.transitGatewayRouteTables.map((table) => ({
      ...table,
      routes: table.routes!.map((each) => ({
        ...each,
        attachmentIds: each.attachmentIds.flatMap((id) => [id, id]),
      })),
    }));
    const tunnels = { ...TRANSIT, transitGatewayRouteTables: tables };
    server.listsFor = (request) => new Map([...lists, ...transitLists(tunnels, request)]);
    expect((await read()).transitGatewayRouteTables).to.deep.equal(TRANSIT.transitGatewayRouteTables);
  });

  it("asks nothing for who is told of ways, of one region or of several accounts", async () => {
    route(TO_GATEWAY, TO_ENDPOINT);
    deny(...GATEWAY_ACTIONS, ...ENDPOINT_ACTIONS);
    const { access } = server;
    const sources: InventorySource[] = [
      { kind: "ec2", access, withoutWays: true },
      {
        ...{ kind: "accounts", onUnreadable: "stop", withoutWays: true },
        accounts: [{ region: access.region, access }],
      },
    ];
    for (const source of sources) {
      expect(await readInventory(source, tell)).to.not.have.any.keys(PARTS);
    }
    expect(said).to.deep.equal([]);
  });

  it("asks of each kind only where a route leads to it", async () => {
    route(TO_ENDPOINT);
    expect(await read()).to.not.have.any.keys(["transitGatewayAttachments", "transitGatewayRouteTables"]);
    expect(asked(GATEWAY_ACTIONS)).to.deep.equal([]);
    expect(asked(ENDPOINT_ACTIONS)).to.deep.equal(ENDPOINT_ACTIONS);
  });

  it("reads a table's routes in pages, and doesn't know one of which AWS gives a part", async () => {
    route(TO_GATEWAY);
    server.largestPage = 2;
    const routesOf = ({ transitGatewayRouteTables = [] }: Inventory) =>
      transitGatewayRouteTables.find(({ id }) => id === "tgw-rtb-1")?.routes;
    expect(routesOf(await read())).to.have.length(3);
    server.perform = ({ action, form }) =>
      action === "SearchTransitGatewayRoutes" && form.get("TransitGatewayRouteTableId") === "tgw-rtb-1"
        ? {
            routeSet: [{ destinationCidrBlock: "10.1.0.0/16", state: "active", type: "static" }],
            additionalRoutesAvailable: true,
          }
        : undefined;
    expect(routesOf(await read())).to.equal(undefined);
  });

  it("says once what may not be read, with every right that lacks, and goes on", async () => {
    route(TO_GATEWAY, TO_ENDPOINT);
    deny(...GATEWAY_ACTIONS, "DescribeVpcEndpointServiceConfigurations");
    const inventory = await read();
    expect(inventory).to.not.have.any.keys([
      "transitGatewayAttachments",
      "transitGatewayRouteTables",
      "endpointServices",
    ]);
    expect(inventory.gatewayLoadBalancerEndpoints).to.deep.equal(TRANSIT.gatewayLoadBalancerEndpoints);
    expect(said).to.have.length(2);
    expect(said[0])
      .to.include("Where transit gateways lead is not known")
      .and.include("Allow ec2:DescribeTransitGatewayAttachments")
      .and.include(
        "Denied, too: ec2:DescribeTransitGatewayRouteTables, ec2:DescribeTransitGatewayVpcAttachments.",
      );
    expect(said[1]).to.include("Allow ec2:DescribeVpcEndpointServiceConfigurations");
  });

  it("knows a table without its routes where these may not be read", async () => {
    route(TO_GATEWAY);
    deny("SearchTransitGatewayRoutes");
    expect((await read()).transitGatewayRouteTables).to.deep.equal([
      { id: "tgw-rtb-1", transitGatewayId: "tgw-1" },
      { id: "tgw-rtb-2", transitGatewayId: "tgw-1" },
    ]);
    expect(said).to.have.length(1);
  });

  it("is all that the rules of a VPC behind a transit gateway need", async () => {
    const inventory = central();
    server.listsFor = ec2Of(inventory);
    const options = { ...OPTIONS, firewall: { ...NOTHING, networkInterfaceIds: ["eni-fa", "eni-fb"] } };
    const names = (known: Inventory) => mapInventory(known, options).rules.map(({ rule }) => rule);
    const found = names(await read());
    expect(found).to.have.length(3);
    expect(found).to.deep.equal(names(inventory));
    deny("SearchTransitGatewayRoutes");
    expect(names(await read())).to.deep.equal([]);
    expect(said.join()).to.include("Where transit gateways lead is not known");
  });

  it("stops where reading fails for another reason: what was behind the firewall must not go by a fault", async () => {
    route(TO_GATEWAY);
    server.refuse = ({ action }) =>
      action === "DescribeTransitGatewayRouteTables"
        ? { status: 400, code: "InternalError", message: "An internal error has occurred" }
        : undefined;
    const error: unknown = await read().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InventoryError);
    expect((error as InventoryError).message).to.include("transit gateway route tables");
  });

  it("keeps both sides of a peering between regions, which have one id", async () => {
    const peer = {
      id: "tgw-attach-p",
      resourceType: "peering",
      resourceOwnerId: NETWORK,
      state: "available",
    };
    const sides = [
      { ...peer, transitGatewayId: "tgw-1", resourceId: "tgw-2", routeTableId: "tgw-rtb-1" },
      { ...peer, transitGatewayId: "tgw-2", resourceId: "tgw-1" },
    ];
    const other = regionLists(SHOP, [{ id: "sg-2", port: 444, address: "10.0.2.1" }]);
    const [table = {}] = other.get("DescribeRouteTables") ?? [];
    other.set("DescribeRouteTables", [{ ...table, routeSet: [TO_GATEWAY] }]);
    route(TO_GATEWAY);
    server.accountOf = (accessKey) => (accessKey.includes(SHOP) ? SHOP : NETWORK);
    server.listsFor = ({ accessKey }) => {
      const [side, own] = accessKey.includes(SHOP) ? [sides[1], other] : [sides[0], lists];
      return new Map([...own, ...transitLists({ transitGatewayAttachments: [side!] })]);
    };
    const { access } = server;
    const assumeRoles = [{ roleArn: `arn:aws:iam::${SHOP}:role/reader` }];
    const accounts = [
      { region: access.region, access },
      { region: access.region, accountId: SHOP, access: { ...access, assumeRoles } },
    ];
    const inventory = await readInventory({ kind: "accounts", accounts, onUnreadable: "stop" }, tell);
    expect(inventory.transitGatewayAttachments).to.have.deep.members(sides);
    const turned = { ...inventory, transitGatewayAttachments: sides.toReversed() };
    expect(inventoryHash(turned)).to.equal(inventoryHash({ ...inventory, transitGatewayAttachments: sides }));
    const moved = sides.map((each, at) => (at === 0 ? { ...each, state: "deleting" } : each));
    expect(inventoryMoves(inventory, { ...inventory, transitGatewayAttachments: moved })).to.deep.equal([
      "transit gateway attachment tgw-attach-p has changed",
    ]);
  });

  it("puts together what several accounts know of one attachment", async () => {
    route(TO_GATEWAY);
    const [first, ...others] = TRANSIT.transitGatewayAttachments;
    const { routeTableId, subnetIds, applianceMode, ...known } = first!;
    const shop = new Map([
      ...regionLists(SHOP, [{ id: "sg-2", port: 444, address: "10.0.2.1" }]),
      ...transitLists({ transitGatewayAttachments: [{ ...known, subnetIds, applianceMode } as never] }),
    ]);
    const [table = {}] = shop.get("DescribeRouteTables") ?? [];
    shop.set("DescribeRouteTables", [{ ...table, routeSet: [TO_GATEWAY] }]);
    const network = {
      ...TRANSIT,
      transitGatewayAttachments: [{ ...known, routeTableId } as never, ...others],
    };
    server.accountOf = (accessKey) => (accessKey.includes(SHOP) ? SHOP : NETWORK);
    server.listsFor = (request) =>
      request.accessKey.includes(SHOP) ? shop : new Map([...lists, ...transitLists(network, request)]);
    const { access } = server;
    const assumeRoles = [{ roleArn: `arn:aws:iam::${SHOP}:role/reader` }];
    const { region } = access;
    const accounts = [
      { region, access },
      { region, accountId: SHOP, access: { ...access, assumeRoles } },
    ];
    const inventory = await readInventory({ kind: "accounts", accounts, onUnreadable: "stop" }, tell);
    expect(inventory.transitGatewayAttachments).to.deep.include({ ...first, subnetIds: ["subnet-1111"] });
    expect(inventory.transitGatewayRouteTables).to.deep.equal(TRANSIT.transitGatewayRouteTables);
  });
});
