import { setTimeout } from "node:timers/promises";
import { printable } from "../lib/printable";
import { displayOf, isTerminal, type Display, type Part } from "../lib/terminal/display";
import { paragraph, type Indent } from "../lib/terminal/paragraph";
import { waitingFor, type Waiting } from "../lib/terminal/progress";
import { table, type Column } from "../lib/terminal/table";
import type { Terminal } from "../commands/framework";

/** So long a person gets to read before it goes on. */
const PAUSE_MS = 900;
const INDENT = "   ";

/** What the demo says, in the width and the colours of where it is seen. */
export class Screen {
  readonly display: Display;
  private number = 0;

  constructor(
    private readonly terminal: Pick<Terminal, "output" | "errors" | "environment">,
    private readonly options: { fast: boolean; stopped: AbortSignal },
  ) {
    this.display = displayOf(terminal.output, terminal.environment);
  }

  say(parts: readonly Part[], indent?: Indent): void {
    this.write(paragraph(parts, this.display, indent));
  }

  /** A paragraph under the step that it belongs to. */
  note(...parts: Part[]): void {
    this.say(parts, { first: INDENT });
  }

  heading(text: string): void {
    this.write("");
    this.say([{ text, style: "bold" }]);
  }

  /** Another program's text, in its own lines. */
  quote(text: string): void {
    this.write(printable(text).replace(/^(?=.)/gm, INDENT));
  }

  /** The heading of the next step, and time to have read what is above it. */
  async step(title: string): Promise<void> {
    await this.pause();
    this.write("");
    const number: Part = { text: `${++this.number}. `, style: ["bold", "cyan"] };
    this.say([number, { text: title, style: "bold" }], { first: "", rest: INDENT });
  }

  table(columns: readonly Column[], rows: readonly (readonly Part[])[]): void {
    this.write(table(columns, rows, this.display, INDENT));
  }

  async waitingFor<T>(what: string, run: (waiting: Waiting) => Promise<T>): Promise<T> {
    const result = await waitingFor(what, run, this.terminal);
    // What was stopped has come to nothing.
    this.options.stopped.throwIfAborted();
    return result;
  }

  private async pause(): Promise<void> {
    const { fast, stopped } = this.options;
    if (!fast && isTerminal(this.terminal.output)) await setTimeout(PAUSE_MS, undefined, { signal: stopped });
  }

  private write(text: string): void {
    this.terminal.output.write(`${text}\n`);
  }
}
