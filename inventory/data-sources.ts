import { invoke } from "@pulumi/pulumi/runtime/invoke";
import type * as answers from "./answers";

/**
 * The AWS provider's version, that of @pulumi/aws in the trigger's package. That package is not the main program's:
 * the CLI wants the plugins of all packages that a program has, on every run, and this one's only where data sources
 * are asked. Its functions do what `ask` does, no more.
 */
export const AWS_PROVIDER = "7.48.0";

/** Asks the data source with this token ("aws:ec2/getVpc:getVpc"). */
function ask<Arguments extends object, Answer>(token: string): (args: Arguments) => Promise<Answer> {
  return (args) => invoke(token, { ...args }, { version: AWS_PROVIDER }) as Promise<Answer>;
}

/** A data source of the AWS provider, and what asking it costs. */
export interface DataSource<Arguments, Answer> {
  call: (args: Arguments) => Promise<Answer>;
  /** What it reads, for a person: "VPC", "the list of VPCs". */
  what: string;
  /** The IAM actions behind one question (the provider's source), each as often as it is called. */
  actions: string[];
  /** Further calls that only the answer tells of. */
  further?: (answer: Answer) => { action: string; calls: number };
  /** The provider's plugin shows an error of this one by itself, also where it is none for us. */
  tellsErrors?: true;
  /** EC2's error code for a single object that isn't there (any more). */
  notFound?: string;
}

type Filters = { name: string; values: string[] }[];
interface Listed {
  region?: string;
  filters?: Filters;
}

/** Identity needs no permission, and STS no pacing; the account's id is worth one call. */
export const callerIdentity: DataSource<object, answers.CallerIdentityAnswer> = {
  call: ask("aws:index/getCallerIdentity:getCallerIdentity"),
  what: "the account's id",
  actions: ["sts:GetCallerIdentity"],
};

export const instances: DataSource<Listed & { instanceStateNames: string[] }, answers.ListAnswer> = {
  call: ask("aws:ec2/getInstances:getInstances"),
  what: "the list of instances",
  actions: ["ec2:DescribeInstances"],
};

export const vpcs: DataSource<Listed, answers.ListAnswer> = {
  call: ask("aws:ec2/getVpcs:getVpcs"),
  what: "the list of VPCs",
  actions: ["ec2:DescribeVpcs"],
};

export const oneVpc: DataSource<Listed & { id: string }, answers.VpcAnswer> = {
  call: ask("aws:ec2/getVpc:getVpc"),
  what: "VPC",
  // One for each of three attributes, and one for the main route table.
  actions: [
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeRouteTables",
  ],
  notFound: "InvalidVpcID.NotFound",
};

export const subnets: DataSource<Listed, answers.ListAnswer> = {
  call: ask("aws:ec2/getSubnets:getSubnets"),
  what: "the list of subnets",
  actions: ["ec2:DescribeSubnets"],
};

export const oneSubnet: DataSource<Listed & { id: string }, answers.SubnetAnswer> = {
  call: ask("aws:ec2/getSubnet:getSubnet"),
  what: "subnet",
  actions: ["ec2:DescribeSubnets"],
  notFound: "InvalidSubnetID.NotFound",
};

export const routeTables: DataSource<Listed, answers.ListAnswer> = {
  call: ask("aws:ec2/getRouteTables:getRouteTables"),
  what: "the list of route tables",
  actions: ["ec2:DescribeRouteTables"],
};

export const oneRouteTable: DataSource<Listed & { routeTableId: string }, answers.RouteTableAnswer> = {
  call: ask("aws:ec2/getRouteTable:getRouteTable"),
  what: "route table",
  actions: ["ec2:DescribeRouteTables"],
  // The provider looks at the owner of every interface that a route names.
  further: ({ routes }) => ({
    action: "ec2:DescribeNetworkInterfaces",
    calls: (routes ?? []).filter((route) => route.networkInterfaceId).length,
  }),
  notFound: "InvalidRouteTableID.NotFound",
};

export const networkInterfaces: DataSource<Listed, answers.ListAnswer> = {
  call: ask("aws:ec2/getNetworkInterfaces:getNetworkInterfaces"),
  what: "the list of network interfaces",
  actions: ["ec2:DescribeNetworkInterfaces"],
};

export const oneNetworkInterface: DataSource<Listed & { id: string }, answers.NetworkInterfaceAnswer> = {
  call: ask("aws:ec2/getNetworkInterface:getNetworkInterface"),
  what: "network interface",
  actions: ["ec2:DescribeNetworkInterfaces"],
  notFound: "InvalidNetworkInterfaceID.NotFound",
};

/** Without its rules: those are `securityGroupRules`. */
export const oneSecurityGroup: DataSource<Listed, answers.SecurityGroupAnswer> = {
  call: ask("aws:ec2/getSecurityGroup:getSecurityGroup"),
  what: "security group",
  actions: ["ec2:DescribeSecurityGroups"],
  notFound: "InvalidGroup.NotFound",
};

/** Ingress and egress alike: EC2 has no filter that tells them apart. */
export const securityGroupRules: DataSource<Listed, answers.ListAnswer> = {
  call: ask("aws:vpc/getSecurityGroupRules:getSecurityGroupRules"),
  what: "the list of security-group rules",
  actions: ["ec2:DescribeSecurityGroupRules"],
};

export const oneSecurityGroupRule: DataSource<
  Listed & { securityGroupRuleId: string },
  answers.SecurityGroupRuleAnswer
> = {
  call: ask("aws:vpc/getSecurityGroupRule:getSecurityGroupRule"),
  what: "security-group rule",
  actions: ["ec2:DescribeSecurityGroupRules"],
  // Of the data sources here, the only one that is made with Terraform's newer framework.
  tellsErrors: true,
  notFound: "InvalidSecurityGroupRuleId.NotFound",
};

export const onePrefixList: DataSource<Listed & { id: string }, answers.PrefixListAnswer> = {
  call: ask("aws:ec2/getManagedPrefixList:getManagedPrefixList"),
  what: "prefix list",
  actions: ["ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"],
  // The provider reads entries a hundred at a time.
  further: ({ entries }) => ({
    action: "ec2:GetManagedPrefixListEntries",
    calls: Math.floor((entries ?? []).length / 100),
  }),
  notFound: "InvalidPrefixListID.NotFound",
};
