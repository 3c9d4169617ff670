import { PassThrough, Writable } from "node:stream";
import type { Command as Whole } from "../../commands/framework";

/** A person at a terminal: what they type, and what they see. As readline knows one, by `isTTY`. */
export class FakeTerminal {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    raw: false,
    setRawMode(raw: boolean) {
      this.raw = raw;
      return this;
    },
  });
  seen = "";
  private readonly watchers: (() => void)[] = [];
  readonly output = new Writable({
    write: (chunk: Buffer, _, done) => {
      this.seen += chunk.toString();
      for (const watch of this.watchers) watch();
      done();
    },
  });

  /** Types an answer once a question has been asked; the terminal echoes nothing by itself in raw mode. */
  async answer(question: string, answer: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.seen.includes(question)) resolve();
      };
      this.watchers.push(look);
      look();
    });
    if (!this.input.raw) throw new Error(`the terminal itself would echo the answer to ${question}`);
    this.input.write(`${answer}\r`);
  }
}

export type Command = Pick<Whole, "run">;

/** What a command says and ends with, where its output is a pipe. @param secret what it must never say */
export async function runIn(
  folder: string,
  command: Command,
  args: string[],
  environment: NodeJS.ProcessEnv,
  secret: string,
): Promise<{ code: number; text: string; output: string; errors: string }> {
  const said = { text: "", output: "", errors: "" };
  const pipe = (name: "output" | "errors") =>
    new PassThrough().on("data", (chunk: Buffer) => {
      said.text += chunk.toString();
      said[name] += chunk.toString();
    });
  const streams = { input: new PassThrough(), output: pipe("output"), errors: pipe("errors") };
  const code = await command.run(args, { ...streams, folder, environment });
  if (said.text.includes(secret)) throw new Error("the command said a secret");
  return { code, ...said };
}
