/** Interfaces behind the firewall that no rule leads to: only those of instances that run do rules name so far. */
import type { NetworkInterface } from "../inventory/types";
import { compareTexts } from "../lib/order";
import type { LeftOut } from "./types";

/** What keeps an interface out; undefined: nothing does. EC2 calls load balancers' and databases' "interface". */
export function kindLeftOut(
  { instanceId, attachmentStatus, interfaceType = "interface" }: NetworkInterface,
  isThere: (instanceId: string) => boolean,
): string | undefined {
  if (instanceId === undefined) return interfaceType;
  if (attachmentStatus === "detaching" || attachmentStatus === "detached") return DETACHED;
  return isThere(instanceId) ? undefined : STOPPED;
}

const DETACHED = "of instances that they are detached from";
const STOPPED = "of instances that don't run";

/** Kinds in the order of their names, each with its interfaces. */
export function sortedKinds(byKind: ReadonlyMap<string, readonly string[]>): LeftOut["kinds"] {
  return [...byKind]
    .map(([kind, ids]) => ({ kind, ids: ids.toSorted(compareTexts) }))
    .sort((a, b) => compareTexts(a.kind, b.kind));
}

/** Whether some are left out though packets may come to them: these lack rules. */
export function lackRules({ kinds }: LeftOut): boolean {
  return kinds.some(({ kind }) => kind !== DETACHED && kind !== STOPPED);
}

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
    const more = ids.length > 5 ? `, and ${ids.length - 5} more` : "";
    const name = kind === DETACHED || kind === STOPPED ? kind : `${kind} (of no instance)`;
    return `${ids.length} ${name}: ${ids.slice(0, 5).join(", ")}${more}`;
  });
  return [
    `Of ${mapped + count} network interfaces behind the firewall ${mapped} are mapped and ${count} left out, because ` +
      `rules lead only to interfaces of instances that run: ${each.join("; ")}.`,
    ...unread,
  ].join(" ");
}
