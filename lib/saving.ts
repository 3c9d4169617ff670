/** Places to save to, made ready before anything is asked that takes long. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder, and those that it is in. Node's own `recursive` never ends where a file system takes no folders, such
 * as /proc (it makes the folder above, which is there, and tries again).
 * @throws errors of the file system
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isMade(folder)) return;
  const above = dirname(folder);
  if (above === folder || (await stateOf(above)) !== undefined) throw noFolders(folder, above);
  await makeFolder(above);
  if (!(await isMade(folder))) throw noFolders(folder, above);
}

/** Makes what a file is to be in, and sees that it is none itself. @throws errors of the file system */
export async function makePlaceFor(file: string): Promise<void> {
  await makeFolder(dirname(file));
  if ((await stateOf(file))?.isDirectory() === true) {
    throw Object.assign(new Error(`${file} is a folder`), { code: "EISDIR", path: file });
  }
}

/** Whether a folder is there now; not, where the one that it is in seems to be missing. */
async function isMade(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    const found = await stateOf(folder);
    if (found?.isDirectory() === true) return true;
    throw found === undefined ? error : Object.assign(new Error("it is no folder"), { path: folder });
  }
}

async function stateOf(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function noFolders(folder: string, above: string): Error {
  return Object.assign(new Error(`no folder can be made in ${above}`), { path: folder });
}
