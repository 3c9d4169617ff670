import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { engineAddress } from "./engine";

/** Notes of processes elsewhere, of which nobody here can tell whether they go on. */
const OLD_MS = 86_400_000;

/**
 * Where the processes of one update note what they declare, for one another. An update that replaces the provider itself
 * (`pulumi up --replace '**'`) has two, and Pulumi tells the old one's, which deletes, nothing of the new one's.
 */
function noteOf(firewall: string): { folder: string; file: string } {
  const about = JSON.stringify([place(), engineAddress(), firewall]);
  const cache = join(__dirname, "..", "..", "node_modules", ".cache");
  // A function's image can't be written to.
  const folder = join(isWritable(cache) ? cache : tmpdir(), `aws-panos-rules-${userInfo().uid}`);
  return { folder, file: join(folder, createHash("sha256").update(about).digest("hex")) };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a process's number means this process: containers may share a folder. */
function place(): string {
  let space = "";
  try {
    space = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux.
  }
  return JSON.stringify([hostname(), space]);
}

const noted = new Map<string, string>();

/** Notes that this process has seen a check for a firewall. Where nothing can be written, only it knows. */
export function noteDeclared(firewall: string): void {
  if (engineAddress() === undefined || noted.has(firewall)) return;
  const { folder, file } = noteOf(firewall);
  if (noted.size === 0) forgetAtTheEnd();
  noted.set(firewall, file);
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    if (!isOurs(folder)) return;
    forgetOld(folder);
    writeFileSync(file, own());
  } catch {
    // A full disk, or one that is only read.
  }
}

/** Whether another process of this update, which is still there, has seen a check for a firewall. */
export function isDeclaredBeside(firewall: string): boolean {
  const { folder, file } = noteOf(firewall);
  try {
    if (!isOurs(folder)) return false;
    return goesOn(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

/** The folder of temporary files is everybody's. */
function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === userInfo().uid && (process.platform === "win32" || (mode & 0o077) === 0);
}

/** What a note of this process says. */
function own(): string {
  return `${process.pid} ${place()}`;
}

/** Whether the process of a note of this place goes on. */
function goesOn(note: string): boolean {
  try {
    process.kill(Number(note.split(" ")[0]), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Those that runs have left which were killed. */
function forgetOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const note = noteIn(file);
    const isHere = note.endsWith(` ${place()}`);
    const isOver = isHere ? !goesOn(note) : Date.now() - modified(file) > OLD_MS;
    if (isOver) rmSync(file, { force: true });
  }
}

function noteIn(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Another run has forgotten it just now.
    return "";
  }
}

function modified(file: string): number {
  return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/** Also where the engine ends this process by a signal, as the CLI does. One that is killed leaves it to the next run. */
function forgetAtTheEnd(): void {
  const forget = () => {
    for (const file of noted.values()) if (noteIn(file) === own()) rmSync(file, { force: true });
  };
  process.once("exit", forget);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      forget();
      // Without a listener it does what it does by default.
      process.kill(process.pid, signal);
    });
  }
}
