/**
 * What can go wrong with a flow log. Stable: programs may test for these.
 *
 * - `NOT_A_FLOW_LOG` it is something else; `FIELDS_MISSING` its format lacks what is needed
 * - `DAMAGED` it is cut off, or can't be unpacked; `UNREADABLE` the file system or S3 refuses it
 */
type FlowLogErrorCode = "NOT_A_FLOW_LOG" | "FIELDS_MISSING" | "DAMAGED" | "UNREADABLE";

/** A flow log, or a place of flow logs, that can't be used. */
export class FlowLogError extends Error {
  override readonly name = "FlowLogError";

  constructor(
    readonly code: FlowLogErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
