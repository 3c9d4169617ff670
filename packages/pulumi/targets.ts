/** The URNs of `--target`: literal ones, or patterns with `*` (within a segment) and `**` (anything). */
export class Targets {
  private readonly literals: Set<string>;
  private readonly patterns: RegExp[];

  constructor(targets: readonly string[]) {
    this.literals = new Set(targets.filter((target) => !target.includes("*")));
    this.patterns = targets.filter((target) => target.includes("*")).map(pattern);
  }

  /** Without targets an operation is about everything. */
  get constrained(): boolean {
    return this.literals.size > 0 || this.patterns.length > 0;
  }

  contains(urn: string): boolean {
    if (!this.constrained) return true;
    return this.literals.has(urn) || this.patterns.some((each) => each.test(urn));
  }

  names(): string[] {
    return [...this.literals];
  }
}

function pattern(glob: string): RegExp {
  const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const segments = glob.split("**").map((part) => part.split("*").map(escaped).join("[^:]*"));
  return new RegExp(`^${segments.join(".*")}$`);
}
