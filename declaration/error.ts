/**
 * What can't be declared. Stable: programs may test for these.
 *
 * - `NO_CLEANUP_RULE` the rule that ours are to stand above isn't on the firewall
 * - `NO_CIDR` a text that an address object is to stand for is no CIDR block
 */
type DeclarationErrorCode = "NO_CLEANUP_RULE" | "NO_CIDR";

/** Its message says what is wrong, and where a person can mend it. */
export class DeclarationError extends Error {
  override readonly name = "DeclarationError";

  constructor(
    readonly code: DeclarationErrorCode,
    message: string,
  ) {
    super(message);
  }
}
