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
};

/** Why a file could not be used. Node's own text begins with the name of a system call. */
export function fileReason(error: unknown): string {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  return KNOWN[code] ?? message;
}
