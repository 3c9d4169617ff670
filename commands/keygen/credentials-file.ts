import { open } from "node:fs/promises";
import { CONNECTION_ENVIRONMENT } from "../../panos/connection";
import { fileReason } from "../../lib/file-errors";
import { KeygenError } from "./error";

/** Permissions of anybody but the owner. */
const OTHERS = 0o077;
const NAMES: readonly string[] = Object.values(CONNECTION_ENVIRONMENT);

/**
 * Reads a file of lines `PANOS_…=value`. Blank lines and those that begin with # don't count; quotes around a
 * value are taken off.
 * @returns the values by their names
 * @throws KeygenError where somebody else can read or change the file, or it says something else
 */
export async function readCredentialsFile(file: string): Promise<Record<string, string>> {
  const text = await readPrivately(file);
  const values: Record<string, string> = {};
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    const [, name = "", value = ""] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!NAMES.includes(name)) {
      // Not the line itself: it may be a password.
      throw new KeygenError(
        "FILE",
        `line ${index + 1} of ${file} isn't NAME=value with a name of ${NAMES.join(", ")}`,
      );
    }
    values[name] = value.replace(/^(["'])(.*)\1$/, "$2");
  });
  return values;
}

async function readPrivately(file: string): Promise<string> {
  const handle = await open(file, "r").catch((error: Error) => {
    throw new KeygenError("FILE", `the credentials file ${file} can't be read: ${fileReason(error)}`);
  });
  try {
    // Asked of what was opened, so that nobody can put another file in its place meanwhile.
    const { mode, uid } = await handle.stat();
    const self = process.getuid?.();
    // Windows has no such permissions.
    if (self !== undefined && (mode & OTHERS) !== 0) {
      throw new KeygenError(
        "FILE",
        `others than its owner may read or change ${file} (its mode is ${(mode & 0o777).toString(8)}). ` +
          `Run chmod 600 ${file}; if others could read it for long, change the password too`,
      );
    }
    if (self !== undefined && uid !== self) {
      throw new KeygenError("FILE", `${file} belongs to somebody else, who can read it. Make it your own`);
    }
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
