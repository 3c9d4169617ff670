/**
 * What can go wrong with a secret of AWS Secrets Manager. Stable: programs may test for these.
 *
 * - `NO_REGION` nothing says which region; `NO_CREDENTIALS` no AWS credentials, or bad ones
 * - `NOT_FOUND` there is no such secret, or it has no value yet; `DENIED` the AWS role may not do this
 * - `NOT_A_KEY` its value is no API key; `FAILED` anything else
 */
export type SecretErrorCode =
  "NO_REGION" | "NO_CREDENTIALS" | "NOT_FOUND" | "DENIED" | "NOT_A_KEY" | "FAILED";

/** A secret that can't be read or written. Its message names the secret and never holds its value. */
export class SecretError extends Error {
  override readonly name = "SecretError";

  constructor(
    readonly code: SecretErrorCode,
    message: string,
  ) {
    super(message);
  }
}
