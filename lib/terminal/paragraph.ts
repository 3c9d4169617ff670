import { plainOf, shown, widthOf, withText, type Display, type Part } from "./display";

/** What lines begin with. */
export interface Indent {
  first?: string;
  rest?: string;
}

/** Text in lines that the display has room for, broken at blanks; a longer word has a line of its own. */
export function paragraph(
  parts: readonly Part[],
  display: Display,
  { first = "", rest = first }: Indent = {},
): string {
  const lines: string[] = [];
  let [line, width, isEmpty] = [first, widthOf(first), true];
  for (const word of wordsOf(parts)) {
    const length = word.reduce((sum, part) => sum + widthOf(plainOf(part)), 0);
    if (!isEmpty && width + 1 + length > display.columns) {
      lines.push(line);
      [line, width, isEmpty] = [rest, widthOf(rest), true];
    }
    line += (isEmpty ? "" : " ") + word.map((part) => shown(part, display)).join("");
    width += (isEmpty ? 0 : 1) + length;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}

/** What stands between blanks: pieces of one or several parts. */
function wordsOf(parts: readonly Part[]): Part[][] {
  const words: Part[][] = [];
  let isNew = true;
  for (const part of parts) {
    for (const piece of plainOf(part).split(/( +)/)) {
      if (piece === "") continue;
      if (piece.startsWith(" ")) isNew = true;
      else {
        if (isNew) words.push([]);
        words.at(-1)!.push(withText(part, piece));
        isNew = false;
      }
    }
  }
  return words;
}
