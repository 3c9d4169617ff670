import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { engineAddress } from "./engine";

/** Notes of other runs are of no use to anybody. */
const OLD_MS = 86_400_000;

/**
 * Where the processes of one update note what they declare, for one another. An update that replaces the provider itself
 * (`pulumi up --replace '**'`) has two, and Pulumi tells the old one's, which deletes, nothing of the new one's.
 */
function noteOf(firewall: string): { folder: string; file: string } {
  const about = JSON.stringify([engineAddress(), firewall]);
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

const noted = new Set<string>();

/** Notes that this process has seen a check for a firewall. Where nothing can be written, only it knows. */
export function noteDeclared(firewall: string): void {
  if (engineAddress() === undefined || noted.has(firewall)) return;
  noted.add(firewall);
  const { folder, file } = noteOf(firewall);
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    if (!isOurs(folder)) return;
    forgetOld(folder);
    writeFileSync(file, String(process.pid));
    process.once("exit", () => rmSync(file, { force: true }));
  } catch {
    // A full disk, or one that is only read.
  }
}

/** Whether another process of this update, which is still there, has seen a check for a firewall. */
export function isDeclaredBeside(firewall: string): boolean {
  const { folder, file } = noteOf(firewall);
  try {
    if (!isOurs(folder)) return false;
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch {
    return false;
  }
}

/** The folder of temporary files is everybody's. */
function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === userInfo().uid && (process.platform === "win32" || (mode & 0o077) === 0);
}

function forgetOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (Date.now() - lstatSync(file).mtimeMs > OLD_MS) rmSync(file, { force: true });
  }
}
