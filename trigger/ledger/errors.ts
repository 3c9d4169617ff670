/**
 * What can go wrong with a ledger. Stable: programs may test for these.
 *
 * - `LEDGER_ADDRESS` its address is none; `LEDGER_UNREACHABLE` it can't be read or written now
 * - `LEDGER_CONTENDED` others kept writing it; nothing is lost, try again
 * - `LEDGER_FORMAT`, `LEDGER_DAMAGED`, `LEDGER_FOREIGN` it is of another version, is no ledger, or is another
 *   stack's: it is left as it is
 */
export type LedgerErrorCode =
  | "LEDGER_ADDRESS"
  | "LEDGER_UNREACHABLE"
  | "LEDGER_CONTENDED"
  | "LEDGER_FORMAT"
  | "LEDGER_DAMAGED"
  | "LEDGER_FOREIGN";

/** A ledger that can't be used. Its message says which, what is wrong, and what to do. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";

  constructor(
    readonly code: LedgerErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
