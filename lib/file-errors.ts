import { readFileSync } from "node:fs";

/** Refusals of the file system, in a person's words. */
const KNOWN: Partial<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not use it",
  EPERM: "this user may not use it",
  EISDIR: "it is a folder",
  ENOTDIR: "part of its path is no folder",
  EEXIST: "it exists",
  ENOSPC: "the disk is full",
  EROFS: "the disk can't be written to",
  EADDRINUSE: "another program listens there",
};

/** Why a file could not be used. Node's own text begins with the name of a system call. */
export function fileReason(error: unknown): string {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  return KNOWN[code] ?? message;
}

/** The same for whatever fails: with the file or the address that it was about, where Node says it. */
export function reasonOf(error: Error): string {
  const { path, syscall, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (path !== undefined) return `${path}: ${fileReason(error)}`;
  if (syscall === undefined) return error.message;
  return port === undefined ? fileReason(error) : `${address ?? ""}:${port}: ${fileReason(error)}`;
}

/** Reads a text; what refuses it names the file, also where Node's own error doesn't. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw Object.assign(error as Error, { path: file });
  }
}
