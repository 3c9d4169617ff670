import { PassThrough, Writable } from "node:stream";

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
