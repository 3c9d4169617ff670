/** Texts as a person reads them, kept in files. `GOLDEN=write` writes them anew; whoever does that reads what changed. */
import { expect } from "chai";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { widthOf, type Display } from "../../lib/terminal/display";

/** Holds a text against its file. */
export function expectGolden(file: string, text: string): void {
  if (process.env["GOLDEN"] === "write") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).to.equal(readFileSync(file, "utf8"));
}

const WIDTHS = [80, 140];

/** Bold, dim, what ends a style, and the colours of the terminal's own palette, which it makes readable on its ground. */
const READABLE = ["0", "1", "2", "22", "39", "31", "32", "33", "34", "35", "36"];

/**
 * Holds a text for a terminal against files `NAME.80.txt` and `NAME.140.txt`: no line is wider, and colour changes
 * nothing but the colour, none of which is a fixed one that a light or a dark ground would swallow.
 */
export function expectReadable(folder: string, name: string, textOf: (display: Display) => string): void {
  for (const columns of WIDTHS) {
    const plain = textOf({ columns, hasColour: false });
    for (const line of plain.split("\n")) expect(widthOf(line), line).to.be.at.most(columns);
    const coloured = textOf({ columns, hasColour: true });
    expect(stripVTControlCharacters(coloured)).to.equal(plain);
    const codes = coloured.split("\u001b[").slice(1);
    for (const code of codes) expect(READABLE).to.include(code.slice(0, code.indexOf("m")));
    expectGolden(join(folder, `${name}.${columns}.txt`), plain);
  }
}

/** What a command says on a terminal, held against its files likewise. @param run what it says on one that is so */
export async function expectReadableRun(
  folder: string,
  name: string,
  run: (on: RunTerminal) => Promise<unknown>,
): Promise<void> {
  const said = new Map<string, string>();
  const key = ({ columns, hasColour }: Display) => `${columns} ${hasColour}`;
  for (const columns of WIDTHS) {
    for (const hasColour of [false, true]) {
      let text = "";
      const output = Object.assign(
        new PassThrough().on("data", (chunk: Buffer) => (text += chunk.toString())),
        { isTTY: true, columns },
      );
      await run({ output, environment: hasColour ? {} : { NO_COLOR: "1" } });
      said.set(key({ columns, hasColour }), text);
    }
  }
  expectReadable(folder, name, (display) => said.get(key(display))!);
}

/** A terminal to say something on, and what its environment says of it. */
export interface RunTerminal {
  output: NodeJS.WritableStream;
  environment: NodeJS.ProcessEnv;
}
