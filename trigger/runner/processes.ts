import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { RUN_VARIABLES } from "../../settings/run";

const POLL_MS = 50;
const PATIENCE_MS = 5_000;

/**
 * The living processes of a run: engine, program and provider, also those whose parent is gone. They are known
 * by the report's path, which no two runs share, in the environment that they were started with
 * (/proc/PID/environ; Lambda and CodeBuild are Linux, elsewhere there are none to be seen).
 */
export function processesOf(report: string): number[] {
  const variable = `${RUN_VARIABLES.report}=${report}`;
  return processIds().filter((pid) => environmentOf(pid).includes(variable));
}

/**
 * Kills the processes of a run, so that nothing of it goes on writing.
 * @returns whether none is left
 */
export async function endProcesses(report: string): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    const left = processesOf(report);
    if (left.length === 0) return true;
    if (Date.now() > end) return false;
    for (const pid of left) kill(pid);
  }
}

function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended, or that is somebody else's. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
