import { rename, rm, writeFile } from "node:fs/promises";

/**
 * Writes a file all at once: a reader finds what was there before, or all of this.
 * @throws errors of the file system; then nothing is left behind
 */
export async function writeAtOnce(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
