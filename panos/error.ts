import { printable } from "../lib/printable";

/**
 * What went wrong, for programs:
 * - `UNREACHABLE` no connection; `CERTIFICATE` TLS refused; `TIMEOUT` a read's deadline passed, or a job's
 * - `KEY_EXPIRED` the API key is past the life that the device gives keys; `KEY_REFUSED` it is unknown to the
 *   device: revoked, replaced or wrong; `KEY_MISSING` it can't be read from where it is kept
 * - `SESSION_TIMED_OUT` the device has forgotten us, again after a new try; what was asked before goes on
 * - `LOGIN_REFUSED` user or password is wrong; `FORBIDDEN` the administrator's role lacks a right
 * - `BUSY` the device asks to try again later; `REFUSED` any other refusal by the device
 * - `AMBIGUOUS` the connection was lost after a write was sent, or its answer didn't come in time: it may or may not
 *   have happened
 * - `NOT_PANOS` the answer isn't one of a PAN-OS device; `TOO_LARGE` it is longer than such an answer can be;
 *   `JOB` a job ended in failure
 * - `UNSUPPORTED` this device can't do what is needed; `SETTINGS` the connection's settings are wrong
 */
export type PanosErrorCode =
  | "UNREACHABLE"
  | "CERTIFICATE"
  | "TIMEOUT"
  | "KEY_EXPIRED"
  | "KEY_REFUSED"
  | "KEY_MISSING"
  | "SESSION_TIMED_OUT"
  | "LOGIN_REFUSED"
  | "FORBIDDEN"
  | "BUSY"
  | "REFUSED"
  | "AMBIGUOUS"
  | "NOT_PANOS"
  | "TOO_LARGE"
  | "JOB"
  | "UNSUPPORTED"
  | "SETTINGS";

/** The codes that say that the device doesn't let us: asking again changes nothing. */
export const UNAUTHORIZED: ReadonlySet<PanosErrorCode> = new Set([
  "KEY_EXPIRED",
  "KEY_REFUSED",
  "KEY_MISSING",
  "LOGIN_REFUSED",
  "FORBIDDEN",
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
    // Of what the device refused to do, a person wants to know where; of a lost connection or a wrong key, nothing.
    const where =
      code === "REFUSED"
        ? [
            details.xpath && `xpath ${details.xpath}`,
            details.panosCode && `PAN-OS code ${details.panosCode}`,
          ].filter(Boolean)
        : [];
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

/** Whether a device doesn't do what it was asked: it doesn't know it, or not of us. */
export function isRefusal(error: unknown): error is PanosError {
  return error instanceof PanosError && (error.code === "REFUSED" || error.code === "FORBIDDEN");
}

/** Whether nobody knows what became of a write: the connection was lost after it was sent, or its answer came too late. */
export function isAmbiguous(error: unknown): error is PanosError {
  return error instanceof PanosError && error.code === "AMBIGUOUS";
}

/** What a refused write becomes where the device may have refused only its answer: that is not documented. */
export function uncertain(refusal: PanosError): PanosError {
  const { action, xpath, lines } = refusal;
  const said = `${lines.join("; ") || refusal.message}: the request may have been carried out`;
  return new PanosError("AMBIGUOUS", said, {
    ...(action !== undefined && { action }),
    ...(xpath !== undefined && { xpath }),
    lines,
    cause: refusal,
  });
}
