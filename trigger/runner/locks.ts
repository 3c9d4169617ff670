import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { isRecord } from "../../lib/records";
import type { Files } from "./files";
import { processesOf } from "./processes";

/** A lock of a stack in a backend that Pulumi keeps itself, as pulumi: pkg/backend/diy/lock.go writes it. */
export interface StackLock {
  /** The name of its file, a UUID and `.json`. */
  file: string;
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** The locks of one stack. They end by themselves in Pulumi Cloud alone; here whoever dies leaves one. */
export class StackLocks {
  private readonly folder: string;

  /**
   * @param files the backend's
   * @param stack without organization and project
   */
  constructor(
    private readonly files: Files,
    project: string,
    stack: string,
  ) {
    this.folder = `.pulumi/locks/organization/${project}/${stack}`;
  }

  /** Everybody's. */
  async list(): Promise<StackLock[]> {
    const names = (await this.files.list(this.folder)).filter((name) => name.endsWith(".json"));
    const found = await Promise.all(
      names.map(async (file) => ({ file, text: await this.files.read(`${this.folder}/${file}`) })),
    );
    return found.flatMap(({ file, text }) => (text === undefined ? [] : [lockFrom(file, text)]));
  }

  /** Removes one lock, and no other. */
  remove(file: string): Promise<void> {
    return this.files.remove(`${this.folder}/${file}`);
  }

  /** Those that a run on this machine holds: its own living process has written them since it began. */
  async ofRun(report: string, began: number): Promise<StackLock[]> {
    const living = new Set(processesOf(report));
    const host = hostname();
    return (await this.list()).filter(
      (lock) => lock.hostname === host && living.has(lock.pid) && Date.parse(lock.timestamp) >= began,
    );
  }
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** The next wait of someone who asks again and again, in milliseconds. */
export function nextWait(wait: number | undefined): number {
  return wait === undefined ? FIRST_WAIT_MS : Math.min(wait * 1.5, LONGEST_WAIT_MS);
}

/**
 * Waits until nobody holds a lock of the stack, or a time.
 * @param onWait called whenever the holders are others than before
 * @returns who holds it still; undefined: nobody
 */
export async function waitForLocks(
  locks: StackLocks,
  until: number,
  onWait: (holders: string) => void,
): Promise<string | undefined> {
  let known = "";
  for (let wait = nextWait(undefined); ; wait = nextWait(wait)) {
    const held = await locks.list();
    if (held.length === 0) return undefined;
    const holders = held.map(holder).join("; ");
    if (holders !== known) onWait(holders);
    known = holders;
    if (Date.now() + wait > until) return holders;
    await delay(wait);
  }
}

/** Who holds a lock, and since when. */
function holder({ username, hostname, pid, timestamp }: StackLock): string {
  return `${username}@${hostname} (pid ${pid}) since ${timestamp.replace(/\.\d+/, "")}`;
}

/** A lock that isn't one of Pulumi's is somebody's nevertheless. */
function lockFrom(file: string, text: string): StackLock {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  const field = (key: string) => {
    const value = isRecord(content) ? content[key] : undefined;
    return typeof value === "string" ? value.replace(/\p{Cc}/gu, " ").slice(0, 100) : "?";
  };
  const pid = isRecord(content) && typeof content["pid"] === "number" ? content["pid"] : -1;
  return {
    file,
    pid,
    username: field("username"),
    hostname: field("hostname"),
    timestamp: field("timestamp"),
  };
}
