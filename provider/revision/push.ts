/**
 * What makes a revision that Panorama runs the policy of its firewalls: a push, followed to the end of each, and a look
 * at what each of them holds. Said to be in force is what a firewall holds, and never what a job says.
 */
import { listed } from "../../lib/text";
import { groupsOf, labelOf, memberKey, type ManagedFirewall } from "../../panos/device-groups";
import { PanosError } from "../../panos/error";
import type { DeviceOutcome } from "../../panos/job";
import type { DeviceGroup } from "../../panos/location";
import { whoseWait } from "../../panos/push";
import { inParallel } from "../../lib/parallel";
import { noteRun } from "../../settings/run";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import type { PolicyObjects } from "../../declaration/objects";
import { notOnFirewalls } from "./devices";
import { reached } from "./outcomes";
import { behind, fleetOf, missingOn } from "./fleet";
import { askProbes, requireAllowed } from "./probe";
import { pushFromActive } from "./push-from-active";
import type { Revision } from "./revision";

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
  const problems = new Map<ManagedFirewall, string>();
  // Without the addresses that rules rest on, one keeps the rules that it has.
  for (const firewall of fleet) {
    const reason = session.unregistered.get(memberKey(firewall));
    if (reason !== undefined) problems.set(firewall, reason);
  }
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
    await sayEnd(
      session,
      { holding: holding.length, all: fleet.length },
      problems,
      waitsOn,
      reachable.length > 0,
    );
  }
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
 * What became of a firewall, whatever its job says: what it holds decides.
 * @returns what is wrong; undefined: it holds the revision
 */
async function verdict(
  session: Session,
  panorama: DeviceGroup,
  firewall: ManagedFirewall,
  outcomes: ReadonlyMap<string, DeviceOutcome>,
  revision: Revision,
  exempt: ReadonlySet<string>,
): Promise<string | undefined> {
  const outcome = outcomes.get(firewall.serial);
  try {
    const missing = await missingOn(session, panorama, firewall, revision, exempt);
    if (missing.length === 0) return undefined;
    const said = outcome === undefined ? "the push says nothing of it" : saidOf(outcome);
    return `${said}; it hasn't what is declared: ${listed(missing, 3)}`;
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    const said = outcome === undefined ? "" : `${saidOf(outcome)}; `;
    return `${said}it could not be asked what it holds: ${error.message}`;
  }
}

function saidOf({ status, errors }: DeviceOutcome): string {
  return [status, ...errors].filter((text) => text !== "").join(": ") || "the push ended without a word";
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

async function sayEnd(
  session: Session,
  reach: { holding: number; all: number },
  problems: ReadonlyMap<ManagedFirewall, string>,
  waitsOn: string | undefined,
  wasSent: boolean,
): Promise<void> {
  const { settings } = await session.open();
  session.reach = reach;
  const said = [...problems].map(([each, why]) => `${labelOf(each)} ${why}`);
  if (wasSent || problems.size > 0) {
    const others = problems.size > 0 ? `, and not on ${said.join("; not on ")}` : "";
    noteRun({ note: "pushed", firewall: session.firewall, wasSent, reach: `${reached(reach)}${others}` });
  }
  if (problems.size === 0) {
    if (reach.all === 0) tell("warn", `${session.firewall} has no firewall: its policy is in force nowhere`);
    else tell("info", `what is declared on ${session.firewall} is in force on ${reached(reach)}`, true);
    return;
  }
  const text =
    `what is declared on ${session.firewall} is in force on ${reached(reach)}. The others keep ` +
    `what they had: ${said.join("; ")}. The next run pushes to them, also where nothing else has changed` +
    // Somebody's removal of a rule of ours, for example, is theirs to push.
    (waitsOn === undefined
      ? ""
      : `. Where that doesn't help, they lack ${waitsOn}: have that pushed, or set pushScope of panos:panorama to full ` +
        "for one run");
  notOnFirewalls(settings, text);
}
