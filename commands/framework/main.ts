import type { Terminal } from "./terminal";

interface Runnable {
  run(args: string[], terminal: Terminal): Promise<number>;
}

/** Runs a command on this process's terminal; its result is the exit code. */
export function runOnTerminal(command: Runnable, args: string[] = process.argv.slice(2)): void {
  // `… | head` reads no further: the rest of what is to be said is for nobody, and the work goes on.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  const terminal = {
    ...{ input: process.stdin, output: process.stdout, errors: process.stderr },
    ...{ folder: process.cwd(), environment: process.env },
  };
  void command.run(args, terminal).then((code) => {
    process.exitCode = code;
  });
}
