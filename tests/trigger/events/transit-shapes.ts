import { IDS } from "../../support/cloudtrail";
import type { Shape } from "./shapes";

const { transitGateway, transitTable, transitAttachment, prefixList, subnet, vpc, service } = IDS;

/** These calls' requests stand in an object that is named after them, with names in capitals. */
const requested = (call: string, request: Record<string, unknown>, subjects: string[]): Shape => ({
  call,
  request: { [`${call}Request`]: request },
  subjects,
});

const route = {
  DestinationCidrBlock: "10.9.0.0/16",
  TransitGatewayRouteTableId: transitTable,
  TransitGatewayAttachmentId: transitAttachment,
};
const ofTable = {
  TransitGatewayAttachmentId: transitAttachment,
  TransitGatewayRouteTableId: transitTable,
};
const reference = { ...ofTable, PrefixListId: prefixList };

/** One for every call on transit gateways and endpoint services that counts. */
export const TRANSIT_SHAPES: Shape[] = [
  requested("CreateTransitGatewayRoute", route, [transitTable, transitAttachment]),
  requested("ReplaceTransitGatewayRoute", route, [transitTable, transitAttachment]),
  requested(
    "DeleteTransitGatewayRoute",
    { TransitGatewayRouteTableId: transitTable, DestinationCidrBlock: "10.9.0.0/16" },
    [transitTable],
  ),
  requested("CreateTransitGatewayPrefixListReference", reference, [
    transitTable,
    transitAttachment,
    prefixList,
  ]),
  requested("ModifyTransitGatewayPrefixListReference", reference, [
    transitTable,
    transitAttachment,
    prefixList,
  ]),
  requested(
    "DeleteTransitGatewayPrefixListReference",
    { TransitGatewayRouteTableId: transitTable, PrefixListId: prefixList },
    [transitTable, prefixList],
  ),
  requested("EnableTransitGatewayRouteTablePropagation", ofTable, [transitTable, transitAttachment]),
  requested("DisableTransitGatewayRouteTablePropagation", ofTable, [transitTable, transitAttachment]),
  requested("AssociateTransitGatewayRouteTable", ofTable, [transitTable, transitAttachment]),
  requested("DisassociateTransitGatewayRouteTable", ofTable, [transitTable, transitAttachment]),
  requested("DeleteTransitGatewayRouteTable", { TransitGatewayRouteTableId: transitTable }, [transitTable]),
  {
    ...requested(
      "CreateTransitGatewayVpcAttachment",
      {
        VpcId: vpc,
        TransitGatewayId: transitGateway,
        SubnetIds: { tag: 1, content: subnet },
        Options: { ApplianceModeSupport: "enable" },
      },
      [vpc, transitGateway, subnet, transitAttachment],
    ),
    answer: {
      CreateTransitGatewayVpcAttachmentResponse: {
        transitGatewayVpcAttachment: { transitGatewayAttachmentId: transitAttachment, state: "pending" },
      },
    },
  },
  requested("AcceptTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: transitAttachment }, [
    transitAttachment,
  ]),
  requested("ModifyTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: transitAttachment }, [
    transitAttachment,
  ]),
  requested("DeleteTransitGatewayVpcAttachment", { TransitGatewayAttachmentId: transitAttachment }, [
    transitAttachment,
  ]),
  requested("AcceptTransitGatewayPeeringAttachment", { TransitGatewayAttachmentId: transitAttachment }, [
    transitAttachment,
  ]),
  requested("DeleteTransitGatewayPeeringAttachment", { TransitGatewayAttachmentId: transitAttachment }, [
    transitAttachment,
  ]),
  requested("ModifyVpcEndpointServiceConfiguration", { ServiceId: service }, [service]),
];
