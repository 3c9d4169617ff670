import { jobEnqueued, result } from "../http/answers";
import type { Answer } from "../http/answers";
import { scopeOf } from "../commit/scope";
import type { Job, JobQueue } from "../commit/jobs";
import { Refusal } from "../refusal";
import { deviceTime, timeOfDay } from "../time";
import { cdata, escapeText } from "../xml/print";
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
  if (done) values.push(["p2done", job.result === "OK" ? "yes" : "no"]);
  return `<job>${values.map(([tag, value]) => `<${tag}>${value}</${tag}>`).join("")}</job>`;
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
    return result(jobXml(job, firewall.jobs));
  },
  "show jobs all": (_, { firewall }) => list(firewall.jobs, () => true),
  "show jobs pending": (_, { firewall }) => list(firewall.jobs, ({ status }) => status === "PEND"),
  "show jobs processed": (_, { firewall }) => list(firewall.jobs, ({ status }) => status === "FIN"),
  "validate full": (_, { firewall, admin }) =>
    jobEnqueued("Validate", firewall.commits.validate(admin, scopeOf(undefined), "").id),
  "validate partial": (node, { firewall, admin }) =>
    jobEnqueued("Validate", firewall.commits.validate(admin, scopeOf(node), "").id),
};
