import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * Calls `stop` when whoever started this process is gone. `npm run` passes a signal to a shell of its
 * own, which dies of it and tells nobody: without this, ending npm leaves the simulator listening.
 * Only looked after under npm; elsewhere a process may well outlive its parent (nohup).
 */
export function stopWithLauncher(stop: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  // What loads this program, and the shell above it.
  const launchers = [process.ppid, parentOf(process.ppid)].filter((pid) => pid !== undefined && pid > 1);
  const watch = setInterval(() => {
    if (launchers.every((pid) => pid !== undefined && isAlive(pid))) return;
    clearInterval(watch);
    stop();
  }, 250);
  watch.unref();
}

function parentOf(pid: number): number | undefined {
  try {
    const file = `/proc/${pid}/stat`;
    // "pid (command) state ppid …", and a command may hold anything, parentheses too.
    const text = existsSync(file)
      ? readFileSync(file, "utf8").replace(/^.*\)\s+\S+\s+/s, "")
      : execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" });
    const parent = Number.parseInt(text, 10);
    return Number.isNaN(parent) ? undefined : parent;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
