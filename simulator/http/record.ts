import type { Answer } from "./answers";
import type { HeldRequest } from "./holds";

/** One request and how it was answered; never a password or a key. */
export interface RequestRecord {
  time: string;
  admin: string;
  type: string;
  action?: string;
  xpath?: string;
  cmd?: string;
  element?: string;
  /** "success", "error" or "unauth". */
  status: string;
  /** PAN-OS's result code, where it gave one. */
  code?: string;
}

const SECRET = /<(phash|password|passwd|private-key|key|secret|[\w-]*passphrase)>[^<]*<\/\1>/g;

export function recordOf(request: HeldRequest, { status, code }: Answer): RequestRecord {
  const record: RequestRecord = { time: new Date().toISOString(), ...request, status };
  if (record.cmd !== undefined) record.cmd = record.cmd.replace(SECRET, "<$1>***</$1>");
  if (record.element !== undefined) {
    const isAboutUsers = record.xpath?.includes("mgt-config") ?? false;
    record.element = isAboutUsers ? "***" : record.element.replace(SECRET, "<$1>***</$1>");
  }
  if (code !== undefined) record.code = code;
  return record;
}
