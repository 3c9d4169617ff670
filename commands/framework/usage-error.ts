/** A command line can't be followed. Everything that is wrong with it, a line each. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** Collects what is wrong with a command line, to say all of it at once. @param given a problem, or false */
export function refuse(...given: readonly (string | false)[]): void {
  const problems = given.filter((problem) => problem !== false);
  if (problems.length > 0) throw new UsageError(problems);
}
