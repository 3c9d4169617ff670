/** The Pulumi CLI can't be run, or did not do what it was asked for. Its message holds what it said. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
  readonly code = "PULUMI";
}

/** Where the state has no stack of a name. */
export function noStack(stack: string, cause?: unknown): PulumiError {
  return new PulumiError(
    `there is no stack ${stack} where the state is kept: pulumi stack init ${stack} makes it`,
    { cause },
  );
}
