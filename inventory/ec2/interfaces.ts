import type * as ec2 from "@aws-sdk/client-ec2";
import type { Answers, InstanceAnswer, NetworkInterfaceAnswer } from "../answers";
import { given } from "../../lib/records";
import { tagsOf } from "./tags";

/** EC2's words for instances and network interfaces in those of the data sources. */

export function instanceAnswers(
  reservations: ec2.Reservation[],
  withStopped?: true,
): Pick<Answers, "instanceIds" | "instances" | "stopped"> {
  const instanceIds: Answers["instanceIds"] = { pending: [], running: [] };
  const [instances, stopped]: [InstanceAnswer[], InstanceAnswer[]] = [[], []];
  for (const { OwnerId, Instances = [] } of reservations) {
    for (const { InstanceId: id, State, Tags } of Instances) {
      const state = State?.Name;
      if (id === undefined) continue;
      const answer = given({ id, ownerId: OwnerId, tags: tagsOf(Tags) });
      if (state === "stopping" || state === "stopped") stopped.push(answer);
      if (state !== "pending" && state !== "running") continue;
      instanceIds[state].push(id);
      instances.push(answer);
    }
  }
  return { instanceIds, instances, ...(withStopped && { stopped }) };
}

export function networkInterfaceAnswer(each: ec2.NetworkInterface): NetworkInterfaceAnswer {
  const { Attachment, PrivateIpAddresses = [] } = each;
  return given({
    id: each.NetworkInterfaceId ?? "",
    ownerId: each.OwnerId,
    vpcId: each.VpcId ?? "",
    subnetId: each.SubnetId ?? "",
    attachments: Attachment
      ? [
          given({
            instanceId: Attachment.InstanceId,
            instanceOwnerId: Attachment.InstanceOwnerId,
            status: Attachment.Status,
          }),
        ]
      : [],
    privateIp: each.PrivateIpAddress,
    privateIps: PrivateIpAddresses.flatMap(({ PrivateIpAddress }) => PrivateIpAddress || []),
    ipv6Addresses: (each.Ipv6Addresses ?? []).flatMap(({ Ipv6Address }) => Ipv6Address || []),
    ipv4Prefixes: (each.Ipv4Prefixes ?? []).flatMap(({ Ipv4Prefix }) => Ipv4Prefix || []),
    ipv6Prefixes: (each.Ipv6Prefixes ?? []).flatMap(({ Ipv6Prefix }) => Ipv6Prefix || []),
    associations: publicAddresses(each),
    securityGroups: (each.Groups ?? []).flatMap(({ GroupId }) => GroupId || []),
    interfaceType: each.InterfaceType,
    requesterId: each.RequesterId,
    description: each.Description,
    status: each.Status,
    sourceDestCheck: each.SourceDestCheck,
    tags: tagsOf(each.TagSet),
  });
}

/** The primary address's is said twice, of the interface and of the address; an emulator says it once. */
function publicAddresses({ Association, PrivateIpAddress, PrivateIpAddresses = [] }: ec2.NetworkInterface) {
  const pairs = [{ Association, PrivateIpAddress }, ...PrivateIpAddresses].flatMap(
    ({ Association: { PublicIp: publicIp } = {}, PrivateIpAddress: privateIp }) =>
      publicIp && privateIp ? [{ publicIp, privateIp }] : [],
  );
  return [...new Map(pairs.map((pair) => [`${pair.privateIp} ${pair.publicIp}`, pair])).values()];
}
