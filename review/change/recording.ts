/**
 * What a plan asks of a firewall, and a recording of it: for a review where the firewall can't be reached, or with no
 * key at all. It holds rules and objects, never an administrator, a key or a password.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { Problems } from "../../inventory/shape";
import { capacity, type Capacity } from "../../panos/capacity";
import type { PanosClient } from "../../panos/client";
import { openActive } from "../../panos/ha";
import type { Rulebase } from "../../panos/policy";
import type { Registration } from "../../panos/registered";
import { readRulebases } from "../../panos/rulebase";
import { systemInfo } from "../../panos/system";
import { PreconditionError } from "../../plan/preconditions";
import { firewallIdentity } from "../../provider/firewall";
import { objectsIn, type PolicyObjects } from "../../declaration/objects";
import { registrationsOfStack } from "../../declaration/registrations";
import type { FirewallSettings } from "../../settings/index";
import { RECORDING_FORMAT, recording, type RecordedFirewall, type Recording } from "./recording-shape";

/** Names the recording that a preview takes in place of the firewall. */
export const RULEBASE_VARIABLE = "AWS_PANOS_RULEBASE";

/** What a plan knows of a firewall. */
export interface FirewallAnswers {
  rulebases: { candidate: Rulebase; running: Rulebase };
  /** Objects of the running vsys. */
  objects: PolicyObjects;
  capacity: Capacity;
  /** Objects of the candidate vsys; absent in a recording: drift asks the firewall itself. */
  candidateObjects?: () => PolicyObjects;
}

/**
 * Asks a firewall for everything that a plan needs.
 * @throws PanosError
 */
export async function askFirewall(client: PanosClient): Promise<FirewallAnswers> {
  const [{ candidateVsys, runningVsys, ...rulebases }, most] = await Promise.all([
    readRulebases(client),
    capacity(client),
    systemInfo(client),
  ]);
  return {
    rulebases,
    objects: objectsIn(runningVsys, rulebases.running.names),
    capacity: most,
    candidateObjects: () => objectsIn(candidateVsys, rulebases.candidate.names),
  };
}

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
    firewalls.map(async ({ connection, mapping, declared }) => {
      const client = await openActive(connection);
      try {
        const answers = await askFirewall(client);
        const isDynamic = mapping.destinations === "dynamic";
        const registered = isDynamic ? await registrationsOfStack(client, declared.ownerId) : undefined;
        return [firewallIdentity(declared), toRecord(answers, registered)] as const;
      } finally {
        await client.close();
      }
    }),
  );
  const made: Recording = {
    format: RECORDING_FORMAT,
    takenAt: now.toISOString(),
    firewalls: Object.fromEntries(recorded),
  };
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, `${JSON.stringify(made, undefined, 1)}\n`);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return made;
}

/**
 * Reads a recording, and trusts nothing in it.
 * @throws PreconditionError with every problem of the file, each with its place in it
 */
export async function readRecording(file: string): Promise<Recording> {
  return recordingFrom(file, await readFile(file, "utf8").catch((error: Error) => unreadable(file, error)));
}

/**
 * What the recording that this preview is given has of a firewall; undefined: there is none, the firewall is asked.
 * @param isPreview an update asks the firewall itself, always
 * @throws PreconditionError
 */
export function recordedAnswers(
  { mapping, declared }: FirewallSettings,
  isPreview: boolean,
): (FirewallAnswers & { registered: Registration[] }) | undefined {
  const file = process.env[RULEBASE_VARIABLE] ?? "";
  if (file === "") return undefined;
  if (!isPreview) {
    throw new PreconditionError(
      `${RULEBASE_VARIABLE} is for reviews: an update asks the firewall itself. Unset it`,
    );
  }
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return unreadable(file, error as Error);
  }
  const { firewalls } = recordingFrom(file, text);
  const identity = firewallIdentity(declared);
  const found = Object.hasOwn(firewalls, identity) ? firewalls[identity] : undefined;
  if (found === undefined) {
    throw new PreconditionError(
      `${file} has nothing of ${identity}, only of ${Object.keys(firewalls).join(", ") || "no firewall"}. ${HOW_TO}`,
    );
  }
  if (mapping.destinations === "dynamic" && found.registered === undefined) {
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

function toRecord(
  { rulebases, objects, capacity: most }: FirewallAnswers,
  registered: Registration[] | undefined,
): RecordedFirewall {
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
  const values = <T>(map: Map<string, T>): T[] => [...map.values()];
  return {
    candidate: plain(rulebases.candidate),
    running: plain(rulebases.running),
    objects: {
      addresses: values(objects.addresses),
      addressGroups: values(objects.addressGroups),
      services: values(objects.services),
      applications: values(objects.applications),
      tags: values(objects.tags),
    },
    capacity: Object.fromEntries(Object.entries(most).filter(([, value]) => value !== undefined)),
    ...(registered && { registered }),
  };
}

function fromRecord(recorded: RecordedFirewall): FirewallAnswers & { registered: Registration[] } {
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
  const { objects, capacity: most, registered = [] } = recorded;
  const running = rulebase(recorded.running);
  return {
    rulebases: { candidate: rulebase(recorded.candidate), running },
    objects: {
      // The running rules' own entries.
      rules: new Map(running.rules.flatMap(({ name, found }) => (found ? [[name, found]] : []))),
      addresses: named(objects.addresses),
      addressGroups: named(objects.addressGroups),
      services: named(objects.services),
      applications: named(objects.applications),
      tags: named(objects.tags),
      ...(running.names && { names: running.names }),
    },
    capacity: {
      rules: most.rules,
      services: most.services,
      addresses: most.addresses,
      addressGroups: most.addressGroups,
    },
    registered,
  };
}
