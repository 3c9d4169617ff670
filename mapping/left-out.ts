/** Which interfaces behind the firewall rules lead to, and which are left out, by what keeps them out. */
import { listed } from "../lib/text";
import type { Inventory, NetworkInterface } from "../inventory/types";
import { compareTexts } from "../lib/order";
import { KINDS_WITHOUT_GROUPS, kindOf, namesOf } from "../aws/interface-kinds";
import { ownedByRead } from "./owners";
import type { LeftOut, MappingOptions } from "./types";

/** What of an inventory says whether an instance's interface counts, and what a stack wants of all others. */
interface Wanted extends Pick<MappingOptions, "interfaces"> {
  isThere: (instanceId: string) => boolean;
  /** Whether its account's instances were read where it is; absent: all were. */
  isRead?: (networkInterface: Pick<NetworkInterface, "ownerId" | "region">) => boolean;
}

/**
 * Interfaces to whose groups rules lead though nobody knows whether their instances run: with dynamic destinations, which
 * keep the rules of stopped instances, none of their addresses is registered.
 */
export function neverRegistered(interfaces: readonly NetworkInterface[], inventory: Inventory): string[] {
  const isRead = ownedByRead(inventory);
  const running = new Set(inventory.instances.map(({ id }) => id));
  const ids = interfaces
    .filter((each) => isInstances(each, []) && !running.has(each.instanceId!) && !isRead(each))
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  return [
    `Whether the instances of these network interfaces run is not known, because their accounts weren't read in this region, so none of their addresses is registered: ${listed(ids, MOST_NAMED)}. aws-panos-rules:accounts reads other accounts and regions, too.`,
  ];
}

/** Whether an instance runs; or may do so again, which one that shuts down won't. */
export function thereAs(
  which: "running" | "attached",
  { instances, stopped }: Inventory,
): (id: string) => boolean {
  if (which === "attached" && stopped === undefined) return () => true;
  const there = new Set([...instances, ...(which === "attached" ? stopped! : [])].map(({ id }) => id));
  return (id) => there.has(id);
}

/** What keeps an interface out; undefined: nothing does. */
export function kindLeftOut(
  networkInterface: NetworkInterface,
  { isThere, isRead, interfaces = "instances" }: Wanted,
): string | undefined {
  const { instanceId, attachmentStatus, status, securityGroupIds } = networkInterface;
  const isLeaving = attachmentStatus === "detaching" || attachmentStatus === "detached";
  if (isInstances(networkInterface, interfaces)) {
    if (isLeaving) return DETACHED;
    if (isThere(instanceId!)) return undefined;
    return isRead?.(networkInterface) === false ? UNREAD : STOPPED;
  }
  const kind = kindOf(networkInterface);
  if (status === "available" || status === "detaching" || isLeaving) return UNUSED;
  if (KINDS_WITHOUT_GROUPS.includes(kind)) return kind;
  if (interfaces === "instances") return kind;
  if (interfaces !== "all" && !namesOf(networkInterface).some((each) => interfaces.includes(each))) {
    return kind;
  }
  return securityGroupIds.length === 0 ? `${kind}${WITHOUT_GROUP}` : undefined;
}

/**
 * Whether an interface counts while its instance runs. A service's own instance is nowhere among the account's: what is
 * attached to one counts while it is there, as other services' interfaces do.
 */
function isInstances(
  { instanceId, instanceOwnerId }: NetworkInterface,
  interfaces: NonNullable<MappingOptions["interfaces"]>,
): boolean {
  return instanceId !== undefined && (interfaces === "instances" || instanceOwnerId === undefined);
}

const DETACHED = "of instances that they are detached from";
const STOPPED = "of instances that don't run";
/** Whether they run, their account knows alone. */
const UNREAD = "of instances of accounts that weren't read in this region";
const UNUSED = "that nothing uses";
/** Such as a network load balancer that was made without one: AWS lets in everything, and no group says so. */
const WITHOUT_GROUP = " without a security group";

/** Whether packets come to interfaces of a kind that is left out, or will when their instances start. */
export function isReachable(kind: string): boolean {
  return kind !== UNUSED && kind !== DETACHED;
}

/** Why no rule leads to interfaces of a kind that is left out, for a sentence about one of them. */
export function whyLeftOut(kind: string): string {
  if (kind === UNUSED) return "nothing uses it";
  if (kind === STOPPED) return "its instance doesn't run";
  if (kind === UNREAD) return "its instance is of an account that wasn't read in this region";
  if (kind === DETACHED) return "it is detached from its instance";
  if (isGroupless(kind)) return "what it is for carries no security group";
  if (kind.endsWith(WITHOUT_GROUP))
    return "it carries no security group, and nothing else says what it may take in";
  return "aws-panos-rules:interfaces doesn't name its kind";
}

/** Kinds in the order of their names, each with its interfaces. */
export function sortedKinds(byKind: ReadonlyMap<string, readonly string[]>): LeftOut["kinds"] {
  return [...byKind]
    .map(([kind, ids]) => ({ kind, ids: ids.toSorted(compareTexts) }))
    .sort((a, b) => compareTexts(a.kind, b.kind));
}

/** Whether some are left out though packets may come to them: these lack rules. */
export function lackRules({ kinds }: LeftOut): boolean {
  return kinds.some(({ kind }) => isUnwanted(kind) || kind === UNREAD || kind.endsWith(WITHOUT_GROUP));
}

/** Whether the setting `interfaces` alone keeps a kind out. */
function isUnwanted(kind: string): boolean {
  return !isInState(kind) && !isGroupless(kind) && !kind.endsWith(WITHOUT_GROUP);
}

/** Whether it is what an interface does, not what it is for, that keeps it out. */
function isInState(kind: string): boolean {
  return [DETACHED, STOPPED, UNREAD, UNUSED].includes(kind);
}

function isGroupless(kind: string): boolean {
  return KINDS_WITHOUT_GROUPS.some((each) => each === kind);
}

/** So many are named where they are counted; more would be a list, which `explain` gives. */
const MOST_NAMED = 10;

/** How many interfaces are behind the firewall, and which of them are left out; undefined: there is nothing to say. */
export function leftOutMessage(mapped: number, { kinds, isComplete }: LeftOut): string | undefined {
  const unread = isComplete
    ? []
    : [
        "Interfaces of no instance (load balancers, databases, functions and the like), to which no rule leads, were not all read, so how many are behind the firewall is not known: inventory ec2 counts them.",
      ];
  if (kinds.length === 0) return unread[0];
  const count = kinds.reduce((sum, { ids }) => sum + ids.length, 0);
  const each = kinds.map(({ kind, ids }) => {
    const named = count > MOST_NAMED ? "" : ` (${listed(ids, MOST_NAMED)})`;
    return `${ids.length} ${kind}${isGroupless(kind) ? ", which has no group" : ""}${named}`;
  });
  const hints = [
    ...(kinds.some(({ kind }) => isUnwanted(kind)) ? ["interfaces: all maps those of no instance"] : []),
    ...(kinds.some(({ kind }) => kind === UNREAD) ? ["accounts reads other accounts and regions, too"] : []),
    ...(count > MOST_NAMED ? ["npm run explain -- --interfaces names them"] : []),
  ];
  return [
    `Of ${mapped + count} network interfaces behind the firewall ${mapped} are mapped and ${count} left out: ` +
      `${each.join("; ")}${hints.length > 0 ? ` (${hints.join("; ")})` : ""}.`,
    ...unread,
  ].join(" ");
}
