import { reasonOf } from "../../lib/file-errors";
import { EXIT, type Outcome } from "./exit";
import { helpOf, usageOf } from "./help";
import type { Options } from "./options";
import { parse, type Parsed } from "./parse";
import type { CommandTable } from "./table";
import { lines, prose, type Terminal } from "./terminal";
import { UsageError } from "./usage-error";

export interface Command {
  table: CommandTable;
  /** @returns the exit code */
  run(args: string[], terminal: Terminal): Promise<number>;
}

/**
 * A command: results go to `terminal.output`, what is wrong to `terminal.errors`.
 * @param work throws where it fails, and `UsageError` where options don't go together
 */
export function command<O extends Options>(
  table: CommandTable<O>,
  work: (given: Parsed<O>, terminal: Terminal) => Promise<Outcome>,
): Command {
  return {
    table,
    async run(args, terminal) {
      const complain = lines(terminal.errors);
      const explain = prose(terminal.errors, terminal.environment);
      try {
        const given = parse(args, table.options, table.operands);
        if (given === "help") {
          terminal.output.write(helpOf(table));
          return EXIT.fine;
        }
        return EXIT[await work(given, terminal)];
      } catch (error) {
        if (error instanceof UsageError) {
          explain(error.message);
          complain(`\n${usageOf(table)}`);
          return EXIT.usage;
        }
        explain([table.failing, failureOf(error)].filter(Boolean).join(": "));
        return EXIT.failed;
      }
    },
  };
}

/** Why it failed, for a person. */
export function failureOf(error: unknown): string {
  return error instanceof Error ? reasonOf(error) : String(error);
}
