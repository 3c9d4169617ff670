/**
 * What the engine refuses to do. `code` is stable; the message says what was being done and what to do about it.
 * A `reported` error has already been shown as a diagnostic, so the command only has to exit with 1.
 */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    readonly reported = false,
  ) {
    super(message);
  }
}

export type EngineErrorCode =
  | "bad-arguments"
  | "bad-project"
  | "bad-state"
  | "failed"
  | "canceled"
  | "locked"
  | "no-plugin"
  | "no-stack"
  | "passphrase"
  | "provider"
  | "stack-exists";

/** A failure that the user has already seen as a diagnostic. */
export function alreadyReported(message: string, code: EngineErrorCode = "failed"): EngineError {
  return new EngineError(code, message, true);
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
