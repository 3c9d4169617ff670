import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is, first in these folders and then on the PATH; undefined: it isn't installed. */
export function findProgram(name: string, ...folders: string[]): string | undefined {
  const all = [...folders, ...(process.env["PATH"] ?? "").split(delimiter)];
  return all.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * For a suite that needs programs beside Node: whether they are here. Where one isn't, the suite says so, and has
 * nothing else.
 */
export function needs(...programs: string[]): boolean {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) it(`is skipped: ${missing.join(" and ")} can't be found`);
  return missing.length === 0;
}
