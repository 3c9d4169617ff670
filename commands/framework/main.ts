import type { Command } from "./command";

/** Runs a command on this process's terminal; its result is the exit code. */
export function runOnTerminal(command: Pick<Command, "run">, args: string[] = process.argv.slice(2)): void {
  // `… | head` reads no further: the rest of what is to be said is for nobody, and the work goes on.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // EIO: the terminal was closed.
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  const terminal = {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    folder: process.cwd(),
    environment: process.env,
  };
  void command.run(args, terminal).then((code) => {
    process.exitCode = code;
  });
}
