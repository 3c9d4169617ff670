import { execFile, type ChildProcess } from "node:child_process";
import { promisify } from "node:util";

/** The processes that a killed engine leaves behind: the program and the provider. */
export class Orphans {
  private constructor(private readonly pids: readonly number[]) {}

  /** Kills an engine, and nothing else, as an out-of-memory killer would. */
  static async of(engine: ChildProcess): Promise<Orphans> {
    const orphans = new Orphans(await descendants(engine.pid ?? -1));
    engine.kill("SIGKILL");
    return orphans;
  }

  /** Ends them too, as when the machine stops. */
  end(): void {
    for (const pid of this.pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

async function descendants(ancestor: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-e", "-o", "pid=,ppid="]);
  const processes = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    processes.filter(([, ppid]) => ppid === parent).flatMap(([pid]) => [pid, ...below(pid)]);
  return below(ancestor);
}
