import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";

/**
 * Writes a file all at once: a reader finds what was there before, or all of this. What a link leads to is written, and
 * the link stays; so does a device or a pipe, such as /dev/stdout, which takes the text as it comes.
 * @throws errors of the file system, with the file; then nothing is left behind
 */
export async function writeAtOnce(file: string, text: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  try {
    if (found !== undefined && !found.isFile()) await writeFile(file, text);
    else await replace(found === undefined ? file : await realpath(file), text);
  } catch (error) {
    throw Object.assign(error as Error, { path: file });
  }
}

async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
