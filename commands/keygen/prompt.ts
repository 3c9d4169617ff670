import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks a person, one question after the other. An answer is undefined when there will be none. */
export interface Prompter {
  ask(question: string): Promise<string | undefined>;
  /** Without showing what is typed. */
  askSecret(question: string): Promise<string | undefined>;
  close(): void;
}

/** @param input a terminal, or lines from elsewhere */
export function prompter(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Prompter {
  const isTerminal = "isTTY" in input && input.isTTY === true;
  let hidden = false;
  const echo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  // As a terminal, readline takes over the echo, and with it what is shown. No history: the key with the
  // arrow would show the password at the next question.
  const lines = createInterface({ input, output: echo, terminal: isTerminal, historySize: 0, prompt: "" });
  const read: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let ended = false;
  lines.on("line", (line) => {
    const next = waiting.shift();
    if (next === undefined) read.push(line);
    else next(line);
  });
  lines.on("close", () => {
    ended = true;
    for (const next of waiting) next(undefined);
  });
  const nextLine = () =>
    new Promise<string | undefined>((resolve) => {
      if (read.length > 0) resolve(read.shift());
      else if (ended) resolve(undefined);
      else waiting.push(resolve);
    });

  return {
    async ask(question) {
      if (isTerminal && !ended) {
        lines.setPrompt(`${question}: `);
        lines.prompt();
      } else output.write(`${question}: `);
      const answer = await nextLine();
      if (answer === undefined) output.write("\n");
      return answer;
    },
    async askSecret(question) {
      output.write(`${question}: `);
      hidden = true;
      lines.setPrompt("");
      const answer = await nextLine();
      hidden = false;
      output.write("\n");
      return answer;
    },
    close: () => lines.close(),
  };
}
