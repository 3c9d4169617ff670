/** The Pulumi CLI can't be run, or did not do what it was asked for. Its message holds what it said. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
  readonly code = "PULUMI";
}
