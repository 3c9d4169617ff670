/**
 * What can go wrong while reading an inventory. Stable: programs may test for these.
 *
 * - `ACCESS_DENIED`, `THROTTLED`, `LOOKUP_FAILED`: AWS refused or failed a lookup.
 * - `ACCOUNT_REFUSED`: the credentials are another account's than they may be.
 * - `CANNOT_SWITCH`: too large for lookups, and EC2's own API can't be asked.
 * - `SNAPSHOT_UNREADABLE`, `SNAPSHOT_NOT_JSON`, `SNAPSHOT_FORMAT`, `SNAPSHOT_INVALID`: the file is missing or
 *   not a file, holds something else than JSON, is of another format, or its content doesn't fit together.
 */
export type InventoryErrorCode =
  | "ACCESS_DENIED"
  | "THROTTLED"
  | "LOOKUP_FAILED"
  | "ACCOUNT_REFUSED"
  | "CANNOT_SWITCH"
  | "SNAPSHOT_UNREADABLE"
  | "SNAPSHOT_NOT_JSON"
  | "SNAPSHOT_FORMAT"
  | "SNAPSHOT_INVALID";

/** An inventory that could not be read; the message says what was being done and what to do about it. */
export class InventoryError extends Error {
  override readonly name = "InventoryError";

  constructor(
    readonly code: InventoryErrorCode,
    message: string,
    readonly details: {
      /** Every problem of an invalid snapshot, each "path: what is wrong". */
      problems?: string[];
      /** The API action that AWS refused ("DescribeVpcs"), and the IAM permission for it ("ec2:DescribeVpcs"). */
      action?: string;
      permission?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }
}
