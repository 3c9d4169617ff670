/** Reads recordings of firewalls' rulebases, and trusts nothing in them. */
import { objectsIn } from "../../declaration/objects";
import { readFile } from "node:fs/promises";
import { Problems } from "../../inventory/shape";
import type { Rulebase } from "../../panos/policy";
import { firewallIdentity } from "../../provider/session/identity";
import type { FirewallSettings } from "../../settings/types";
import { PreconditionError } from "../preconditions";
import type { FirewallState } from "../state";
import { recording, type RecordedFirewall, type Recording } from "./shape";

/**
 * Reads a recording.
 * @throws PreconditionError with every problem of the file, each with its place in it
 */
export async function readRecording(file: string): Promise<Recording> {
  return recordingFrom(file, await readFile(file, "utf8").catch((error: Error) => unreadable(file, error)));
}

/**
 * What a recording has of a firewall.
 * @throws PreconditionError
 */
export async function recordedState(
  file: string,
  { mapping, declared }: FirewallSettings,
): Promise<FirewallState> {
  const { firewalls } = await readRecording(file);
  const identity = firewallIdentity(declared);
  const found = Object.hasOwn(firewalls, identity) ? firewalls[identity] : undefined;
  if (found === undefined) {
    throw new PreconditionError(
      `${file} has nothing of ${identity}, only of ${Object.keys(firewalls).join(", ") || "no firewall"}. ${HOW_TO}`,
    );
  }
  if (mapping.destinations === "dynamic" && (found.registered ?? found.registeredOn) === undefined) {
    throw new PreconditionError(
      `${file} was made with other settings: it doesn't say what addresses are registered with ${identity}. ${HOW_TO}`,
    );
  }
  return fromRecord(found);
}

const HOW_TO = "Make one with: npm run snapshot -- --stack NAME --rulebase FILE";
const MAX_LISTED = 20;

function unreadable(file: string, error: Error): never {
  const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : error.message;
  throw new PreconditionError(`the rulebase snapshot ${file} can't be read: ${reason}. ${HOW_TO}`);
}

function recordingFrom(file: string, text: string): Recording {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new PreconditionError(`the rulebase snapshot ${file} is not JSON. ${HOW_TO}`);
  }
  const problems = new Problems();
  const checked = recording(document, "", problems);
  if (checked !== null) return checked;
  const more = problems.found.length - MAX_LISTED;
  throw new PreconditionError(
    [
      `the rulebase snapshot ${file} is not one that this version reads:`,
      ...problems.found.slice(0, MAX_LISTED).map((problem) => `  ${problem}`),
      ...(more > 0 ? [`  … and ${more} more`] : []),
      HOW_TO,
    ].join("\n"),
  );
}

function fromRecord(recorded: RecordedFirewall): FirewallState {
  const rulebase = (recordedOne: RecordedFirewall["running"]): Rulebase => {
    const { addresses, services, applications = {}, overrides = [], names, ...rest } = recordedOne;
    return {
      ...rest,
      ...(names && {
        names: {
          addresses: new Map(Object.entries(names.addresses)),
          services: new Map(Object.entries(names.services)),
          applications: new Map(Object.entries(names.applications)),
        },
      }),
      overrides,
      applications: new Map(Object.entries(applications)),
      addresses: new Map(Object.entries(addresses)),
      services: new Map(Object.entries(services)),
    };
  };
  const named = <T extends { name: string }>(list: T[]) => new Map(list.map((each) => [each.name, each]));
  const { objects, capacity: most, registered = [], registeredOn, fleet } = recorded;
  const running = rulebase(recorded.running);
  return {
    candidate: { rulebase: rulebase(recorded.candidate) },
    running: {
      rulebase: running,
      objects: {
        ...objectsIn(undefined),
        // The running rules' own entries.
        rules: new Map(running.rules.flatMap(({ name, found }) => (found ? [[name, found]] : []))),
        addresses: named(objects.addresses),
        addressGroups: named(objects.addressGroups),
        services: named(objects.services),
        applications: named(objects.applications),
        tags: named(objects.tags),
        ...(running.names && { names: running.names }),
      },
    },
    capacity: {
      rules: most.rules,
      services: most.services,
      addresses: most.addresses,
      addressGroups: most.addressGroups,
    },
    registered: registeredOn ?? [{ found: registered }],
    ...(fleet && { fleet }),
  };
}
