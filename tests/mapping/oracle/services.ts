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
  { kind: "efs", shown: { description: "EFS mount target for fs-1234567 (fsmt-1234567)" } },
  { kind: "lambda", shown: { interfaceType: "lambda", description: "AWS Lambda VPC ENI-f-1" } },
  { kind: "ecs", shown: { description: "arn:aws:ecs:eu-central-1:123456789012:attachment/1" } },
  { kind: "branch", shown: { interfaceType: "branch", description: "aws-k8s-branch-eni" } },
  { kind: "eks", shown: { description: "Amazon EKS prod" } },
  { kind: "vpc_endpoint", shown: { interfaceType: "vpc_endpoint" } },
  {
    kind: "workspaces",
    shown: { description: "Created By Amazon Workspaces for AWS Account ID 123456789012" },
  },
  { kind: "quicksight", shown: { interfaceType: "quicksight" } },
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
