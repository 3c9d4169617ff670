/** `aws-panos`: names the commands, and starts the one that is asked for. */
import { nearest } from "../lib/nearest";
import { completionTable, scriptFor } from "./completion/completion";
import { command, EXIT, lines, runOnTerminal, type Command, type Terminal } from "./framework";
import { columns, wrapped } from "./framework/help";
import { JOBS } from "./jobs";
import type { Entry } from "./jobs/entry";

/** It is here, because it is about all the others. */
const completion: Entry = {
  table: completionTable,
  load: () =>
    command(completionTable, ({ operands: [shell = ""] }, { output }) => {
      output.write(scriptFor(shell, tables));
      return Promise.resolve("fine" as const);
    }),
};

const jobs = [...JOBS, { job: "In your shell", entries: [completion] }];
const entries = jobs.flatMap((job) => job.entries);
export const tables = entries.map(({ table }) => table);

function help(): string {
  const sections = jobs.map(
    ({ job, entries }) => `${job}\n${columns(entries.map(({ table }) => [table.name, table.summary]))}`,
  );
  return [
    wrapped("aws-panos: AWS security groups become Palo Alto firewall rules.", ""),
    "Usage\n  npx aws-panos COMMAND [options]\n  npx aws-panos COMMAND --help",
    ...sections,
    wrapped(
      "npm run COMMAND -- [options] is the same, but for completion. Pulumi's own commands preview and apply: pulumi preview, pulumi up.",
      "",
    ),
    "",
  ]
    .join("\n\n")
    .trimEnd();
}

export const awsPanos: Pick<Command, "run"> = {
  run([name, ...args]: string[], terminal: Terminal): Promise<number> {
    if (name === "--help" || name === "-h" || name === "help") {
      lines(terminal.output)(help());
      return Promise.resolve(EXIT.fine);
    }
    const entry = entries.find(({ table }) => table.name === name);
    if (entry !== undefined) return entry.load().run(args, terminal);
    const meant = nearest(
      name ?? "",
      entries.map(({ table }) => table.name),
    );
    const problem = name === undefined ? "say which command" : `there is no command ${name}`;
    lines(terminal.errors)(
      `${problem}${meant === undefined ? "" : `: did you mean ${meant}?`}\n\n  npx aws-panos --help`,
    );
    return Promise.resolve(EXIT.usage);
  },
};

/** What commands/aws-panos.cjs runs. */
export function main(): void {
  runOnTerminal(awsPanos);
}
