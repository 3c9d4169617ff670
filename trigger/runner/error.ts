/**
 * What can keep a run from starting. Stable: programs may test for these.
 *
 * - `BAD_SETTING` a variable of the environment has a value that can't be used; the message names it
 * - `STORE` what is kept beside the ledger, or a lock of the state backend, can't be read or written
 */
export type RunnerErrorCode = "BAD_SETTING" | "STORE";

/** A run that can't start. Its message says why, and never holds a secret. */
export class RunnerError extends Error {
  override readonly name = "RunnerError";

  constructor(
    readonly code: RunnerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
