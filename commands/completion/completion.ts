import { table, UsageError, type CommandTable } from "../framework";
import { bash } from "./bash";
import { fish } from "./fish";
import { zsh } from "./zsh";

const SHELLS = { bash, zsh, fish };

export const completionTable = table({
  name: "completion",
  summary: "Prints a script that completes aws-panos in your shell.",
  usage: ["bash|zsh|fish"],
  operands: { takes: "SHELL", says: "bash, zsh or fish", least: 1, completes: Object.keys(SHELLS) },
  options: {},
  details: [
    `bash, in ~/.bashrc:
  eval "$(npx --prefix FOLDER aws-panos completion bash)"
zsh, in ~/.zshrc after compinit:
  eval "$(npx --prefix FOLDER aws-panos completion zsh)"
fish, in ~/.config/fish/config.fish:
  npx --prefix FOLDER aws-panos completion fish | source
FOLDER is where this repository is. It completes the command aws-panos: in a
checkout that is an alias.
  alias aws-panos="npx aws-panos"`,
  ],
  examples: [["bash > ~/.aws-panos-completion", "to be sourced later"]],
});

/** The script of a shell. @throws UsageError where there is none */
export function scriptFor(shell: string, tables: readonly CommandTable[]): string {
  if (Object.hasOwn(SHELLS, shell)) return SHELLS[shell as keyof typeof SHELLS](tables);
  throw new UsageError([`there is no completion for ${shell}: say bash, zsh or fish`]);
}
