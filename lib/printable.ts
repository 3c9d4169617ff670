import { visible } from "./visible";

/** Invisible, and enough that what it stands in is no command of GitHub's runner any more. */
const BREAK = "\u200B";

/**
 * Text as it may go to a terminal or a pipeline's log: control characters (which move the cursor, clear the screen or
 * set the title) become U+FFFD, and what can't be seen or turns the direction of what follows is written out, but for
 * the break below. Line ends and tabs stay. What GitHub's runner would take for a command, `::name …::` where a line begins and `##[name …]` anywhere in one
 * (actions/runner, ActionCommand), is broken by a zero-width space.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "\uFFFD")
    .split(BREAK)
    .map(visible)
    .join(BREAK)
    .replace(/^(\s*:)(?=:[a-z][^\n]*::)/gim, `$1${BREAK}`)
    .replaceAll("##[", `##${BREAK}[`);
}
