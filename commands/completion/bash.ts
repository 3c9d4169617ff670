import type { CommandTable } from "../framework";
import { flagsIn } from "../framework/help";
import { flagOf, type Completes } from "../framework/options";

/** Works with bash 3.2 as well, which macOS has. */
export function bash(tables: readonly CommandTable[]): string {
  const names = tables.map(({ name }) => name);
  const values = tables.flatMap(({ name, options }) =>
    Object.entries(options)
      .filter(([, { takes }]) => takes !== undefined)
      .map(([key, { completes }]) => `    "${name} ${flagOf(key)}") ${wordsFor(completes)}; return ;;`),
  );
  const flags = tables.map(
    ({ name, options }) => `      ${name}) _aws_panos_words "${flagsIn(options).join(" ")}" ;;`,
  );
  const operands = tables
    .filter(({ operands }) => operands?.completes !== undefined)
    .map(({ name, operands }) => `    ${name}) ${wordsFor(operands!.completes)} ;;`);
  return `# Completes aws-panos in bash; made by: aws-panos completion bash
_aws_panos_words() { COMPREPLY=($(compgen -W "$1" -- "$word")); }
_aws_panos_paths() {
  local path quotes=""
  # A folder is not complete yet, and bash quotes what is a path; bash 3.2 does neither.
  if type compopt >/dev/null 2>&1; then compopt -o filenames 2>/dev/null; else quotes=yes; fi
  while IFS= read -r path; do
    [ -z "$quotes" ] || printf -v path %q "$path"
    COMPREPLY+=("$path")
  done < <(compgen "$1" -- "$word")
}
_aws_panos_stacks() {
  local file stacks=""
  for file in Pulumi.*.yaml; do
    file="\${file#Pulumi.}"
    file="\${file%.yaml}"
    # compgen expands its words: $(…) in the name of a file would run.
    case "$file" in
    *[!A-Za-z0-9._-]*) ;;
    *) stacks="$stacks $file" ;;
    esac
  done
  _aws_panos_words "$stacks"
}
_aws_panos() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  # bash takes --flag=value apart.
  if [ "$word" = "=" ]; then word=""
  elif [ "$before" = "=" ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "$COMP_CWORD" = 1 ]; then _aws_panos_words "${names.join(" ")} --help"; return; fi
  case "\${COMP_WORDS[1]} $before" in
${values.join("\n")}
  esac
  if [ "\${word#-}" != "$word" ]; then
    case "\${COMP_WORDS[1]}" in
${flags.join("\n")}
    esac
    return
  fi
  case "\${COMP_WORDS[1]}" in
${operands.join("\n")}
  esac
}
complete -F _aws_panos aws-panos
`;
}

function wordsFor(completes: Completes | undefined): string {
  if (completes === undefined) return ":";
  if (completes === "file") return "_aws_panos_paths -f";
  if (completes === "folder") return "_aws_panos_paths -d";
  if (completes === "stack") return "_aws_panos_stacks";
  return `_aws_panos_words "${completes.join(" ")}"`;
}
