/** GitHub or GitLab could not be asked, or refused; the message says what was being done and what to do about it. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code = "HOST";

  constructor(
    message: string,
    /** The host's HTTP status; undefined: it did not answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}
