import { printable } from "../../lib/printable";
import { displayOf, isTerminal } from "../../lib/terminal/display";
import { paragraph, type Indent } from "../../lib/terminal/paragraph";

/** Where a command reads and writes, so that a test need not be a terminal. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  /** Results. */
  output: NodeJS.WritableStream;
  /** What is wrong, and how far it is. */
  errors: NodeJS.WritableStream;
  /** The project's, where the stack files are. */
  folder: string;
  environment: NodeJS.ProcessEnv;
}

/** Says lines on a terminal, with nothing in them that it would obey. */
export function lines(output: NodeJS.WritableStream): (text: string) => void {
  return (text) => void output.write(`${printable(text)}\n`);
}

/**
 * Says sentences: broken within a terminal's width; in a pipe as they are, since what reads them there looks for whole
 * lines. What a person copies goes through `lines`.
 */
export function prose(
  output: NodeJS.WritableStream,
  environment: NodeJS.ProcessEnv,
): (text: string, indent?: Indent) => void {
  const say = lines(output);
  if (!isTerminal(output)) return (text, { first = "" } = {}) => say(first + text);
  const display = displayOf(output, environment);
  return (text, indent) =>
    say(
      text
        .split("\n")
        .map((line) => paragraph([line], display, indent ?? { first: /^ */.exec(line)![0] }))
        .join("\n"),
    );
}
