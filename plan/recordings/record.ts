/**
 * A recording of what firewalls have: for a review where they can't be reached, or with no key at all. It holds rules
 * and objects, never an administrator, a key or a password.
 */
import { writeAtOnce } from "../../lib/atomic-file";
import type { RegisteredOn } from "../../declaration/registrations";
import type { Rulebase } from "../../panos/policy";
import { firewallIdentity } from "../../provider/session/identity";
import type { FirewallSettings } from "../../settings/types";
import { askFirewall } from "../ask";
import type { FirewallState } from "../state";
import { RECORDING_FORMAT, type RecordedFirewall, type Recording } from "./shape";

/**
 * Writes what these firewalls have now to a file, all at once.
 * @param now the moment of the recording
 * @throws PanosError, and errors of the file system
 */
export async function recordRulebases(
  file: string,
  firewalls: readonly FirewallSettings[],
  now = new Date(),
): Promise<Recording> {
  const recorded = await Promise.all(
    firewalls.map(async (firewall) => {
      const state = await askFirewall(firewall, { registered: true, drift: false });
      return [firewallIdentity(firewall.declared), toRecord(state)] as const;
    }),
  );
  const made: Recording = {
    format: RECORDING_FORMAT,
    takenAt: now.toISOString(),
    firewalls: Object.fromEntries(recorded),
  };
  await writeAtOnce(file, `${JSON.stringify(made, undefined, 1)}\n`);
  return made;
}

function toRecord({
  candidate,
  running,
  capacity: most,
  registered,
  fleet,
}: FirewallState): RecordedFirewall {
  const namesOf = (taken: ReadonlyMap<string, readonly string[]>) =>
    Object.fromEntries([...taken].map(([name, kinds]) => [name, [...kinds]]));
  const plain = ({
    addresses,
    services,
    applications,
    names,
    ...rest
  }: Rulebase): RecordedFirewall["running"] => ({
    ...rest,
    ...(names && {
      names: {
        addresses: namesOf(names.addresses),
        services: namesOf(names.services),
        applications: namesOf(names.applications),
      },
    }),
    addresses: Object.fromEntries(addresses),
    services: Object.fromEntries(services),
    applications: Object.fromEntries(applications),
  });
  const { objects } = running;
  const values = <T>(map: Map<string, T>): T[] => [...map.values()];
  return {
    candidate: plain(candidate.rulebase),
    running: plain(running.rulebase),
    objects: {
      addresses: values(objects.addresses),
      addressGroups: values(objects.addressGroups),
      services: values(objects.services),
      applications: values(objects.applications),
      tags: values(objects.tags),
    },
    capacity: Object.fromEntries(Object.entries(most).filter(([, value]) => value !== undefined)),
    ...(registered && recordedRegistrations(registered)),
    ...(fleet && { fleet }),
  };
}

function recordedRegistrations(
  registered: readonly RegisteredOn[],
): Pick<RecordedFirewall, "registered" | "registeredOn"> {
  const named = registered.flatMap(({ on, found }) => (on === undefined ? [] : [{ on, found }]));
  const own = registered.find(({ on }) => on === undefined);
  return own === undefined ? { registeredOn: named } : { registered: own.found };
}
