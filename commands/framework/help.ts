/** What a command says of itself, made from its table: within 80 columns, as a terminal has at least. */
import type { CommandTable } from "./table";
import { EXIT, MEANING, type Outcome } from "./exit";
import { flagOf, type Options } from "./options";

const WIDTH = 80;

/** A command line: how the command is started, and what follows. */
function lineOf({ name, start = `npx aws-panos ${name}` }: CommandTable, rest: string): string {
  // What hands options on through npm is no part of a line without any.
  return rest === "" ? start.replace(/ --$/, "") : `${start} ${rest}`;
}

export function helpOf(table: CommandTable): string {
  const { summary, usage, options, operands, details = [], examples = [], exits = {} } = table;
  const named: [string, string][] = operands?.says === undefined ? [] : [[operands.takes, operands.says]];
  const switches: [string, string][] = [
    ...Object.entries(options).map(([key, option]): [string, string] => [
      [flagOf(key), option.takes].filter(Boolean).join(" "),
      option.isMany === true ? `${option.says}; repeatable` : option.says,
    ]),
    ["--help", "this text"],
  ];
  const meant: Partial<Record<Outcome, string>> = {
    fine: MEANING.fine,
    failed: MEANING.failed,
    usage: MEANING.usage,
    ...exits,
  };
  const meanings = (Object.keys(EXIT) as Outcome[]).flatMap((outcome): [string, string][] =>
    meant[outcome] === undefined ? [] : [[String(EXIT[outcome]), meant[outcome]]],
  );
  const sections: [string, string][] = [
    ["", wrapped(summary, "")],
    ["Usage", usage.map((line) => `  ${lineOf(table, line)}`).join("\n")],
    ["Options", columns([...named, ...switches])],
    ...details.map((text): [string, string] => ["", text.includes("\n") ? text : wrapped(text, "")]),
    [
      "Examples",
      examples.map(([line, says]) => `${wrapped(says, "  # ")}\n  ${lineOf(table, line)}`).join("\n"),
    ],
    ["Exit code", columns(meanings)],
  ];
  const shown = sections.filter(([, body]) => body !== "");
  return `${shown.map(([title, body]) => (title === "" ? body : `${title}\n${body}`)).join("\n\n")}\n`;
}

/** How a command is used, in short: for who got it wrong. */
export function usageOf(table: CommandTable): string {
  return [...table.usage, "--help"].map((line) => `  ${lineOf(table, line)}`).join("\n");
}

/** Names and what they mean, side by side; a name that is too long has a line of its own. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const fitting = rows.map(([name]) => name.length).filter((length) => length <= 24);
  const width = Math.max(...fitting, 0) + 4;
  return rows
    .map(([name, says]) => {
      const text = wrapped(says, " ".repeat(width));
      return name.length + 2 < width
        ? `  ${name.padEnd(width - 2)}${text.slice(width)}`
        : `  ${name}\n${text}`;
    })
    .join("\n");
}

/** A paragraph in lines of 80 columns. @param indent what each begins with */
export function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line].join("\n");
}

/** Names of a table's options, as a shell completes them. */
export function flagsIn(options: Options): string[] {
  return [...Object.keys(options).map(flagOf), "--help"];
}
