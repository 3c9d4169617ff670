/** Route tables from what AWS answered. */
import type { RouteAnswer, RouteTableAnswer } from "./answers";
import { networkOf } from "./cidr";
import { place } from "./place";
import { faultOf } from "./shape";
import { route as readableRoute } from "./shapes-network";
import { given } from "../lib/records";
import type { Route, RouteOrigin, RouteTable } from "./types";

/** A table with its routes. One that can't be read stands apart, in words. */
export function routeTable(answer: RouteTableAnswer): RouteTable {
  const { id, vpcId, routes = [], associations, tags } = answer;
  const gatewayIds = (associations ?? []).flatMap(({ gatewayId }) => (gatewayId ? [gatewayId] : []));
  const read = routes.map(route).map((each) => ({ each, fault: faultOf(readableRoute, each) }));
  const unreadableRoutes = read.flatMap(({ fault }) => fault ?? []);
  return {
    id,
    ...place(answer),
    vpcId,
    routes: read.flatMap(({ each, fault }) => (fault === undefined ? [each] : [])),
    ...(unreadableRoutes.length > 0 && { unreadableRoutes }),
    gatewayIds: [...new Set(gatewayIds)],
    tags: tags ?? {},
  };
}

function route(answer: RouteAnswer): Route {
  const { cidrBlock, ipv6CidrBlock, destinationPrefixListId } = answer;
  return given({
    destinationCidrBlock: cidrBlock ? networkOf(cidrBlock) : undefined,
    destinationIpv6CidrBlock: ipv6CidrBlock ? networkOf(ipv6CidrBlock) : undefined,
    destinationPrefixListId: destinationPrefixListId || undefined,
    carrierGatewayId: answer.carrierGatewayId || undefined,
    coreNetworkArn: answer.coreNetworkArn || undefined,
    egressOnlyInternetGatewayId: answer.egressOnlyGatewayId || undefined,
    gatewayId: answer.gatewayId || undefined,
    instanceId: answer.instanceId || undefined,
    localGatewayId: answer.localGatewayId || undefined,
    natGatewayId: answer.natGatewayId || undefined,
    networkInterfaceId: answer.networkInterfaceId || undefined,
    odbNetworkArn: answer.odbNetworkArn || undefined,
    transitGatewayId: answer.transitGatewayId || undefined,
    vpcEndpointId: answer.vpcEndpointId || undefined,
    vpcPeeringConnectionId: answer.vpcPeeringConnectionId || undefined,
    state: answer.state as Route["state"],
    origin: answer.origin as RouteOrigin | undefined,
  });
}
