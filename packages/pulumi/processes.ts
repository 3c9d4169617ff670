import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A script for Node, and what it finds. */
export interface NodeScript {
  nodeargs: string[];
  script: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Gets output line by line. */
export type LineTaker = (stream: "stdout" | "stderr", text: string) => void;

export interface NodeProcess {
  /** Exit code; a signal counts as 1. Resolves once the output has been read to its end. */
  readonly exit: Promise<number>;
  /** Interrupts it, with all that it has started. */
  stop: () => Promise<void>;
  /** Ends it after it has done what it was asked for. */
  end: () => Promise<void>;
}

export type StartNode = (script: NodeScript, line: LineTaker) => NodeProcess;

/**
 * Starts node in a process group of its own, as the CLI does with its plugins: what interrupts or kills the engine
 * does not reach it.
 */
export const startNode: StartNode = ({ nodeargs, script, args, cwd, env }, line) => {
  const child = spawn(process.execPath, [...nodeargs, script, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A child that ends early closes this pipe; nothing is ever written to it.
  child.stdin.on("error", () => undefined);
  readLines(child, line);
  const exit = once(child, "close").then(([code]) => (typeof code === "number" ? code : 1));
  const stop = () => stopGroup(child, exit);
  return { exit, stop, end: stop };
};

/** Hands over what a process says, line by line. */
export function readLines({ stdout, stderr }: { stdout: Readable; stderr: Readable }, line: LineTaker): void {
  for (const [stream, input] of [
    ["stdout", stdout],
    ["stderr", stderr],
  ] as const) {
    createInterface({ input, crlfDelay: Infinity }).on("line", (text) => line(stream, text));
  }
}

/** Interrupts a process group and, after `graceMilliseconds`, kills it. */
export async function stopGroup(
  { pid, exitCode, signalCode }: ChildProcess,
  exit: Promise<number>,
  graceMilliseconds = 5000,
): Promise<void> {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  signalGroup(pid, "SIGINT");
  const timer = setTimeout(() => {
    signalGroup(pid, "SIGKILL");
  }, graceMilliseconds);
  await exit;
  clearTimeout(timer);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // It has ended meanwhile.
  }
}
