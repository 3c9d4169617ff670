import { execFileSync } from "node:child_process";
import { stopWithLauncher } from "../commands/simulator/launcher";

/** Why the demo ends before its end. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Ending {
  /** Aborted when nobody looks any more, or somebody says so. */
  signal: AbortSignal;
  release: () => void;
}

/**
 * Ends the demo with what it was started for: Ctrl-C, a terminal that is closed, `| head` that has read enough, npm
 * that is gone. What runs for it ends at once, which harms nothing: firewall and state are the demo's own.
 */
export function endingWith(output: NodeJS.WritableStream): Ending {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    controller.abort(new Stopped());
    endChildren();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  output.on("error", stop);
  stopWithLauncher(stop);
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop);
    output.off("error", stop);
  };
  return { signal: controller.signal, release };
}

/** Kills the processes that this one has started; theirs end by themselves, without them. */
function endChildren(): void {
  const list = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  for (const line of list.trim().split("\n")) {
    const [pid = 0, parent] = line.trim().split(/\s+/).map(Number);
    if (parent !== process.pid) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile, as this `ps` has.
    }
  }
}
