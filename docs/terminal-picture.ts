/** What a program wrote to a terminal, as a picture: SVG, whose text stays text. */
import { escapeXml } from "../panos/xml";

const [CELL, LINE, PAD, BAR] = [8.4, 18, 16, 34];

/** Select Graphic Rendition (ECMA-48, 8.3.117): what `lib/terminal` uses of it, as classes of the picture's style. */
const STYLES: Record<number, string> = {
  1: "bold",
  2: "dim",
  31: "red",
  32: "green",
  33: "yellow",
  34: "blue",
  35: "magenta",
  36: "cyan",
};
const RENDITION = new RegExp(String.raw`(\u001b\[[\d;]*m)`);
const ENDS: Record<number, (style: string) => boolean> = {
  22: (style) => style === "bold" || style === "dim",
  39: (style) => style !== "bold" && style !== "dim",
};

// A dark terminal's, each with a contrast of at least 4.5 on it (WCAG 1.4.3).
const CSS = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;fill:#dfe6ee}
.bold{font-weight:700}.dim{fill:#9aa7b5}.red{fill:#ff8f8f}.green{fill:#7fd98b}.yellow{fill:#f2cc60}
.blue{fill:#82bbff}.magenta{fill:#d9a6ff}.cyan{fill:#6fd6e0}`;

interface Span {
  text: string;
  styles: string[];
}

/** @param title what is seen, for whoever doesn't see it @param columns of the terminal */
export function terminalPicture(output: string, columns: number, title: string): string {
  const lines = output.replace(/\n+$/, "").split("\n");
  const width = Math.ceil(columns * CELL + 2 * PAD);
  const height = lines.length * LINE + BAR + PAD;
  const texts = lines.flatMap((line, at) => textOf(line, BAR + (at + 0.7) * LINE));
  const dots = ["#ff6159", "#ffbd2e", "#28c941"].map(
    (fill, at) => `<circle cx="${PAD + 6 + at * 18}" cy="17" r="5.5" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escapeXml(title)}</title>
<style>${CSS}</style>
<rect width="100%" height="100%" rx="10" fill="#161c24"/>
${[...dots, ...texts].join("\n")}
</svg>
`;
}

/** One line; pieces stand in the terminal's columns, whatever font there is. */
function textOf(line: string, y: number): string[] {
  const spans: string[] = [];
  let column = 0;
  for (const { text, styles } of spansOf(line)) {
    // Blanks are places, not text: viewers fold them.
    for (const { 0: words, index } of text.matchAll(/\S+(?: \S+)*/g)) {
      const x = (PAD + (column + index) * CELL).toFixed(1);
      const length = (words.length * CELL).toFixed(1);
      const kind = styles.length === 0 ? "" : ` class="${styles.join(" ")}"`;
      spans.push(`<tspan x="${x}" textLength="${length}"${kind}>${escapeXml(words)}</tspan>`);
    }
    column += text.length;
  }
  return spans.length === 0 ? [] : [`<text y="${y.toFixed(1)}">${spans.join("")}</text>`];
}

function spansOf(line: string): Span[] {
  let styles: string[] = [];
  return line.split(RENDITION).flatMap((piece): Span[] => {
    if (!RENDITION.test(piece)) return piece === "" ? [] : [{ text: piece, styles }];
    for (const code of piece.slice(2, -1).split(";").map(Number)) {
      const [begins, ends] = [STYLES[code], ENDS[code]];
      if (code === 0) styles = [];
      else if (begins !== undefined) styles = [...styles, begins];
      else if (ends !== undefined) styles = styles.filter((style) => !ends(style));
    }
    return [];
  });
}
