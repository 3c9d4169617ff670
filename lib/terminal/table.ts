import { plainOf, shown, widthOf, withText, type Display, type Part } from "./display";

export interface Column {
  title: string;
  /** Where there is too little room it becomes so narrow; otherwise it never is narrower than what is in it. */
  least?: number;
  /** What is cut from a text that is too long: its end, or its middle, where both ends tell it from others. */
  cut?: "end" | "middle";
  /** Where there is still too little room, columns go: the highest number first; without one it stays. */
  goes?: number;
  align?: "right";
}

const GAP = "  ";

/**
 * Rows under titles, each on one line that the display has room for.
 * @param rows a cell for each column
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
  display: Display,
  indent = "",
): string {
  const natural = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(plainOf(row[at] ?? "")))),
  );
  const widths = fitted(columns, natural, display.columns - indent.length);
  const line = (cells: readonly Part[]) => {
    const kept = cells.flatMap((cell, at) => (widths[at] === undefined ? [] : [{ cell, at }]));
    const texts = kept.map(({ cell, at }, place) => {
      const short = shortened(plainOf(cell), widths[at]!, columns[at]!.cut);
      const blanks = " ".repeat(widths[at]! - widthOf(short));
      const text = shown(withText(cell, short), display);
      if (columns[at]!.align === "right") return blanks + text;
      return place === kept.length - 1 ? text : text + blanks;
    });
    return (indent + texts.join(GAP)).trimEnd();
  };
  const head = columns.map(({ title }): Part => ({ text: title, style: "dim" }));
  return [head, ...rows].map(line).join("\n");
}

/** How wide each column is; undefined for one that there is no room for. */
function fitted(
  columns: readonly Column[],
  natural: readonly number[],
  room: number,
): (number | undefined)[] {
  const widths: (number | undefined)[] = [...natural];
  const least = columns.map(({ least }, at) => Math.min(least ?? natural[at]!, natural[at]!));
  const taken = (list: readonly (number | undefined)[]) => {
    const kept = list.filter((width) => width !== undefined);
    return kept.reduce((sum, width) => sum + width, 0) + GAP.length * (kept.length - 1);
  };
  const leastOf = () => widths.map((width, at) => (width === undefined ? undefined : least[at]));
  while (taken(leastOf()) > room) {
    const going = columns
      .map(({ goes = 0 }, at) => ({ goes, at }))
      .filter(({ goes, at }) => goes > 0 && widths[at] !== undefined)
      .sort((a, b) => a.goes - b.goes)
      .at(-1);
    if (going === undefined) break;
    widths[going.at] = undefined;
  }
  // The widest of those that may become narrower does, by one column at a time.
  for (let over = taken(widths) - room; over > 0; over--) {
    const at = columns
      .map((_, index) => index)
      .filter((index) => widths[index] !== undefined && widths[index] > least[index]!)
      .sort((a, b) => widths[a]! - widths[b]!)
      .at(-1);
    if (at === undefined) break;
    widths[at]!--;
  }
  return widths;
}

/** A text that is no wider than so many columns. */
export function shortened(text: string, columns: number, cut: "end" | "middle" = "end"): string {
  if (widthOf(text) <= columns) return text;
  const signs = [...text];
  // Of names that begin alike, more of the end.
  const tail = cut === "end" ? 0 : Math.floor((columns - 1) * 0.6);
  const end = signs.slice(signs.length - tail);
  while (widthOf(end.join("")) > tail) end.shift();
  const start = signs.slice(0, columns);
  while (widthOf(start.join("")) + 1 + widthOf(end.join("")) > columns) start.pop();
  return `${start.join("")}…${end.join("")}`;
}
