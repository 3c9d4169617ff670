import { printable } from "../../lib/printable";

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
