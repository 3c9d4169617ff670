import { accountId, id } from "./grammar";
import { anyText, boolean, list, object, oneOf, quoted, set, text } from "./shape";
import { isCidr, isNetwork, networkOf } from "./cidr";
import type { Shape } from "./shape";
import type {
  EndpointService,
  GatewayLoadBalancerEndpoint,
  TransitGatewayAttachment,
  TransitGatewayRoute,
  TransitGatewayRouteTable,
} from "./transit";

const transitGatewayAttachment = object<TransitGatewayAttachment>(
  {
    id: id("tgw-attach"),
    transitGatewayId: id("tgw"),
    resourceType: anyText,
    resourceId: anyText,
    resourceOwnerId: accountId,
    state: anyText,
    routeTableId: id("tgw-rtb"),
    subnetIds: set(id("subnet")),
    applianceMode: boolean,
  },
  ["resourceId", "resourceOwnerId", "routeTableId", "subnetIds", "applianceMode"],
);

const isEither = text("a CIDR", "10.0.0.0/8", (value) => isCidr(value, 4) || isCidr(value, 6));

const network: Shape<string> = (value, path, problems) => {
  const right = isEither(value, path, problems);
  return right === null || isNetwork(right)
    ? right
    : problems.add(path, `${quoted(right)} has bits set beyond its prefix; write "${networkOf(right)}"`);
};

const transitGatewayRoute = object<TransitGatewayRoute>({
  destinationCidrBlock: network,
  attachmentIds: set(id("tgw-attach")),
  state: oneOf("active", "blackhole"),
  type: oneOf("static", "propagated"),
});

const transitGatewayRouteTable = object<TransitGatewayRouteTable>(
  { id: id("tgw-rtb"), transitGatewayId: id("tgw"), routes: list(transitGatewayRoute) },
  ["routes"],
);

const gatewayLoadBalancerEndpoint = object<GatewayLoadBalancerEndpoint>({
  id: id("vpce"),
  vpcId: id("vpc"),
  serviceName: anyText,
});

const endpointService = object<EndpointService>({ id: anyText, gatewayLoadBalancerArns: set(anyText) });

/** The parts of an inventory that may be absent. */
export const transit = {
  transitGatewayAttachments: list(transitGatewayAttachment),
  transitGatewayRouteTables: list(transitGatewayRouteTable),
  gatewayLoadBalancerEndpoints: list(gatewayLoadBalancerEndpoint),
  endpointServices: list(endpointService),
};

export const TRANSIT = [
  "transitGatewayAttachments",
  "transitGatewayRouteTables",
  "gatewayLoadBalancerEndpoints",
  "endpointServices",
] as const;
