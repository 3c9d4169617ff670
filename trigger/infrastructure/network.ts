import { getManagedPrefixList, getVpc, SecurityGroup } from "@pulumi/aws/ec2";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc";
import { warn } from "@pulumi/pulumi/log";
import type { Context } from "./context";
import { NetworkError } from "./network-error";
import { readVpc } from "./network-reading";
import { needsOf, reachOf, type Need, type VpcReading } from "./reach";

/** The runner's place in a VPC. */
export interface RunnerNetwork {
  vpcId: string;
  securityGroup: SecurityGroup;
}

/**
 * Checks the subnets, and makes the runner's security group there; undefined where no subnets are given.
 * @throws NetworkError that says what is missing
 */
export async function runnerNetwork(context: Context): Promise<RunnerNetwork | undefined> {
  const { settings, region, name } = context;
  if (settings.subnetIds.length === 0) return undefined;
  const needs = needsOf(settings, region);
  const reading = await readVpc(settings.subnetIds, needs, region);
  const { problems, notes, leavesTheVpc } = reachOf(reading, needs, settings.main.firewall);
  if (problems.length > 0) throw new NetworkError("OUT_OF_REACH", problems);
  for (const note of notes) await warn(note);

  const { vpcId } = reading;
  const securityGroup = new SecurityGroup("runner", {
    vpcId,
    description: `Runner of ${name}: lets nothing in, and out only to the firewall's management and AWS`,
  });
  for (const cidr of settings.managementCidrs) {
    for (const port of settings.main.managementPorts) {
      egress(securityGroup, `management-${cidr}-${port}`, port, "The firewall's management", { cidr });
    }
  }
  const aws = await awsDestinations(reading, needs, leavesTheVpc, region);
  for (const { label, what, ...to } of aws) egress(securityGroup, label, 443, what, to);
  return { vpcId, securityGroup };
}

/** What the list of outputs says of the network. */
export function networkNeeds(context: Context): string[] {
  const { settings, region } = context;
  return needsOf(settings, region).map(({ service, what }) =>
    service === undefined
      ? `${what}: a NAT gateway`
      : `${what}: a NAT gateway, or the ${service === "s3" ? "gateway" : "interface"} endpoint com.amazonaws.${region}.${service}`,
  );
}

type Destination = { label: string; what: string } & ({ cidr: string } | { prefixListId: string });

/** As narrow as it can be said: AWS's public addresses are too many and change. */
async function awsDestinations(
  { vpcId, endpoints }: VpcReading,
  needs: readonly Need[],
  leavesTheVpc: boolean,
  region: string,
): Promise<Destination[]> {
  if (leavesTheVpc) return [{ label: "aws", what: "AWS through the NAT gateway", cidr: "0.0.0.0/0" }];
  const { cidrBlockAssociations = [] } = await getVpc({ id: vpcId });
  const needed = endpoints.filter(({ service }) => needs.some((need) => need.service === service));
  const interfaces = needed.some(({ kind }) => kind === "Interface")
    ? cidrBlockAssociations.map(({ cidrBlock }) => ({
        label: `endpoints-${cidrBlock}`,
        what: "AWS through the VPC's endpoints",
        cidr: cidrBlock,
      }))
    : [];
  if (!needed.some(({ kind }) => kind === "Gateway")) return interfaces;
  const { id } = await getManagedPrefixList({ name: `com.amazonaws.${region}.s3` });
  return [...interfaces, { label: "s3", what: "S3 through its gateway endpoint", prefixListId: id }];
}

function egress(
  group: SecurityGroup,
  label: string,
  port: number,
  description: string,
  to: { cidr: string } | { prefixListId: string },
): void {
  new SecurityGroupEgressRule(label, {
    securityGroupId: group.id,
    description,
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    ...("prefixListId" in to
      ? { prefixListId: to.prefixListId }
      : to.cidr.includes(":")
        ? { cidrIpv6: to.cidr }
        : { cidrIpv4: to.cidr }),
  });
}
