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
  /** The firewall that Panorama hands it on to. */
  target?: string;
  element?: string;
  /** "success", "error" or "unauth"; "none" when a fault ended it before it acted. */
  status: string;
  /** PAN-OS's result code, where it gave one. */
  code?: string;
  /** Names of the faults that hit it. */
  faults?: readonly string[];
}

const SECRET = /<(phash|password|passwd|private-key|key|secret|[\w-]*passphrase)>[^<]*<\/\1>/g;

export function recordOf(
  request: HeldRequest,
  { status, code }: Pick<Answer, "status" | "code">,
  faults: readonly string[] = [],
): RequestRecord {
  const record: RequestRecord = { time: new Date().toISOString(), ...withoutSecrets(request), status };
  if (code !== undefined) record.code = code;
  if (faults.length > 0) record.faults = faults;
  return record;
}

/** A request as it may be shown and kept. */
export function withoutSecrets(request: HeldRequest): HeldRequest {
  const { cmd, element, xpath } = request;
  const isAboutUsers = xpath?.includes("mgt-config") ?? false;
  return {
    ...request,
    ...(cmd !== undefined && { cmd: cmd.replace(SECRET, "<$1>***</$1>") }),
    ...(element !== undefined && {
      element: isAboutUsers ? "***" : element.replace(SECRET, "<$1>***</$1>"),
    }),
  };
}
