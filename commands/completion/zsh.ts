import type { CommandTable } from "../framework";
import { flagOf, type Completes, type Option } from "../framework/options";
import { short } from "./short";

export function zsh(tables: readonly CommandTable[]): string {
  const commands = tables.map(({ name, summary }) => `    ${quoted(`${name}:${short(summary)}`)}`);
  const each = tables.map(({ name, options, operands }) => {
    const rows = Object.entries(options).map(([key, option]) => argument(key, option));
    const rest =
      operands?.completes === undefined ? [] : [quoted(`*:${operands.takes}:${action(operands.completes)}`)];
    const all = [...rows, quoted("--help[this text]"), ...rest];
    return `    ${name}) _arguments ${all.map((row) => `\\\n        ${row}`).join(" ")} ;;`;
  });
  return `#compdef aws-panos
# Completes aws-panos in zsh; made by: aws-panos completion zsh
_aws_panos_stacks() {
  local -a stacks
  stacks=(Pulumi.*.yaml(N))
  stacks=(\${\${stacks#Pulumi.}%.yaml})
  stacks=(\${stacks:#*[^A-Za-z0-9._-]*})
  compadd -a stacks
}
_aws_panos() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.join("\n")}
  )
  _arguments -C '(- *)--help[lists the commands]' '1:command:->command' '*::argument:->argument'
  case $state in
  command) _describe command commands ;;
  argument)
    case $words[1] in
${each.join("\n")}
    esac ;;
  esac
}
if [ "$funcstack[1]" = "_aws_panos" ]; then _aws_panos "$@"; else compdef _aws_panos aws-panos; fi
`;
}

function argument(key: string, { takes, says, isMany, completes }: Option<unknown>): string {
  const text = short(says).replace(/[[\]:\\]/g, "\\$&");
  const many = isMany === true ? "*" : "";
  if (takes === undefined) return quoted(`${many}${flagOf(key)}[${text}]`);
  return quoted(`${many}${flagOf(key)}=[${text}]:${takes.replaceAll(":", "\\:")}:${action(completes)}`);
}

function action(completes: Completes | undefined): string {
  if (completes === undefined) return " ";
  if (completes === "file") return "_files";
  if (completes === "folder") return "_files -/";
  if (completes === "stack") return "_aws_panos_stacks";
  return `(${completes.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
