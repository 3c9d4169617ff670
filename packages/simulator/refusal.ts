/**
 * What the firewall refuses to do, with PAN-OS's result code and message lines. It becomes an answer
 * with status "error" (see http/answers.ts); nothing has changed when it is thrown.
 */
export class Refusal extends Error {
  constructor(
    /** PAN-OS's code: "12" invalid object, "10" in use, …; undefined where its answer carries none. */
    readonly code: string | undefined,
    readonly lines: readonly string[],
  ) {
    super(lines.join("; "));
  }
}

/** A request that never reaches the configuration: HTTP 400 or 403, and the message at result/msg. */
export class BadRequest extends Error {
  constructor(
    readonly httpStatus: 400 | 403,
    message: string,
  ) {
    super(message);
  }
}
