/** Invisible, and enough that what it stands in is no command of GitHub's runner any more. */
const BREAK = "\u200B";

/**
 * Text as it may go to a terminal or a pipeline's log: control characters (which move the cursor, clear the screen or
 * set the title), and marks that turn the direction of what follows, become U+FFFD. Line ends and tabs stay. What
 * GitHub's runner would take for a command, `::name …::` where a line begins and `##[name …]` anywhere in one
 * (actions/runner, ActionCommand), is broken by a zero-width space.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD")
    .replace(/^(\s*:)(?=:[a-z][^\n]*::)/gim, `$1${BREAK}`)
    .replaceAll("##[", `##${BREAK}[`);
}
