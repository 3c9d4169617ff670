import { printable } from "../lib/printable";

/** Where a command reads and writes, so that a test need not be a terminal. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** The project's, where the stack files are. */
  folder: string;
  environment: NodeJS.ProcessEnv;
}

/** Says lines on a terminal, with nothing in them that it would obey. */
export function lines(output: NodeJS.WritableStream): (text: string) => void {
  return (text) => void output.write(`${printable(text)}\n`);
}

/** Runs a command on this process's terminal: its result is the exit code, and a failure's message is shown. */
export function runCommand(command: (args: string[], terminal: Terminal) => Promise<number>): void {
  const terminal = {
    input: process.stdin,
    output: process.stdout,
    folder: process.cwd(),
    environment: process.env,
  };
  command(process.argv.slice(2), terminal).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${printable(error instanceof Error ? error.message : String(error))}\n`);
      process.exitCode = 1;
    },
  );
}
