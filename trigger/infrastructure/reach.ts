import type { MappingOptions } from "../../mapping/types";
import type { TriggerSettings } from "../settings";

/** A route, as far as it says where traffic to AWS goes. */
export interface Route {
  /** A CIDR, or a prefix list's id. */
  destination: string;
  networkInterfaceId?: string;
  instanceId?: string;
  vpcEndpointId?: string;
  natGatewayId?: string;
  /** Whatever else it leads to: an internet gateway, a transit gateway, `local`. */
  otherId?: string;
}

export interface RouteTable {
  id: string;
  main: boolean;
  subnetIds: string[];
  routes: Route[];
}

/** What was read of the VPC that the runner is to have interfaces in. */
export interface VpcReading {
  vpcId: string;
  region: string;
  subnetIds: string[];
  routeTables: RouteTable[];
  natGateways: { id: string; subnetId: string }[];
  /** By service, as its name ends: `sqs`. Gateways with the route tables that lead to them. */
  endpoints: { service: string; kind: "Interface" | "Gateway"; routeTableIds: string[] }[];
}

/** Something that the runner has to reach. */
export interface Need {
  /** How the name of its endpoint ends; undefined: there can be none, it takes a NAT gateway. */
  service: string | undefined;
  what: string;
}

/** Whether the runner gets there, and what its security group has to let out. */
export interface Reach {
  /** What keeps it from working, each with the id of what is to be changed. */
  problems: string[];
  /** What can't be seen from here. */
  notes: string[];
  /** Some of what it needs is not within the VPC. */
  leavesTheVpc: boolean;
}

/** What a run needs beside the firewall's management, given where it runs and what it reads. */
export function needsOf(settings: TriggerSettings, region: string): Need[] {
  const { runner, backend, main, secrets, kmsKeyArn } = settings;
  const ofAws = (service: string, what: string): Need => ({ service, what });
  const others = [...new Set(main.regions)].filter((each) => each !== region);
  return [
    ofAws("ec2", "EC2, to read the inventory"),
    ofAws("sts", "STS, for identities and other accounts' roles"),
    ofAws("s3", "S3, for the ledger and the state"),
    ofAws("sqs", "SQS, for a second look and retries"),
    ofAws("sns", "SNS, to tell a person"),
    ...(secrets.length > 0 || main.keySecrets.length > 0
      ? [ofAws("secretsmanager", "Secrets Manager, for the run's secrets")]
      : []),
    ...(kmsKeyArn === undefined ? [] : [ofAws("kms", "KMS, for the stack's secrets")]),
    // Lambda pulls and logs from its own network; a build does both from the VPC.
    ...(runner === "codebuild"
      ? [
          ofAws("logs", "CloudWatch Logs, for the build's log"),
          ofAws("ecr.api", "ECR, to log in to the registry"),
          ofAws("ecr.dkr", "ECR, to pull the image"),
        ]
      : []),
    ...(backend.kind === "service" ? [{ service: undefined, what: `${backend.url}, for the state` }] : []),
    // An endpoint is of its own region.
    ...others.map((other) => ({ service: undefined, what: `EC2 in ${other}, to read the inventory` })),
  ];
}

/**
 * Whether every need is met from every subnet. The way out must not lead through the firewall that the runner
 * manages: a rule that it takes away by mistake could then cut it off from what it needs to put it back.
 */
export function reachOf(
  reading: VpcReading,
  needs: readonly Need[],
  firewall: MappingOptions["firewall"],
): Reach {
  const unmet = (table: RouteTable | undefined) =>
    needs.filter(
      ({ service }) =>
        !reading.endpoints.some(
          (endpoint) =>
            endpoint.service === service &&
            (endpoint.kind === "Interface" ||
              (table !== undefined && endpoint.routeTableIds.includes(table.id))),
        ),
    );
  const found = reading.subnetIds.map((subnetId) => {
    const table = tableOf(subnetId, reading.routeTables);
    const lacking = unmet(table);
    return { lacking, way: lacking.length === 0 ? {} : wayOut(subnetId, lacking, reading, firewall) };
  });
  const unique = (texts: (string | undefined)[]) => [...new Set(texts.filter((text) => text !== undefined))];
  return {
    problems: unique(found.map(({ way }) => way.problem)),
    notes: unique(found.map(({ way }) => way.note)),
    leavesTheVpc: found.some(({ lacking }) => lacking.length > 0),
  };
}

