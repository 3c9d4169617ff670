/** Text in pieces, handed on line by line. */
export class Lines {
  private rest = "";

  constructor(private readonly onLine: (line: string) => void) {}

  add(text: string): void {
    const lines = (this.rest + text).split(/\r?\n/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") this.onLine(line);
  }

  /** Hands on what has no line end. */
  end(): void {
    this.add("\n");
  }
}
