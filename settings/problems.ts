import type { SettingProblem } from "../panos/connection";

/** The stack configuration can't be used. Its message lists every problem at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly code = "SETTINGS_INVALID";

  constructor(readonly problems: readonly SettingProblem[]) {
    const lines = problems.map(({ key, problem, example }) => `  ${key} ${problem}. Example: ${example}`);
    super(`the stack configuration has ${problems.length} problem(s):\n${lines.join("\n")}`);
  }
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
