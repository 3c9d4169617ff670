/** When an interface counts that a service uses. */
import type { NetworkInterface } from "../../../inventory/types";
import { SERVICES } from "./services";
import type { Service } from "./services";
import type { World } from "./worlds";

/** Whether an interface is one that a service uses, rather than an instance of the account. */
export function isServices({ options }: World, { instanceId, instanceOwnerId }: NetworkInterface): boolean {
  if (instanceId === undefined) return true;
  // Of a service's own instance nobody knows whether it runs; today's stacks take it for one that doesn't.
  return instanceOwnerId !== undefined && (options.interfaces ?? "instances") !== "instances";
}

/** Whether rules should lead to a service's interface, as far as it is concerned itself. */
export function isInUse({ options }: World, target: NetworkInterface): boolean {
  const { interfaces = "instances" } = options;
  const { kind, isGroupless, wasOther } = serviceOf(target);
  const isMeant = (each: string) => each === kind || (wasOther === true && each === "other");
  const isWanted = interfaces === "all" || (Array.isArray(interfaces) && interfaces.some(isMeant));
  const isLeft = target.status === "available" || target.status === "detaching";
  const isLeaving = target.attachmentStatus === "detaching" || target.attachmentStatus === "detached";
  return isWanted && isGroupless !== true && !isLeft && !isLeaving && target.securityGroupIds.length > 0;
}

/** Each interface is asked about once a packet. */
const known = new WeakMap<NetworkInterface, Service>();

/** What it is for, by the oracle's own table. */
export function serviceOf(target: NetworkInterface): Service {
  const service = known.get(target) ?? recognised(target);
  known.set(target, service);
  return service;
}

/** EC2's type says it where it is more than "interface", otherwise the description or who asked for it. */
function recognised({
  interfaceType = "interface",
  description,
  requesterId,
  securityGroupIds,
}: NetworkInterface): Service {
  const found = SERVICES.find(({ kind, shown, isGroupless }) => {
    if (kind === "other" || (isGroupless === true && securityGroupIds.length > 0)) return false;
    const type = shown.interfaceType ?? "interface";
    if (interfaceType !== "interface") return type === interfaceType;
    // Load balancers of all kinds have one requester.
    const isAsked = type === "interface" && requesterId !== "amazon-elb" && requesterId === shown.requesterId;
    return (
      (requesterId !== undefined && isAsked) ||
      (description !== undefined && description === shown.description)
    );
  });
  return found ?? { kind: "other", shown: {} };
}
