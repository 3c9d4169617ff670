import type { TransitGatewayAttachment, TransitGatewayRoute } from "../../inventory/transit";
import type { Inventory, Route, Subnet } from "../../inventory/types";
import { networkInterface, securityGroup } from "../mapping/fixtures";

const attached = (
  name: string,
  changes: Partial<TransitGatewayAttachment> = {},
): TransitGatewayAttachment => ({
  id: `tgw-attach-${name}`,
  transitGatewayId: "tgw-1",
  resourceType: "vpc",
  resourceId: `vpc-${name}`,
  state: "available",
  routeTableId: "tgw-rtb-spokes",
  subnetIds: [`subnet-${name}`],
  ...changes,
});
export const to = (
  destinationCidrBlock: string,
  name: string | undefined,
  changes: Partial<TransitGatewayRoute> = {},
): TransitGatewayRoute => ({
  destinationCidrBlock,
  attachmentIds: name === undefined ? [] : [`tgw-attach-${name}`],
  state: name === undefined ? "blackhole" : "active",
  type: "static",
  ...changes,
});
export const own = (name: string, number: number) => to(`10.${number}.0.0/16`, name, { type: "propagated" });
const subnet = (id: string, vpc: string, number: number, routeTableId = `rtb-${vpc}`): Subnet => ({
  ...{ id: `subnet-${id}`, vpcId: `vpc-${vpc}`, routeTableId, cidrBlock: `10.${number}.1.0/24` },
});

/**
 * Two spokes, a and b, and the firewall's VPC f: what leaves a spoke comes to the firewall, whose VPC's table leads back.
 */
export function central(): Inventory &
  Required<Pick<Inventory, "transitGatewayAttachments" | "transitGatewayRouteTables">> {
  const usual: Route = { destinationCidrBlock: "0.0.0.0/0", transitGatewayId: "tgw-1", state: "active" };
  return {
    format: 1,
    complete: true,
    vpcs: [
      { id: "vpc-a", cidrBlocks: ["10.1.0.0/16"], ipv6CidrBlocks: [] },
      { id: "vpc-b", cidrBlocks: ["10.2.0.0/16"], ipv6CidrBlocks: [] },
      { id: "vpc-f", cidrBlocks: ["10.9.0.0/16"], ipv6CidrBlocks: [] },
    ],
    subnets: [
      subnet("a", "a", 1),
      subnet("b", "b", 2),
      subnet("fa", "f", 9, "rtb-fa"),
      subnet("fb", "f", 9, "rtb-fb"),
    ],
    routeTables: [
      { id: "rtb-a", vpcId: "vpc-a", routes: [usual] },
      { id: "rtb-b", vpcId: "vpc-b", routes: [usual] },
      ...["fa", "fb"].map((each) => ({
        id: `rtb-${each}`,
        vpcId: "vpc-f",
        routes: [{ destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: `eni-${each}` }],
      })),
    ],
    instances: [{ id: "i-a", state: "running" }],
    networkInterfaces: [
      networkInterface({
        id: "eni-a",
        instanceId: "i-a",
        subnetId: "subnet-a",
        vpcId: "vpc-a",
        privateIpAddresses: ["10.1.1.10"],
        ipv6Addresses: [],
      }),
    ],
    securityGroups: [
      securityGroup([
        { cidrIpv4: "198.51.100.0/24" },
        { cidrIpv4: "10.2.0.0/16", fromPort: 22, toPort: 22 },
        { cidrIpv4: "172.16.0.0/12", fromPort: 25, toPort: 25 },
      ]),
    ],
    prefixLists: [],
    transitGatewayAttachments: [
      attached("a"),
      attached("b"),
      attached("f", {
        routeTableId: "tgw-rtb-firewall",
        subnetIds: ["subnet-fa", "subnet-fb"],
        applianceMode: true,
      }),
      attached("vpn", { resourceType: "vpn", resourceId: "vpn-1" }),
    ],
    transitGatewayRouteTables: [
      { id: "tgw-rtb-spokes", transitGatewayId: "tgw-1", routes: [to("0.0.0.0/0", "f")] },
      {
        id: "tgw-rtb-firewall",
        transitGatewayId: "tgw-1",
        routes: [own("a", 1), own("b", 2), to("172.16.0.0/12", "vpn", { type: "propagated" })],
      },
    ],
  };
}
