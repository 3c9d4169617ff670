import {
  paginateDescribeRouteTables,
  paginateDescribeSubnets,
  paginateDescribeVpcPeeringConnections,
  paginateDescribeVpcs,
} from "@aws-sdk/client-ec2";
import { InventoryError } from "../errors";
import { denied, unknown } from "./denied";
import { peeringAnswer, routeTableAnswer, subnetAnswer, vpcAnswer } from "./network";
import { PAGE, SMALL_PAGE, type Ec2Reader } from "./reader";
import { readTransit } from "./transit";

/** Reads VPCs, their subnets and route tables, and what leads out of them: peerings, transit gateways, endpoints. */
export async function readNetwork(reader: Ec2Reader, withoutWays?: true) {
  const [vpcs, subnets, routeTables, peerings] = await Promise.all([
    reader.list({ what: "VPCs", action: "DescribeVpcs" }, paginateDescribeVpcs, {
      input: {},
      pageSize: PAGE,
      items: (page) => page.Vpcs,
    }),
    reader.list({ what: "subnets", action: "DescribeSubnets" }, paginateDescribeSubnets, {
      input: {},
      pageSize: PAGE,
      items: (page) => page.Subnets,
    }),
    reader.list({ what: "route tables", action: "DescribeRouteTables" }, paginateDescribeRouteTables, {
      input: {},
      pageSize: SMALL_PAGE,
      items: (page) => page.RouteTables,
    }),
    // Only expanded references need them, and older policies for readers don't allow it. Anything but a denial
    // passes: then references that were expanded yesterday must not go.
    reader.optionalList(
      { what: "VPC peerings", action: "DescribeVpcPeeringConnections" },
      paginateDescribeVpcPeeringConnections,
      { input: {}, pageSize: PAGE, items: (page) => page.VpcPeeringConnections },
    ),
  ]);
  if (peerings instanceof InventoryError && peerings.code !== "ACCESS_DENIED") throw peerings;
  const subnetIds = new Map(vpcs.map(({ VpcId = "" }) => [VpcId, [] as string[]]));
  for (const { VpcId = "", SubnetId = "" } of subnets) subnetIds.get(VpcId)?.push(SubnetId);
  const tables = routeTables.map(routeTableAnswer);
  const { transit, warnings, denials } = withoutWays
    ? { transit: {}, warnings: [], denials: [] }
    : await readTransit(reader, tables);
  return {
    vpcs: vpcs.map(vpcAnswer),
    subnetIds,
    subnets: subnets.map(subnetAnswer),
    routeTables: tables,
    ...transit,
    ...(!(peerings instanceof Error) && { vpcPeeringConnections: peerings.flatMap(peeringAnswer) }),
    denials: [...denied(peerings), ...denials],
    networkWarnings: [...unknown(denied(peerings), "Which VPCs are peered is not known"), ...warnings],
  };
}
