/** What a firewall has, asked before anything is planned. */
import { objectsIn } from "../declaration/objects";
import { registeredOnEach } from "../declaration/registrations";
import { capacity, UNLIMITED, type Capacity } from "../panos/capacity";
import type { PanosClient } from "../panos/client";
import { askActive } from "../panos/ha";
import { readGroupRulebases, type GroupRulebases } from "../panos/group-rulebase";
import { beside, leastOf, type Counts } from "../panos/room";
import { readRulebases } from "../panos/rulebase";
import { systemInfo } from "../panos/system";
import type { FirewallSettings } from "../settings/types";
import { askForDrift } from "./ask-drift";
import { PreconditionError } from "./preconditions";
import { recordedState } from "./recordings/read";
import type { FirewallState } from "./state";

/** Names the recording that a preview takes in place of the firewall. */
export const RULEBASE_VARIABLE = "AWS_PANOS_RULEBASE";

/** What to ask besides what every plan needs: a few more requests each. */
export interface Questions {
  /** What is registered, where that is how instances are named. */
  registered: boolean;
  drift: boolean;
}

/**
 * What a firewall has: as the recording says that this preview is given, or as the firewall answers.
 * @param isPreview an update asks the firewall itself, always
 * @throws PreconditionError, PanosError
 */
export async function stateOf(
  firewall: FirewallSettings,
  questions: Questions,
  isPreview: boolean,
): Promise<FirewallState> {
  const file = process.env[RULEBASE_VARIABLE] ?? "";
  if (file === "") return askFirewall(firewall, questions);
  if (isPreview) return recordedState(file, firewall);
  throw new PreconditionError(
    `${RULEBASE_VARIABLE} is for reviews: an update asks the firewall itself. Unset it`,
  );
}

/** @throws PanosError */
export async function askFirewall(firewall: FirewallSettings, questions: Questions): Promise<FirewallState> {
  const { connection, mapping, declared } = firewall;
  const { panorama } = connection;
  const { client, answer } = await askActive(connection, (asked) =>
    Promise.all([
      rulebasesAt(asked),
      panorama === undefined ? capacity(asked) : undefined,
      systemInfo(asked),
    ]),
  );
  try {
    const [{ candidate, candidateVsys, running, runningVsys, fleet, locals, elsewhere }, most] = await answer;
    // After the first answers: a key that isn't accepted is not tried more often than it has to be.
    const isRegistering = questions.registered && mapping.destinations === "dynamic";
    const registered = isRegistering
      ? await registeredOnEach(client, declared.ownerId, fleet?.firewalls)
      : undefined;
    const group =
      panorama && fleet && locals
        ? { panorama, firewalls: fleet.firewalls, locals, running: runningVsys }
        : undefined;
    const drift = questions.drift ? await askForDrift(client, group, firewall) : undefined;
    return {
      candidate: {
        rulebase: candidate,
        ...(drift && { objects: objectsIn(candidateVsys, candidate.names, panorama) }),
      },
      running: { rulebase: running, objects: objectsIn(runningVsys, running.names, panorama) },
      ...(fleet && { fleet }),
      capacity: await roomIn(client, most, elsewhere),
      ...(registered && { registered }),
      ...(drift && { drift }),
    };
  } finally {
    await client.close();
  }
}

/** What is at a connection's place: a firewall's rulebases, or a device group's and what is known of its firewalls. */
export async function rulebasesAt(
  client: PanosClient,
): Promise<
  (Awaited<ReturnType<typeof readRulebases>> & { fleet?: undefined; locals?: undefined }) | GroupRulebases
> {
  const { panorama } = client.connection;
  return panorama === undefined ? readRulebases(client) : readGroupRulebases(client, panorama);
}

/** What its place may have: on a device group what each connected firewall takes beside what else it has. */
async function roomIn(
  client: PanosClient,
  most: Capacity | undefined,
  elsewhere: Counts | GroupRulebases["elsewhere"],
): Promise<Capacity> {
  if (!Array.isArray(elsewhere)) return beside(most ?? UNLIMITED, elsewhere);
  const rooms = elsewhere.map(async ({ firewall: { serial, vsys }, counts }) =>
    beside(await capacity(client.forFirewall(serial, vsys)), counts),
  );
  return leastOf(await Promise.all(rooms));
}
