import { setTimeout as wait } from "node:timers/promises";
import type { Job, JobQueue } from "../commit/jobs";
import type { Firewall, RestartOptions } from "../firewall";
import { answerRequest } from "../http/api";
import type { Answer } from "../http/answers";
import { Refusal } from "../refusal";
import { escapeText } from "../xml/print";
import type { Effect } from "./fault";
import type { Leftovers } from "./leftovers";

/** What a fault can reach. */
export interface FaultScene {
  firewall: Firewall;
  leftovers: Leftovers;
  /** Closes the servers at once, restarts the firewall, and opens them again after a time. */
  restart(options: RestartOptions & { downMs?: number }): void;
  /** Ends waiting when the simulator stops. */
  signal: AbortSignal;
}

/**
 * Does what an effect does to the firewall; what it does to the request's answer is in answer.ts.
 * @param name of the fault
 * @returns a note where something else came of it than what the fault says
 */
export async function happen(name: string, effect: Effect, scene: FaultScene): Promise<string | undefined> {
  const { firewall, leftovers } = scene;
  switch (effect.do) {
    case "delay":
      await wait(effect.ms, undefined, { signal: scene.signal });
      return;
    case "expire-keys":
      firewall.accounts.invalidateKeys(effect.why ?? "expired");
      return;
    case "stick-job":
      firewall.jobs.stickNext();
      leftovers.add(name, effect.requests, () => firewall.jobs.release());
      return;
    case "fail-job":
      firewall.commits.failNext([...(effect.details ?? ["Commit failed"])]);
      return;
    case "lock":
      return lock(name, effect, scene);
    case "fail-over":
      return failOver(effect, firewall);
    case "restart":
      scene.restart(effect);
      return;
    case "edit":
      return edit(effect, firewall);
    case "full-commit-required":
      firewall.fullCommitRequired = true;
      leftovers.add(name, effect.requests, () => (firewall.fullCommitRequired = false));
      return;
    case "drop":
    case "http-error":
    case "truncate":
    case "not-xml":
      return;
  }
}

function lock(name: string, effect: Effect & { do: "lock" }, scene: FaultScene): string | undefined {
  const { kind, admin, scope = "shared", comment = "", requests } = effect;
  const { locks } = scene.firewall;
  try {
    locks.add(kind, admin, scope, comment);
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  const held = locks.list(kind, scope).find((lock) => lock.admin === admin);
  if (held) scene.leftovers.add(name, requests, () => locks.drop(held));
  return undefined;
}

function failOver({ to }: Effect & { do: "fail-over" }, { ha }: Firewall): string | undefined {
  try {
    ha?.failOver(to);
    return ha ? undefined : "not in an HA pair";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Another administrator asks as any client does; locks and roles hold for that one too. */
async function edit(effect: Effect & { do: "edit" }, firewall: Firewall): Promise<string | undefined> {
  const { admin, operations, commit } = effect;
  if (operations !== undefined) {
    const element = `<multi-config>${operations}</multi-config>`;
    const written = answerRequest(
      firewall,
      admin,
      new Map([
        ["type", "config"],
        ["action", "multi-config"],
        ["element", element],
      ]),
    );
    if (written.status !== "success") return `the edit was refused: ${plain(written)}`;
  }
  if (commit === undefined) return undefined;
  const partial = `<partial><admin><member>${escapeText(admin)}</member></admin></partial>`;
  const cmd = `<commit>${commit === "own" ? partial : ""}</commit>`;
  const known = new Set(firewall.jobs.jobs);
  const asked = answerRequest(
    firewall,
    admin,
    new Map([
      ["type", "commit"],
      ["cmd", cmd],
    ]),
  );
  if (asked.status !== "success") return `the commit was refused: ${plain(asked)}`;
  const job = firewall.jobs.jobs.find((one) => !known.has(one));
  if (!job) return "there was nothing to commit";
  await endOf(job, firewall.jobs);
  return job.result === "OK" ? undefined : `the commit's job ${job.id} is ${job.status} ${job.result}`;
}

function plain({ body }: Answer): string {
  return body
    .replace(/<!\[CDATA\[(.*?)\]\]>/gs, "$1")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** When a job is done, gone, or behind one that is stuck. */
function endOf(job: Job, jobs: JobQueue): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      jobs.off("job", look);
      jobs.off("cleared", end);
      resolve();
    };
    const look = (): void => {
      if (job.status === "FIN" || jobs.isStuck) end();
    };
    jobs.on("job", look);
    jobs.on("cleared", end);
    look();
  });
}
