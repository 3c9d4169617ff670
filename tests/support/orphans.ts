import { execFile, type ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

/** The processes that a killed engine leaves behind: the program and the provider. */
export class Orphans {
  constructor(private readonly processes: readonly Process[]) {}

  /** Kills an engine, and nothing else, as an out-of-memory killer would. */
  static async of(engine: ChildProcess): Promise<Orphans> {
    const orphans = new Orphans(await descendants(engine.pid ?? -1));
    engine.kill("SIGKILL");
    return orphans;
  }

  /**
   * Those that still run after so long; of a process that isn't a child nobody is told when it ends. The CLI's own
   * language host isn't ours: it looks for its engine in its own time.
   */
  async left(milliseconds: number): Promise<number[]> {
    const until = Date.now() + milliseconds;
    const ours = this.processes.filter(({ words }) => !/pulumi-language-/.test(words)).map(({ pid }) => pid);
    for (;;) {
      const left = ours.filter(isRunning);
      if (left.length === 0 || Date.now() > until) return left;
      await setTimeout(100);
    }
  }

  /** Ends them too, as when the machine stops. */
  end(): void {
    for (const { pid } of this.processes) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface Process {
  pid: number;
  /** Its command line. */
  words: string;
}

/** Processes that a process has started, and theirs. */
export async function descendants(ancestor: number): Promise<Process[]> {
  const { stdout } = await promisify(execFile)("ps", ["-ww", "-e", "-o", "pid=,ppid=,args="]);
  const processes = [...stdout.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, parent, words = ""]) => ({
    pid: Number(pid),
    parent: Number(parent),
    words,
  }));
  const below = (above: number): Process[] =>
    processes.filter(({ parent }) => parent === above).flatMap((each) => [each, ...below(each.pid)]);
  return below(ancestor);
}
