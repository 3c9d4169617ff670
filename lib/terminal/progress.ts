import { displayOf, isTerminal, shown } from "./display";
import { shortened } from "./table";

const SIGNS = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const EVERY_MS = 100;
/** What takes no longer isn't told where lines stay. */
const PATIENCE_MS = 4000;

/** How far something is. */
export interface Waiting {
  /** What is waited for now. */
  for(what: string): void;
}

/**
 * Says what is waited for while something runs, on the standard error: in a terminal in one line that goes again,
 * elsewhere in a line for each wait of some length.
 */
export async function waitingFor<T>(
  what: string,
  run: (waiting: Waiting) => Promise<T>,
  { errors, environment }: { errors: NodeJS.WritableStream; environment: NodeJS.ProcessEnv },
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const line = isTerminal(errors) ? new LiveLine(errors, environment) : new PlainLines(errors, patienceMs);
  line.for(what);
  try {
    return await run(line);
  } finally {
    line.end();
  }
}

class LiveLine implements Waiting {
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private what = "";
  private turn = 0;

  constructor(
    private readonly errors: NodeJS.WritableStream,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.timer = setInterval(() => this.write(), EVERY_MS);
    this.timer.unref();
  }

  for(what: string): void {
    this.what = what;
    this.write();
  }

  end(): void {
    clearInterval(this.timer);
    this.errors.write("\r\x1b[K");
  }

  private write(): void {
    const display = displayOf(this.errors, this.environment);
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const text = `${SIGNS[this.turn++ % SIGNS.length]} ${this.what} (${seconds} s)`;
    // A line that is as wide as the terminal would be two.
    const part = { text: shortened(text, display.columns - 1), style: "cyan" } as const;
    this.errors.write(`\r${shown(part, display)}\x1b[K`);
  }
}

class PlainLines implements Waiting {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly errors: NodeJS.WritableStream,
    private readonly patienceMs: number,
  ) {}

  for(what: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => this.errors.write(`${shown(what, { hasColour: false })} …\n`),
      this.patienceMs,
    );
    this.timer.unref();
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
