/** What a text for people is made for: how wide it may be, and whether it may have colour. */
import { styleText } from "node:util";
import { printable } from "../printable";
import { visible } from "../visible";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

/** A piece of text; foreign text may stand in it, as it is made printable where it is shown. */
export type Part = string | { text: string; style: Style | readonly Style[] };

export interface Display {
  columns: number;
  hasColour: boolean;
}

/** What a terminal has at least, and what a pipe is taken for. */
const LEAST_COLUMNS = 80;

/** How something is shown on a stream: a terminal's own width, and colour unless the environment says otherwise. */
export function displayOf(stream: NodeJS.WritableStream, environment: NodeJS.ProcessEnv): Display {
  return { columns: columnsOf(stream, environment), hasColour: hasColour(stream, environment) };
}

export function isTerminal(stream: NodeJS.WritableStream): boolean {
  return (stream as { isTTY?: boolean }).isTTY === true;
}

function columnsOf(stream: NodeJS.WritableStream, { COLUMNS: asked }: NodeJS.ProcessEnv): number {
  const own = (stream as { columns?: number }).columns;
  // A window of no width is a terminal that doesn't know.
  if (isTerminal(stream) && own !== undefined && own > 0) return own;
  return /^[1-9]\d{1,3}$/.test(asked ?? "") ? Number(asked) : LEAST_COLUMNS;
}

/** FORCE_COLOR decides, then NO_COLOR (https://no-color.org), in Node's order; then whether it is a terminal. */
function hasColour(stream: NodeJS.WritableStream, environment: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: not, TERM: terminal } = environment;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (not !== undefined && not !== "") return false;
  return isTerminal(stream) && terminal !== "dumb";
}

/** A piece as it is written, on one line. */
export function shown(part: Part, { hasColour }: Pick<Display, "hasColour">): string {
  const text = plainOf(part);
  return typeof part === "string" || !hasColour || text === ""
    ? text
    : styleText(typeof part.style === "string" ? part.style : [...part.style], text, {
        validateStream: false,
      });
}

/** Without its style. */
export function plainOf(part: Part): string {
  return printable(visible(typeof part === "string" ? part : part.text)).replace(/[\n\t]/g, " ");
}

/** The same style around another text. */
export function withText(part: Part, text: string): Part {
  return typeof part === "string" ? text : { ...part, text };
}

// Of no width: marks on the sign before (Mn, Me) and what has no sign (Cf). Of two columns: UAX #11's wide scripts.
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]/u;

/** How many columns a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const sign of text) width += NO_WIDTH.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
  return width;
}
