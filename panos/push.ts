import { inParallel } from "../lib/parallel";
import type { PanosClient } from "./client";
import { isAmbiguous, isRefusal } from "./error";
import { listJobs, throughOutages, waitForEnd, type Job, type JobOptions } from "./job";
import { administrators } from "./system";
import { element, escapeXml, type XmlElement } from "./xml";

export interface PushOptions extends JobOptions {
  /** The device group; a push reaches its own firewalls alone, and not those of the groups below it. */
  group: string;
  /** Which of its firewalls; absent: all of them. */
  serials?: readonly string[];
  /** Who we are to Panorama. */
  administrator: string;
  /** `own`: only what this administrator has committed; `full`: what everybody has. */
  scope: "own" | "full";
  description: string;
  /** Asked before it is sent, each time; throws to refuse. */
  beforeSending?: () => Promise<void>;
}

/**
 * Pushes what Panorama runs to the firewalls of a device group, and waits for the job: policy and objects, never
 * templates, and never what somebody has not committed on a firewall.
 * @returns the job, whatever it came to on each firewall; undefined where there was nothing to push
 * @throws PanosError `timeout` when it takes too long
 */
export async function pushGroup(client: PanosClient, options: PushOptions): Promise<Job | undefined> {
  const id = await enqueue(client, options);
  return id === undefined ? undefined : waitForEnd(client, id, { ...options, kind: "push" });
}

/** All of it is said, because sources disagree on what goes for what isn't. */
function command({ group, serials, administrator, scope, description }: PushOptions): string {
  const entry = (name: string, inner = "") => `<entry name="${escapeXml(name)}">${inner}</entry>`;
  const devices =
    serials === undefined ? "" : `<devices>${serials.map((serial) => entry(serial)).join("")}</devices>`;
  return (
    `<commit-all><shared-policy><device-group>${entry(group, devices)}</device-group>` +
    element("description", description) +
    (scope === "own" ? `<admin>${element("member", administrator)}</admin>` : "") +
    "<include-template>no</include-template><merge-with-candidate-cfg>no</merge-with-candidate-cfg>" +
    "<force-template-values>no</force-template-values><validate-only>no</validate-only>" +
    "</shared-policy></commit-all>"
  );
}

/** Where the answer is lost, it looks for the job before it asks again; pushing twice does no harm. */
async function enqueue(client: PanosClient, options: PushOptions): Promise<string | undefined> {
  const send = async () => {
    await options.beforeSending?.();
    return client.push(command(options));
  };
  try {
    return await send();
  } catch (error) {
    if (!isAmbiguous(error)) throw error;
    const end = Date.now() + options.timeoutSeconds * 1000;
    const jobs = await throughOutages(() => listJobs(client), end, options.duringOutage);
    const own = jobs.find(
      ({ type, user, status }) => type === "CommitAll" && user === options.administrator && status !== "FIN",
    );
    return own?.id ?? send();
  }
}

/**
 * Who has committed changes for some device groups that wait for a push.
 * @param besides whose changes are not asked for
 * @returns undefined where Panorama doesn't answer that: no recording of the command is public, and earlier versions
 *   have none
 */
export async function whoseWait(
  client: PanosClient,
  groups: readonly string[],
  besides?: string,
): Promise<string[] | undefined> {
  const anyOf = (waiting: ReadonlySet<string>) => groups.some((group) => waiting.has(group));
  try {
    if (!anyOf(await groupsWaiting(client))) return [];
    const asked = (await administrators(client)).filter((name) => name !== besides);
    const waiting = await inParallel(asked, async (name) => anyOf(await groupsWaiting(client, name)));
    return asked.filter((_, at) => waiting[at]);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The device groups with changes that wait for a push: everybody's, or one administrator's. */
async function groupsWaiting(client: PanosClient, administrator?: string): Promise<Set<string>> {
  const whose = administrator === undefined ? "" : `<admin>${element("member", administrator)}</admin>`;
  const cmd = `<show><config><push-scope>${whose}</push-scope></config></show>`;
  const { result } = await client.op(cmd, true);
  const groups = new Set<string>();
  const visit = ({ attributes, children }: XmlElement): void => {
    if (attributes["loc-type"] === "device-group") groups.add(attributes["loc"] ?? "");
    children.forEach(visit);
  };
  if (result !== undefined) visit(result);
  return groups;
}
