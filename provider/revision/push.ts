/**
 * What makes a revision that Panorama runs the policy of its firewalls: a push, followed to the end of each, and a look
 * at what each of them holds. Said to be in force is what a firewall holds, and never what a job says.
 */
import { listed } from "../../lib/text";
import { groupsOf, labelOf, memberKey, type ManagedFirewall } from "../../panos/device-groups";
import { whoseWait } from "../../panos/push";
import { inParallel } from "../../lib/parallel";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import type { PolicyObjects } from "../../declaration/objects";
import { behind, fleetOf } from "./fleet";
import { askProbes, requireAllowed } from "./probe";
import { pushFromActive } from "./push-from-active";
import { sayEnd } from "./reach";
import { removesEverything, type Revision } from "./revision";
import { verdict } from "./verdict";

/** What is known of a revision when it is pushed. */
interface Committed {
  /** Names that are left as they are. */
  exempt: ReadonlySet<string>;
  /** Whether this run has committed it. */
  isNew: boolean;
  /** Rules of ours to probe. */
  probed: readonly string[];
  /** What Panorama runs. */
  running: PolicyObjects;
}

/**
 * Brings a revision that Panorama runs to every firewall of its device group that hasn't got it, and asks each that
 * holds it what becomes of packets. Does nothing where it is a firewall's.
 * @throws ProviderError `NOT_ON_FIREWALLS` where some could not be reached, unless that is to be a warning
 */
export async function pushRevision(
  session: Session,
  administrator: string,
  revision: Revision,
  committed: Committed,
): Promise<void> {
  const { panorama } = session.location;
  if (panorama === undefined) return;
  const { exempt, isNew } = committed;
  const fleet = await fleetOf(session, panorama);
  const problems = heldBack(fleet, session.unregistered);
  const ready = fleet.filter((firewall) => !problems.has(firewall));
  const waiting = isNew ? ready : await behind(session, panorama, ready, revision, exempt);
  for (const firewall of waiting) if (!firewall.isConnected) problems.set(firewall, "is not connected");
  let waitsOn: string | undefined;
  const reachable = waiting.filter(({ isConnected }) => isConnected);
  if (reachable.length > 0) {
    waitsOn = await sayOthersWaiting(session, groupsOf(reachable), administrator);
    const outcomes = await pushFromActive(session, panorama, administrator, {
      reachable,
      fleet,
      revision,
      exempt,
    });
    const found = await inParallel(reachable, (firewall) =>
      verdict(session, panorama, firewall, outcomes, revision, exempt),
    );
    for (const [at, problem] of found.entries())
      if (problem !== undefined) problems.set(reachable[at]!, problem);
  }
  const bad = new Set([...problems.keys()].map(memberKey));
  const holding = fleet.filter((firewall) => firewall.isConnected && !bad.has(memberKey(firewall)));
  try {
    await probeEach(session, holding, revision, committed);
  } finally {
    await sayEnd(session, {
      reach: { holding: holding.length, all: fleet.length },
      ...{ problems, waitsOn, wasSent: reachable.length > 0, isLast: removesEverything(revision) },
    });
  }
}

/**
 * Those that keep the rules that they have, and why: they lack the addresses that rules rest on, or another vsys of the same
 * firewall does, because a push is to whole firewalls.
 * @param unregistered why firewalls have not what is registered, by `memberKey`
 */
export function heldBack(
  fleet: readonly ManagedFirewall[],
  unregistered: ReadonlyMap<string, string>,
): Map<ManagedFirewall, string> {
  const reasonOf = (firewall: ManagedFirewall) => unregistered.get(memberKey(firewall));
  const held = new Map<ManagedFirewall, string>();
  for (const firewall of fleet) {
    const own = reasonOf(firewall);
    const other = fleet.find((each) => each.serial === firewall.serial && reasonOf(each) !== undefined);
    if (own !== undefined) held.set(firewall, own);
    else if (other !== undefined)
      held.set(
        firewall,
        `is pushed nothing for ${firewall.vsys}, because ${other.vsys} of it ${reasonOf(other)}`,
      );
  }
  return held;
}

/** So many packets of one commit, over all firewalls; at least two of each. */
const PROBES = 30;

async function probeEach(
  session: Session,
  firewalls: readonly ManagedFirewall[],
  { before }: Revision,
  { probed, running }: Committed,
): Promise<void> {
  const { client } = await session.open();
  const most = Math.min(10, Math.max(2, Math.floor(PROBES / Math.max(1, firewalls.length))));
  for (const each of firewalls) {
    const { serial, vsys } = each;
    const of = { client: client.forFirewall(serial, vsys), most };
    requireAllowed(
      { firewall: labelOf(each) },
      await askProbes(session, probed, running, of),
      running,
      before,
    );
  }
}

/**
 * Names who has committed what waits for a push, before ours, which takes it along or leaves it out.
 * @returns what is left out; undefined: nothing, as far as is known
 */
async function sayOthersWaiting(
  session: Session,
  groups: readonly string[],
  administrator: string,
): Promise<string | undefined> {
  const { client, settings } = await session.open();
  const others = await whoseWait(client, groups, administrator);
  const who = others === undefined ? "others, whom Panorama doesn't name," : listed(others, 5);
  const isFull = settings.panorama?.pushScope === "full";
  if (others?.length === 0 || (others === undefined && !isFull)) return undefined;
  const where = `the device group${groups.length === 1 ? "" : "s"} ${groups.join(", ")}`;
  const what = `what ${who} committed for ${where} and nobody has pushed`;
  tell(
    "warn",
    isFull
      ? `the push of ${session.firewall} takes along ${what}`
      : `${what} waits on: our push leaves it out`,
  );
  return isFull ? undefined : what;
}
