/**
 * What a network interface without an instance is for. The EC2 user guide ("Requester-managed network interfaces") names
 * the interface's type and its description as what tells it. Types are those of the EC2 API reference (NetworkInterface)
 * and of its answers; descriptions are what the services write, from their documentation where a row says so, otherwise
 * as Cloud Custodian's table for flow logs has them (tools/c7n_mailer and c7n's "eni" filters) and recorded answers show.
 *
 * Who makes an interface of their own chooses its description, so nothing is believed because of it but the kind that
 * it is counted as. What it may take in is what its groups say, whatever it is.
 */
/** A kind, and how it is known: by a type of EC2's, or by who asked for it and what is written on it. */
interface KnownKind {
  kind: string;
  /** EC2's types that mean it. */
  types?: readonly string[];
  /** Of those of type "interface". */
  description?: RegExp;
  /** As `description`, where AWS's own name is given. */
  requester?: string;
  /** It never carries a security group, so there is no permission to make a rule of. */
  carriesNoGroup?: true;
  /** It was `other` before this row came: a list that names `other` goes on meaning it, or its rules would go. */
  wasOther?: true;
}

const KNOWN = [
  // Elastic Load Balancing user guide: "ELB app/name/id", "ELB net/…", "ELB gwy/…"; classic ones "ELB name".
  { kind: "application_load_balancer", description: /^ELB app\// },
  { kind: "network_load_balancer", types: ["network_load_balancer"], description: /^ELB net\// },
  // Gateway Load Balancers guide: they have no security groups, nor have their endpoints (AWS PrivateLink guide).
  {
    kind: "gateway_load_balancer",
    types: ["gateway_load_balancer"],
    description: /^ELB gwy\//,
    carriesNoGroup: true,
  },
  {
    kind: "gateway_load_balancer_endpoint",
    types: ["gateway_load_balancer_endpoint"],
    carriesNoGroup: true,
  },
  { kind: "classic_load_balancer", types: ["load_balancer"], description: /^ELB [^/]+$/ },
  // RDS, Aurora, Neptune and DocumentDB alike, and RDS Proxy.
  {
    kind: "rds",
    requester: "amazon-rds",
    description: /^(RDSNetworkInterface$|Network interface for DBProxy\b)/,
  },
  { kind: "elasticache", requester: "amazon-elasticache", description: /^ElastiCache[ +]/ },
  { kind: "redshift", requester: "amazon-redshift", description: /^RedshiftNetworkInterface$/ },
  { kind: "dax", description: /^DAX / },
  { kind: "dms", description: /^DMSNetworkInterface$/ },
  { kind: "opensearch", requester: "amazon-elasticsearch", description: /^ES / },
  { kind: "msk", description: /^DO NOT DELETE - Amazon MSK network interface\b/ },
  // EFS user guide, CloudTrail: "EFS mount target for fs-… (fsmt-…)"; its API reference, CreateMountTarget: the other one.
  { kind: "efs", types: ["efs"], description: /^EFS mount target for / },
  { kind: "efs", description: /^Mount target fsmt-\w+ for file system fs-/, wasOther: true },
  // Lambda developer guide: "AWS Lambda VPC ENI-function-id"; functions with the same subnet and groups share one.
  { kind: "lambda", types: ["lambda"], description: /^AWS Lambda VPC ENI/ },
  // Tasks of Fargate: those on instances have an instance. The description is the attachment's ARN.
  { kind: "ecs", description: /^arn:aws[\w-]*:ecs:/ },
  // Pods with their own groups (EKS best practices: "aws-k8s-branch-eni"), and tasks on instances with ENI trunking.
  { kind: "branch", types: ["branch"], description: /^aws-k8s-branch-eni$/ },
  // EKS user guide, networking requirements: those of the cluster's control plane, "Amazon EKS cluster".
  { kind: "eks", description: /^Amazon EKS / },
  { kind: "vpc_endpoint", types: ["vpc_endpoint"], description: /^VPC Endpoint Interface / },
  // Both forms as the EC2 user guide's list of requester-managed interfaces has them.
  { kind: "vpc_endpoint", description: /^VPC Endpoint Interface: vpce-/, wasOther: true },
  // VPC Lattice's way into a VPC, with groups for what it sends on (VPC Lattice user guide, "Resource gateways").
  { kind: "resource_gateway", description: /^Resource Gateway Interface rgw-/, wasOther: true },
  { kind: "client_vpn", description: /^ClientVPN Endpoint resource\b/, wasOther: true },
  {
    kind: "ec2_instance_connect_endpoint",
    types: ["ec2_instance_connect_endpoint"],
    description: /^EC2 Instance Connect Endpoint /,
  },
  // VPC user guide: a NAT gateway can't have a security group. The SDK's model spells its type natGateway.
  {
    kind: "nat_gateway",
    types: ["nat_gateway", "natGateway"],
    description: /^Interface for NAT Gateway /,
    carriesNoGroup: true,
  },
  {
    kind: "transit_gateway",
    types: ["transit_gateway"],
    description: /^Network Interface for Transit Gateway Attachment /,
    carriesNoGroup: true,
  },
  { kind: "workspaces", description: /^Created By Amazon Work[Ss]paces for AWS Account ID / },
  // Directory Service administration guide: "AWS created network interface for directory d-…".
  { kind: "directory_service", description: /^AWS created network interface for directory / },
  { kind: "route53_resolver", description: /^Route 53 Resolver: / },
  { kind: "cloudhsm", description: /^CloudH[Ss][Mm] (ENI|Managed Interface)/ },
  { kind: "codebuild", description: /^AWS CodeBuild/ },
  { kind: "glue", description: /^Attached to Glue using role: / },
  { kind: "sagemaker", description: /^\[(DO NOT DELETE|Do not delete)\] .*SageMaker/ },
  { kind: "datasync", description: /^datasync /i },
  { kind: "api_gateway_managed", types: ["api_gateway_managed"], description: /^ENI managed by APIGateway/ },
  { kind: "global_accelerator_managed", types: ["global_accelerator_managed"] },
  { kind: "quicksight", types: ["quicksight"] },
  // Elastic VMware Service; a type of EC2's since 2025 (API reference, DescribeNetworkInterfaces).
  { kind: "evs", types: ["evs"], wasOther: true },
  { kind: "iot_rules_managed", types: ["iot_rules_managed"] },
  {
    kind: "aws_codestar_connections_managed",
    types: ["aws_codestar_connections_managed"],
    description: /^AWS CodeStar Connections/,
  },
] as const satisfies readonly KnownKind[];

/** `other`: what no row knows, or of which neither type nor description was seen. */
export type InterfaceKind = (typeof KNOWN)[number]["kind"] | typeof OTHER;

const OTHER = "other";

/** Kinds that can carry a security group: those that a setting can name. */
export const KINDS: readonly InterfaceKind[] = [
  ...new Set(KNOWN.filter((each: KnownKind) => each.carriesNoGroup !== true).map(({ kind }) => kind)),
  OTHER,
];

/** Kinds to which no rule can lead. */
export const KINDS_WITHOUT_GROUPS: readonly InterfaceKind[] = KNOWN.filter(
  (each: KnownKind) => each.carriesNoGroup === true,
).map(({ kind }) => kind);

/** What of an interface says what it is for, as EC2's DescribeNetworkInterfaces names it. */
interface Described {
  interfaceType?: string;
  requesterId?: string;
  description?: string;
  /** What carries one is none of those that never do, whoever wrote so on it. */
  securityGroupIds?: readonly string[];
}

/** What an interface is for that is no instance's. EC2's type decides, where it says more than "interface". */
export function kindOf(described: Described): InterfaceKind {
  return rowOf(described)?.kind ?? OTHER;
}

/** The kinds by which a list means it. */
export function namesOf(described: Described): readonly InterfaceKind[] {
  const row = rowOf(described);
  if (row === undefined) return [OTHER];
  return row.wasOther ? [row.kind, OTHER] : [row.kind];
}

function rowOf({
  interfaceType = "interface",
  requesterId,
  description = "",
  securityGroupIds = [],
}: Described) {
  const rows: readonly (KnownKind & { kind: InterfaceKind })[] = KNOWN;
  return rows.find((row) => {
    if (row.carriesNoGroup && securityGroupIds.length > 0) return false;
    if (interfaceType !== "interface") return row.types?.includes(interfaceType) === true;
    return (
      row.description?.test(description) === true ||
      (row.requester !== undefined && row.requester === requesterId)
    );
  });
}
