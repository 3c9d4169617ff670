import { jobEnqueued, result } from "../http/answers";
import type { Answer } from "../http/answers";
import { scopeOf } from "../commit/scope";
import type { Job, JobQueue } from "../commit/jobs";
import { Refusal } from "../refusal";
import { deviceTime, timeOfDay } from "../time";
import { cdata, escapeAttribute, escapeText } from "../xml/print";
import type { OpCommands } from "./types";

/** A job as `show jobs` prints it. */
function jobXml(job: Job, queue: JobQueue): string {
  const done = job.status === "FIN";
  const line = (text: string): string =>
    `<line>${/[&<>]|^ /.test(text) ? cdata(text) : escapeText(text)}</line>`;
  const values: [string, string][] = [
    ["tenq", deviceTime(job.enqueued)],
    ["tdeq", job.started ? timeOfDay(job.started) : "00:00:00"],
    ["id", String(job.id)],
    ["user", escapeText(job.user)],
    ["type", job.type],
    ["status", job.status],
    ["queued", job.status === "PEND" ? "YES" : "NO"],
    ["stoppable", done || job.status === "PEND" ? "no" : "yes"],
    ["result", job.result],
    ["tfin", job.finished ? deviceTime(job.finished) : "Still Active"],
    ["description", escapeText(job.description)],
    ["positionInQ", String(queue.position(job))],
    ["progress", String(queue.progress(job))],
    ["warnings", job.warnings.map(line).join("")],
    ["details", job.details.map(line).join("")],
  ];
  if (job.pushed && done) values.push(...pushedValues(job.pushed));
  if (done) values.push(["p2done", job.result === "OK" ? "yes" : "no"]);
  return `<job>${values.map(([tag, value]) => `<${tag}>${value}</${tag}>`).join("")}</job>`;
}

/** What a push's job says of each firewall, once it has ended. */
function pushedValues({ type, groups, devices }: NonNullable<Job["pushed"]>): [string, string][] {
  const lines = (texts: readonly string[]) => texts.map((text) => `<line>${cdata(text)}</line>`).join("");
  const entries = devices.map(
    (device) =>
      `<entry><serial-no>${device.serial}</serial-no><devicename>${escapeText(device.name)}</devicename>` +
      `<multi-vsys>no</multi-vsys><vsys>${device.vsys === "vsys1" ? "" : device.vsys}</vsys>` +
      `<status>${device.status}</status><result>${device.result}</result>` +
      `<tstart>${timeOfDay(device.started)}</tstart><tfin>${timeOfDay(device.finished)}</tfin><details>` +
      `<msg cmd="push-data" dname="${device.serial}" dgname="${escapeAttribute(device.group)}" result="${device.result === "OK" ? "success" : "failure"}">` +
      `<errors>${lines(device.errors)}</errors><warnings>${lines(device.warnings)}</warnings></msg></details></entry>`,
  );
  return [
    ["push_type", type],
    ["dgname", escapeText(groups.join(","))],
    ["devices", entries.join("")],
  ];
}

/** Lets firewalls go on that were to get a push only now. */
function goOn({ status, pushed }: Job): void {
  if (status !== "FIN" || pushed === undefined) return;
  for (const [at, device] of pushed.devices.entries()) {
    const { late, ...pending } = device;
    if (late === undefined) continue;
    pushed.devices[at] = pending;
    void late().then((ended) => (pushed.devices[at] = ended));
  }
}

function list(queue: JobQueue, wanted: (job: Job) => boolean): Answer {
  return result(
    queue
      .all()
      .filter(wanted)
      .map((job) => jobXml(job, queue))
      .join(""),
  );
}

export const jobCommands: OpCommands = {
  "show jobs id": (node, { firewall }) => {
    const id = node.text.trim();
    const job = /^\d+$/.test(id) ? firewall.jobs.find(Number(id)) : undefined;
    if (!job) throw new Refusal(undefined, [`job ${id} not found`]);
    const shown = jobXml(job, firewall.jobs);
    goOn(job);
    return result(shown);
  },
  "show jobs all": (_, { firewall }) => list(firewall.jobs, () => true),
  "show jobs pending": (_, { firewall }) => list(firewall.jobs, ({ status }) => status === "PEND"),
  "show jobs processed": (_, { firewall }) => list(firewall.jobs, ({ status }) => status === "FIN"),
  "validate full": (_, { firewall, admin }) =>
    jobEnqueued("Validate", firewall.commits.validate(admin, scopeOf(undefined), "").id),
  "validate partial": (node, { firewall, admin }) =>
    jobEnqueued("Validate", firewall.commits.validate(admin, scopeOf(node), "").id),
};
