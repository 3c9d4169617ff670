import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface NodeProcess {
  readonly child: ChildProcess;
  /** Exit code; a signal counts as 1. Resolves once the output has been read to its end. */
  readonly exit: Promise<number>;
}

/**
 * Starts node in a process group of its own, as the CLI does with its plugins: what interrupts or kills the engine
 * does not reach it. `line` gets its output line by line.
 */
export function startNode(
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
  line: (stream: "stdout" | "stderr", text: string) => void,
): NodeProcess {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A child that ends early closes this pipe; nothing is ever written to it.
  child.stdin.on("error", () => undefined);
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream], crlfDelay: Infinity }).on("line", (text) => {
      line(stream, text);
    });
  }
  const exit = once(child, "close").then(([code]) => (typeof code === "number" ? code : 1));
  return { child, exit };
}

/** Interrupts a process group and, after `graceMilliseconds`, kills it. */
export async function stopProcess(target: NodeProcess, graceMilliseconds = 5000): Promise<void> {
  const { pid, exitCode, signalCode } = target.child;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  signalGroup(pid, "SIGINT");
  const timer = setTimeout(() => {
    signalGroup(pid, "SIGKILL");
  }, graceMilliseconds);
  await target.exit;
  clearTimeout(timer);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // It has ended meanwhile.
  }
}
