import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "../../lib/records";
import { EngineError } from "./errors";
import type { Deployment } from "./state";

/**
 * A stack in Pulumi's own file backend (`PULUMI_BACKEND_URL=file://…`): the same files, so that the CLI can go on
 * where this engine stopped.
 */
export class StackFiles {
  private readonly stateFile: string;
  private readonly lockDirectory: string;
  private readonly lockFile: string;

  constructor(
    private readonly backendUrl: string,
    private readonly project: string,
    readonly stack: string,
  ) {
    const root = path.join(fileURLToPath(backendUrl), ".pulumi");
    this.stateFile = path.join(root, "stacks", project, `${stack}.json`);
    this.lockDirectory = path.join(root, "locks", "organization", project, stack);
    this.lockFile = path.join(this.lockDirectory, `${randomUUID()}.json`);
  }

  exists(): boolean {
    return existsSync(this.stateFile);
  }

  /** Throws `stack-exists` when there is one already. */
  create(): void {
    if (this.exists()) {
      throw new EngineError(
        "stack-exists",
        `stack 'organization/${this.project}/${this.stack}' already exists`,
      );
    }
    this.save(undefined);
  }

  remove(): void {
    rmSync(this.stateFile, { force: true });
  }

  /** The last checkpoint; undefined for a stack that was never updated. Throws `no-stack`, `bad-state`. */
  load(): Deployment | undefined {
    if (!this.exists()) {
      throw new EngineError("no-stack", `no stack named '${this.stack}' found: create it with stack init`);
    }
    const file: unknown = JSON.parse(readFileSync(this.stateFile, "utf8"));
    const checkpoint = isRecord(file) && file["version"] === 3 ? file["checkpoint"] : undefined;
    if (!isRecord(checkpoint)) {
      throw new EngineError("bad-state", `${this.stateFile} is not a version 3 checkpoint`);
    }
    return checkpoint["latest"] as Deployment | undefined;
  }

  /** Replaces the state in one step, so that a killed run leaves the old or the new one. */
  save(latest: Deployment | undefined): void {
    const checkpoint = { stack: `organization/${this.project}/${this.stack}`, ...(latest && { latest }) };
    mkdirSync(path.dirname(this.stateFile), { recursive: true });
    const partial = `${this.stateFile}.${String(process.pid)}.tmp`;
    writeFileSync(partial, JSON.stringify({ version: 3, checkpoint }));
    renameSync(partial, this.stateFile);
  }

  /** Takes the stack's lock. Throws `locked`, naming who holds it. */
  lock(): void {
    this.checkLocks();
    mkdirSync(this.lockDirectory, { recursive: true });
    const owner = {
      pid: process.pid,
      username: userInfo().username,
      hostname: hostname(),
      timestamp: new Date(),
    };
    writeFileSync(this.lockFile, JSON.stringify(owner));
    try {
      // Two that started together both see the other one's file now, and both give way.
      this.checkLocks();
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  unlock(): void {
    rmSync(this.lockFile, { force: true });
  }

  /** `cancel`: removes everybody's locks. */
  removeLocks(): void {
    rmSync(this.lockDirectory, { recursive: true, force: true });
  }

  private checkLocks(): void {
    const own = path.basename(this.lockFile);
    const others = (existsSync(this.lockDirectory) ? readdirSync(this.lockDirectory) : []).filter(
      (name) => name !== own,
    );
    if (others.length === 0) return;
    const owners = others.map((name) => {
      const lock: unknown = JSON.parse(readFileSync(path.join(this.lockDirectory, name), "utf8"));
      const field = (key: string): string => (isRecord(lock) ? String(lock[key]) : "?");
      const url = `${this.backendUrl}/.pulumi/locks/organization/${this.project}/${this.stack}/${name}`;
      const time = field("timestamp").replace(/\.\d+/, "");
      return `\n  ${url}: created by ${field("username")}@${field("hostname")} (pid ${field("pid")}) at ${time}`;
    });
    throw new EngineError(
      "locked",
      `the stack is currently locked by ${String(others.length)} lock(s). Either wait for the other process(es) ` +
        `to end or delete the lock file with \`pulumi cancel\`.${owners.join("")}`,
    );
  }
}
