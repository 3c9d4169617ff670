import type { PanosClient } from "../../panos/client";
import { labelOf } from "../../panos/device-groups";
import { PanosError } from "../../panos/error";
import { policyMatch } from "../../panos/match";
import { endSession, sessionKey, sessionsOf, type Session as Established } from "../../panos/sessions";
import { counted, listed } from "../../lib/text";
import type { PolicyObjects } from "../../declaration/objects";
import { inParallel } from "../../lib/parallel";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { devicesOf, type Device } from "./devices";
import { endIsolated } from "./isolated";
import type { Revision } from "./revision";

/** What goes on that rules of ours allowed, on the firewall or on each of a device group. */
export class EstablishedSessions {
  /** By the firewall that has them. */
  private readonly found = new Map<string, Map<string, Established>>();

  constructor(
    private readonly session: Session,
    readonly rules: readonly string[],
  ) {}

  /** Notes them before the commit: afterwards the device may no longer say whose they were. */
  async note(): Promise<void> {
    if (this.rules.length === 0) return;
    const { connected } = await devicesOf(this.session);
    await inParallel(connected, async (device) => {
      try {
        await this.look(device);
      } catch (error) {
        // No reason to leave the rules as they were; what fails again afterwards is said.
        if (!(error instanceof PanosError)) throw error;
      }
    });
  }

  /**
   * Ends what only these rules allowed, after the commit that removed or narrowed them: each session is held
   * against the new policy, and goes where that denies it. Says how many. What is in force is right by now,
   * so a failure here is a warning.
   * @param policy for the actions of rules, where the device doesn't tell them
   */
  async end(policy: PolicyObjects): Promise<void> {
    const { connected, away } = await devicesOf(this.session);
    await inParallel(connected, (device) => this.endOn(device, policy));
    if (away.length === 0) return;
    tell(
      "warn",
      `sessions of rules removed or narrowed go on where a firewall is not connected: ${listed(away.map(labelOf))} ` +
        `(${listed(this.rules)}). A later run that brings these rules there doesn't know of them any more`,
    );
  }

  private async endOn(device: Device, policy: PolicyObjects): Promise<void> {
    const { client, name: firewall } = device;
    let ended = 0;
    try {
      // Those opened while the commit's job ran.
      await this.look(device);
      const sessions = [...this.on(device).values()];
      let asked = 0;
      await inParallel(sessions, async (established) => {
        if (await isDenied(client, established, policy)) {
          await endSession(client, established);
          ended++;
        }
        asked++;
        if (asked % 100 > 0) return;
        tell(
          "info",
          `${firewall}: ${asked} of ${counted(sessions.length, "session")} held against the new policy`,
          true,
        );
      });
      tell(
        "info",
        `${firewall}: ${ended} of ${counted(sessions.length, "session")} of rules removed or narrowed were ended; ` +
          `the others are still allowed (${listed(this.rules)})`,
      );
    } catch (error) {
      if (!(error instanceof PanosError)) throw error;
      tell(
        "warn",
        `the commit on ${firewall} went through, but sessions of rules removed or narrowed may go on; ` +
          `${ended} were ended: ${error.message} (${listed(this.rules)})`,
      );
    }
  }

  private async look(device: Device): Promise<void> {
    const found = await inParallel(this.rules, (rule) => sessionsOf(device.client, rule));
    const known = this.on(device);
    for (const each of found.flat()) known.set(sessionKey(each), each);
  }

  private on({ name }: Device): Map<string, Established> {
    const known = this.found.get(name) ?? new Map<string, Established>();
    this.found.set(name, known);
    return known;
  }
}

/**
 * Ends, once a revision is in force, what it lets in no longer: sessions of whom is isolated, whether this run or one
 * before it has committed that, and of rules removed or narrowed, or says that they are left.
 */
export async function endSessions(
  session: Session,
  { isolated }: Revision,
  established: EstablishedSessions,
  policy: PolicyObjects,
): Promise<void> {
  if (isolated !== undefined) {
    const { connected } = await devicesOf(session);
    await inParallel(connected, (device) => endIsolated(device, isolated));
  }
  const { rules } = established;
  if (rules.length === 0) return;
  const { settings } = await session.open();
  if (settings.clearSessions) await established.end(policy);
  else sayLeft(session, rules);
}

/** What a run says that leaves them. */
function sayLeft(session: Session, rules: readonly string[]): void {
  tell(
    "info",
    `sessions that these rules allowed on ${session.firewall} before they were removed or narrowed are left to it ` +
      `(aws-panos-rules:sessions is leave): ${listed(rules)}. They go on where its Rematch Sessions is off`,
  );
}

/** Protocols whose packets have ports: TCP, UDP, SCTP. */
const WITH_PORTS = [6, 17, 132];

async function isDenied(
  client: PanosClient,
  { packet: { port, ...packet } }: Established,
  policy: PolicyObjects,
): Promise<boolean> {
  const match = await policyMatch(client, {
    ...packet,
    ...(WITH_PORTS.includes(packet.protocol) && { port }),
  });
  // Without a rule, PAN-OS allows what stays in a zone.
  const rule = match?.rule ?? (packet.from === packet.to ? "intrazone-default" : "interzone-default");
  const action = match?.action || policy.rules.get(rule)?.action;
  // An answer that doesn't say is no reason to end anything.
  return action === undefined ? rule === "interzone-default" : action !== "allow";
}