/** Where a subnet sends what no endpoint takes. */
function wayOut(
  subnetId: string,
  lacking: readonly Need[],
  reading: VpcReading,
  firewall: MappingOptions["firewall"],
): { problem?: string; note?: string } {
  const endpoints = lacking.flatMap(({ service }) =>
    service === undefined ? [] : [`com.amazonaws.${reading.region}.${service}`],
  );
  const wanted = `${lacking.map(({ what }) => what).join("; ")}`;
  const remedy = `a NAT gateway${
    endpoints.length === lacking.length ? `, or endpoints for ${endpoints.join(", ")}` : ""
  }`;
  const table = tableOf(subnetId, reading.routeTables);
  if (table === undefined) return { problem: `${subnetId} has no route table that can be read` };
  const outward = table.routes.filter(isOutward);
  const through = outward.find((route) => isFirewall(route, firewall));
  if (through !== undefined) {
    return {
      problem:
        `route table ${table.id} sends ${through.destination} from ${subnetId} through the firewall that the ` +
        `runner manages, and it needs from there: ${wanted}. Give it subnets with another way out, or ${remedy}`,
    };
  }
  const nat = reading.natGateways.find(({ id }) => outward.some(({ natGatewayId }) => natGatewayId === id));
  if (nat !== undefined) {
    const beyond = tableOf(nat.subnetId, reading.routeTables);
    const caught = beyond?.routes.filter(isOutward).find((route) => isFirewall(route, firewall));
    if (beyond === undefined || caught === undefined) return {};
    return {
      problem:
        `route table ${beyond.id} sends ${caught.destination} from ${nat.id}, the NAT gateway of ${subnetId}, ` +
        `through the firewall that the runner manages, and it needs from there: ${wanted}`,
    };
  }
  const elsewhere = outward.find(({ otherId }) => otherId !== undefined && !otherId.startsWith("igw-"));
  if (elsewhere !== undefined) {
    return {
      note:
        `route table ${table.id} sends ${elsewhere.destination} to ${elsewhere.otherId}: whether that leads to ` +
        `AWS, and not through the firewall, can't be seen from here. It is needed for: ${wanted}`,
    };
  }
  const gateway = outward.some(({ otherId }) => otherId?.startsWith("igw-"));
  const why = gateway
    ? "only leads to an internet gateway, and the runner has no public address"
    : "leads nowhere";
  return {
    problem: `route table ${table.id} of ${subnetId} ${why}, and it needs: ${wanted}. It takes ${remedy}`,
  };
}

/** The route table that applies: the one that names the subnet, otherwise the VPC's main one. */
function tableOf(subnetId: string, tables: readonly RouteTable[]): RouteTable | undefined {
  return tables.find(({ subnetIds }) => subnetIds.includes(subnetId)) ?? tables.find(({ main }) => main);
}

/** The default route, or one of the two halves that are as good. AWS has too many addresses for anything finer. */
function isOutward({ destination }: Route): boolean {
  return ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"].includes(destination);
}

function isFirewall(
  route: Route,
  { instanceIds, networkInterfaceIds, vpcEndpointIds }: MappingOptions["firewall"],
) {
  const isOneOf = (id: string | undefined, ids: readonly string[] = []) =>
    id !== undefined && ids.includes(id);
  return (
    isOneOf(route.networkInterfaceId, networkInterfaceIds) ||
    isOneOf(route.instanceId, instanceIds) ||
    isOneOf(route.vpcEndpointId, vpcEndpointIds)
  );
}
