/**
 * What can go wrong in the guard. Stable: programs may test for these.
 *
 * - `POLICY` guard.yaml can't be used; `SETTINGS` what the function or a command is told can't be
 * - `EVENT` an event is none that CloudTrail writes of a security group; `GROUP` a group can't be told
 * - `BUSY` another handling of the same group goes on; `RECORD` a record can't be kept
 * - `APPROVALS` the store of approvals can't be read or written; `EC2` EC2 refused
 * - `REACH` another account's role can't be taken on, or a place isn't among those that are guarded
 */
export type GuardErrorCode =
  "POLICY" | "SETTINGS" | "EVENT" | "GROUP" | "BUSY" | "RECORD" | "APPROVALS" | "EC2" | "REACH";

/** The message says what was being done, and what to do about it. */
export class GuardError extends Error {
  override readonly name = "GuardError";

  constructor(
    readonly code: GuardErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
