import type { CommandTable } from "../framework";
import { flagOf, type Completes } from "../framework/options";
import { short } from "./short";

export function fish(tables: readonly CommandTable[]): string {
  const lines = tables.flatMap(({ name, summary, options, operands }) => {
    const of = `complete -c aws-panos -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c aws-panos -n __fish_use_subcommand -a ${name} -d ${quoted(short(summary))}`,
      ...Object.entries(options).map(([key, { takes, says, completes }]) => {
        const value = takes === undefined ? "" : ` ${valueOf(completes)}`;
        return `${of} -l ${flagOf(key).slice(2)}${value} -d ${quoted(short(says))}`;
      }),
      `${of} -l help -d 'this text'`,
      ...(operands?.completes === undefined ? [] : [`${of} ${operandOf(operands.completes)}`]),
    ];
  });
  return `# Completes aws-panos in fish; made by: aws-panos completion fish
function __aws_panos_stacks
    for file in Pulumi.*.yaml
        string replace -fr '^Pulumi\\.([A-Za-z0-9._-]+)\\.yaml$' '$1' $file
    end
end
complete -c aws-panos -e
complete -c aws-panos -f
complete -c aws-panos -n __fish_use_subcommand -l help -d 'lists the commands'
${lines.join("\n")}
`;
}

/** What follows an option. -x takes no file, -F one. */
function valueOf(completes: Completes | undefined): string {
  if (completes === "file") return "-r -F";
  if (completes === "folder") return "-x -a '(__fish_complete_directories)'";
  if (completes === "stack") return "-x -a '(__aws_panos_stacks)'";
  return completes === undefined ? "-x" : `-x -a ${quoted(completes.join(" "))}`;
}

function operandOf(completes: Completes): string {
  return completes === "file" ? "-F" : valueOf(completes).replace("-x ", "");
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
