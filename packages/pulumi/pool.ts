import { randomBytes } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import path from "node:path";
import { readLines, stopGroup, type LineTaker, type NodeProcess, type NodeScript } from "./processes";

const REUSABLE = path.join(__dirname, "reusable.cjs");
/** So many wait for more work at most, and each does so much before another takes its place. */
const MOST_IDLE = 6;
const MOST_RUNS = 40;

interface Job {
  mark: string;
  line: LineTaker;
  /** Streams whose output has been read to its end. */
  read: number;
  code: number | undefined;
  resolve: (code: number) => void;
}

/** Who waits for work, the last one that did some last. */
const idle: Pooled[] = [];

/** As `startNode`, in a process that ran others before where one is free. For the demo and the tests. */
export function startPooled(script: NodeScript, line: LineTaker): NodeProcess {
  const kind = JSON.stringify([script.nodeargs, script.cwd, script.env["NODE_OPTIONS"]]);
  const free = idle.findLast((pooled) => pooled.kind === kind && pooled.isThere);
  return (free ?? new Pooled(kind, script)).run(script, line);
}

/** A process of `reusable.cjs`. */
class Pooled {
  private readonly child: ChildProcess;
  private job: Job | undefined;
  private runs = 0;

  constructor(
    readonly kind: string,
    { nodeargs, cwd, env }: NodeScript,
  ) {
    this.child = spawn(process.execPath, [...nodeargs, REUSABLE], {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const { stdout, stderr } = this.child;
    readLines({ stdout: stdout!, stderr: stderr! }, (stream, text) => this.take(stream, text));
    this.child.on("message", (code) => {
      if (this.job) this.job.code = Number(code);
      this.look();
    });
    // What can't be sent to it any more, either: its end says so.
    this.child.on("error", () => undefined);
    this.child.once("close", (code) => {
      this.job?.resolve(typeof code === "number" ? code : 1);
      this.leave();
    });
  }

  get isThere(): boolean {
    return this.child.connected;
  }

  run({ script, args, env, cwd }: NodeScript, line: LineTaker): NodeProcess {
    this.leave();
    const mark = `ended ${randomBytes(12).toString("hex")}`;
    this.hold(true);
    this.runs++;
    const exit = new Promise<number>((resolve) => {
      this.job = { mark, line, read: 0, code: undefined, resolve };
    });
    this.child.send({ script, args, environment: env, directory: cwd, mark });
    const { job } = this;
    // What has ended may be at another's work by now.
    const stop = async (): Promise<void> => {
      if (this.job === job) await stopGroup(this.child, exit);
    };
    const end = async (): Promise<void> => {
      if (this.job !== job || !this.isThere) return stop();
      this.child.send("end");
      const timer = setTimeout(() => void stop(), 2000);
      await exit;
      clearTimeout(timer);
    };
    return { exit, stop, end };
  }

  private take(stream: "stdout" | "stderr", text: string): void {
    const { job } = this;
    if (!job?.mark || !text.endsWith(job.mark)) {
      job?.line(stream, text);
      return;
    }
    const before = text.slice(0, -job.mark.length);
    if (before !== "") job.line(stream, before);
    job.read++;
    this.look();
  }

  /** Whether the work is done, and there may be more. */
  private look(): void {
    const { job } = this;
    if (job?.code === undefined || job.read < 2) return;
    this.job = undefined;
    this.hold(false);
    if (this.runs < MOST_RUNS) idle.push(this);
    else this.retire();
    if (idle.length > MOST_IDLE) idle.shift()?.retire();
    job.resolve(job.code);
  }

  /** It waits for work no more. */
  private leave(): void {
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
  }

  private retire(): void {
    if (this.isThere) this.child.disconnect();
  }

  /** Whether this process waits for it. */
  private hold(held: boolean): void {
    const { child } = this;
    for (const one of [child, child.channel, child.stdout as Socket, child.stderr as Socket]) {
      if (held) one?.ref();
      else one?.unref();
    }
  }
}
