/**
 * What uses interfaces of no instance, as AWS's documentation shows them, one of each way to be known. Written beside
 * the mapping's own table, and by exact values.
 */
import type { NetworkInterface } from "../../../inventory/types";

type Shown = Pick<NetworkInterface, "interfaceType" | "description" | "requesterId" | "instanceOwnerId">;

/** What one kind's interface shows, and whether it can carry a security group. */
export interface Service {
  kind: string;
  shown: Shown;
  isGroupless?: true;
  /** A list that names `other` means it as well: it had no kind of its own once. */
  wasOther?: true;
}

export const SERVICES: readonly Service[] = [
  {
    kind: "application_load_balancer",
    shown: {
      interfaceType: "interface",
      description: "ELB app/web/50dc6c495c0c9188",
      requesterId: "amazon-elb",
    },
  },
  {
    kind: "network_load_balancer",
    shown: { interfaceType: "network_load_balancer", description: "ELB net/edge/50dc6c495c0c9188" },
  },
  { kind: "classic_load_balancer", shown: { description: "ELB my-classic", requesterId: "amazon-elb" } },
  { kind: "rds", shown: { description: "RDSNetworkInterface", instanceOwnerId: "amazon-rds" } },
  { kind: "rds", shown: { interfaceType: "interface", requesterId: "amazon-rds" } },
  { kind: "elasticache", shown: { description: "ElastiCache cart-001", requesterId: "amazon-elasticache" } },
  { kind: "redshift", shown: { description: "RedshiftNetworkInterface" } },
  { kind: "opensearch", shown: { description: "ES logs" } },
  { kind: "dax", shown: { description: "DAX cart-a" } },
  { kind: "dms", shown: { description: "DMSNetworkInterface" } },
  {
    kind: "msk",
    shown: {
      description:
        "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:eu-central-1:123456789012:cluster/k/0-2.",
    },
  },
  { kind: "efs", shown: { description: "EFS mount target for fs-1234567 (fsmt-1234567)" } },
  { kind: "efs", shown: { interfaceType: "efs" } },
  {
    kind: "efs",
    shown: { description: "Mount target fsmt-1234567 for file system fs-1234567" },
    wasOther: true,
  },
  { kind: "lambda", shown: { interfaceType: "lambda", description: "AWS Lambda VPC ENI-f-1" } },
  { kind: "ecs", shown: { description: "arn:aws:ecs:eu-central-1:123456789012:attachment/1" } },
  { kind: "branch", shown: { interfaceType: "branch", description: "aws-k8s-branch-eni" } },
  { kind: "eks", shown: { description: "Amazon EKS prod" } },
  { kind: "vpc_endpoint", shown: { interfaceType: "vpc_endpoint" } },
  {
    kind: "vpc_endpoint",
    shown: { description: "VPC Endpoint Interface: vpce-0f00567fa8477a1e6" },
    wasOther: true,
  },
  {
    kind: "resource_gateway",
    shown: { description: "Resource Gateway Interface rgw-0bba03f3d56060135" },
    wasOther: true,
  },
  {
    kind: "client_vpn",
    shown: { description: "ClientVPN Endpoint resource cvpn-endpoint-0123456789abcdef0" },
    wasOther: true,
  },
  {
    kind: "ec2_instance_connect_endpoint",
    shown: { interfaceType: "ec2_instance_connect_endpoint", description: "ours" },
  },
  {
    kind: "workspaces",
    shown: { description: "Created By Amazon Workspaces for AWS Account ID 123456789012" },
  },
  {
    kind: "directory_service",
    shown: { description: "AWS created network interface for directory d-0123456789" },
  },
  {
    kind: "route53_resolver",
    shown: { description: "Route 53 Resolver: rslvr-in-0123456789abcdef0:rni-0123456789abcdef0" },
  },
  { kind: "cloudhsm", shown: { description: "CloudHSM Managed Interface" } },
  { kind: "codebuild", shown: { description: "AWS CodeBuild network interface" } },
  { kind: "glue", shown: { description: "Attached to Glue using role: arn:aws:iam::123456789012:role/etl" } },
  {
    kind: "sagemaker",
    shown: { description: "[DO NOT DELETE] ENI managed by SageMaker for Studio Domain (d-0123456789ab)" },
  },
  { kind: "datasync", shown: { description: "datasync task-0123456789abcdef0" } },
  { kind: "quicksight", shown: { interfaceType: "quicksight" } },
  { kind: "api_gateway_managed", shown: { interfaceType: "api_gateway_managed" } },
  { kind: "global_accelerator_managed", shown: { interfaceType: "global_accelerator_managed" } },
  { kind: "iot_rules_managed", shown: { interfaceType: "iot_rules_managed" } },
  {
    kind: "aws_codestar_connections_managed",
    shown: { interfaceType: "aws_codestar_connections_managed" },
  },
  { kind: "evs", shown: { interfaceType: "evs" }, wasOther: true },
  { kind: "gateway_load_balancer", shown: { interfaceType: "gateway_load_balancer" }, isGroupless: true },
  {
    kind: "gateway_load_balancer_endpoint",
    shown: { interfaceType: "gateway_load_balancer_endpoint" },
    isGroupless: true,
  },
  { kind: "nat_gateway", shown: { interfaceType: "nat_gateway" }, isGroupless: true },
  { kind: "transit_gateway", shown: { interfaceType: "transit_gateway" }, isGroupless: true },
  { kind: "other", shown: { interfaceType: "made_tomorrow", description: "RDSNetworkInterface" } },
  { kind: "other", shown: { description: "by hand: ELB app" } },
];

/** The kinds that the options may name. */
export const NAMEABLE = [
  ...new Set(SERVICES.filter(({ isGroupless }) => !isGroupless).map(({ kind }) => kind)),
];
