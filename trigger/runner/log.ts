const MOST_LINES = 2_000;
const LONGEST_LINE = 2_000;

/** A run's log: so many lines of such a length at most, without secrets. */
export class RunLog {
  private lines = 0;

  /**
   * @param clean takes secrets out of a text
   * @param write gets each line
   */
  constructor(
    readonly clean: (text: string) => string,
    private readonly write: (line: string) => void,
  ) {}

  readonly say = (line: string): void => {
    this.lines += 1;
    if (this.lines > MOST_LINES) return;
    const text = this.clean(line);
    this.write(text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)} …` : text);
  };

  /** Says how much was left out. */
  end(): void {
    if (this.lines > MOST_LINES) this.write(`… and ${this.lines - MOST_LINES} more lines`);
  }
}
