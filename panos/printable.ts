/**
 * Text as it may go to a terminal: control characters (which move the cursor, clear the screen or set the
 * title), and marks that turn the direction of what follows, become U+FFFD. Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}
