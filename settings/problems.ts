import { counted } from "../lib/text";
import type { Place } from "../lib/yaml";
import type { SettingProblem } from "../panos/connection";

/** With where in which file it is. */
export type PlacedProblem = SettingProblem & { at?: Place & { file: string } };

/** The stack configuration can't be used. Its message lists every problem at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly code = "SETTINGS_INVALID";

  constructor(readonly problems: readonly PlacedProblem[]) {
    const lines = problems.map((problem) => `  ${problemText(problem)}`);
    super(`the stack configuration has ${counted(problems.length, "problem")}:\n${lines.join("\n")}`);
  }
}

/** What is wrong with a setting, and what would be right. A question is its own example. */
export function problemText({ key, problem, example, at }: PlacedProblem): string {
  // As editors and terminals lead to it.
  const where = at === undefined ? key : `${at.file}:${at.line}:${at.column}: ${key}`;
  return problem.endsWith("?") ? `${where} ${problem}` : `${where} ${problem}. Example: ${example}`;
}

/** Notes what is wrong with a setting: its full key, the rest of the sentence, and what would be right. */
export type Report = (key: string, problem: string, example: string) => void;

/** Collects problems, each once: several firewalls may share the setting that is wrong. */
export function collector(): { problems: SettingProblem[]; report: Report } {
  const problems: SettingProblem[] = [];
  const report: Report = (key, problem, example) => {
    if (!problems.some((known) => known.key === key && known.problem === problem)) {
      problems.push({ key, problem, example });
    }
  };
  return { problems, report };
}
