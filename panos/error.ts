import { printable } from "../lib/printable";

/**
 * What went wrong, for programs:
 * - `unreachable` no connection; `certificate` TLS refused; `timeout` the call's deadline passed
 * - `key-expired` the API key is past the life that the device gives keys; `key-refused` it is unknown to the
 *   device: revoked, replaced or wrong; `key-missing` it can't be read from where it is kept
 * - `login-refused` user or password is wrong; `forbidden` the administrator's role lacks a right
 * - `busy` the device asks to try again later; `refused` any other refusal by the device
 * - `ambiguous` the connection was lost after a write was sent: it may or may not have happened
 * - `not-panos` the answer isn't one of a PAN-OS device; `too-large` it is longer than such an answer can be;
 *   `job` a job ended in failure
 * - `unsupported` this device can't do what is needed; `settings` the connection's settings are wrong
 */
export type PanosErrorCode =
  | "unreachable"
  | "certificate"
  | "timeout"
  | "key-expired"
  | "key-refused"
  | "key-missing"
  | "login-refused"
  | "forbidden"
  | "busy"
  | "refused"
  | "ambiguous"
  | "not-panos"
  | "too-large"
  | "job"
  | "unsupported"
  | "settings";

/** The codes that say that the device doesn't let us: asking again changes nothing. */
export const UNAUTHORIZED: ReadonlySet<PanosErrorCode> = new Set([
  "key-expired",
  "key-refused",
  "key-missing",
  "login-refused",
  "forbidden",
]);

export interface PanosErrorDetails {
  /** What was being done: "get", "multi-config", "commit", … */
  action?: string;
  xpath?: string;
  /** The device's own result code, as text ("12"), where it gave one. */
  panosCode?: string;
  /** The device's own message lines. */
  lines?: string[];
  /** In a multi-config request: the id of the operation that failed. */
  operationId?: string;
  cause?: unknown;
}

/**
 * Any failure of a call to a firewall. Its message never contains a key or a password, and what the device said
 * stands in it as a terminal may show it.
 */
export class PanosError extends Error {
  override readonly name = "PanosError";
  readonly action: string | undefined;
  readonly xpath: string | undefined;
  readonly panosCode: string | undefined;
  readonly lines: string[];
  readonly operationId: string | undefined;

  constructor(
    readonly code: PanosErrorCode,
    message: string,
    details: PanosErrorDetails = {},
  ) {
    const where = [
      details.action && `action ${details.action}`,
      details.xpath && `xpath ${details.xpath}`,
      details.panosCode && `PAN-OS code ${details.panosCode}`,
    ].filter(Boolean);
    super(printable(where.length > 0 ? `${message} (${where.join(", ")})` : message), {
      cause: details.cause,
    });
    this.action = details.action;
    this.xpath = details.xpath;
    this.panosCode = details.panosCode;
    this.lines = (details.lines ?? []).map(printable);
    this.operationId = details.operationId;
  }
}
