/** No key was stored, for a reason that the person can mend. Its message says what to do, and holds no secret. */
export class KeygenError extends Error {
  override readonly name = "KeygenError";

  /**
   * @param code `FILE` a file can't be used; `SETTINGS` something is missing or wrong; `NO_CLI` there is no
   *   Pulumi CLI; `PULUMI` it refused; `NOT_STORED` a key was made and could not be stored
   */
  constructor(
    readonly code: "FILE" | "SETTINGS" | "NO_CLI" | "PULUMI" | "NOT_STORED",
    message: string,
  ) {
    super(message);
  }
}
