import type { Command, CommandTable } from "../framework";

/** A command: its table, and what loads the file that does the work. */
export interface Entry {
  table: CommandTable;
  load: () => Command;
}

/** Commands that do one job, as `aws-panos --help` lists them. */
export interface Job {
  job: string;
  entries: readonly Entry[];
}
