/** How a command is written: a table of what it is and takes, and its work. */
export { command, failureOf, type Command } from "./command";
export { EXIT, type Outcome } from "./exit";
export { runOnTerminal } from "./main";
export { flag, number, numberOr, anyText, required, text, textOr, texts, type Option } from "./options";
export { lines, prose, type Terminal } from "./terminal";
export { table, type CommandTable, type GivenTo } from "./table";
export { refuse, UsageError } from "./usage-error";
