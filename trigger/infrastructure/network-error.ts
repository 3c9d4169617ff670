/** The runner can't be put into the network that the configuration names. Says all that is wrong at once. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";

  constructor(
    readonly code: "SEVERAL_VPCS" | "OUT_OF_REACH",
    readonly problems: readonly string[],
  ) {
    super(`the runner can't work in these subnets:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}
