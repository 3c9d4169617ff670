/** Everything that is wrong with a stack's file, as far as it can be seen without Pulumi and its secrets. */
import { nearest } from "../lib/nearest";
import { settingsFrom } from "./index";
import { withStandInKeys } from "./offline";
import { collector, SettingsError, type PlacedProblem } from "./problems";
import { reportPlainSecrets } from "./secrets";
import { placed, type StackFile } from "./stack-file";

/** What Pulumi keeps in a stack's file beside `config` (Pulumi documentation, "Stack settings file reference"). */
const PULUMIS = ["config", "encryptionsalt", "secretsprovider", "encryptedkey", "environment"];

/** In the order of the file; what is missing is where `config` begins. */
export function problemsIn(file: StackFile, environment: NodeJS.ProcessEnv): PlacedProblem[] {
  const { problems, report } = collector();
  for (const key of file.others) {
    if (PULUMIS.includes(key)) continue;
    const meant = nearest(key, PULUMIS);
    const advice = meant === undefined ? "; settings go below config:" : `: did you mean ${meant}?`;
    report(key, `is nothing that Pulumi knows here${advice}`, "config:");
  }
  reportPlainSecrets(file.values, (key) => file.values[key] === undefined, report);
  const values = withStandInKeys(file.values, environment, "apiKey");
  try {
    settingsFrom(values, () => true, `organization/aws-panos-rules/${file.file}`, environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const { key, problem, example } of error.problems) {
      // An environment (Pulumi ESC) may have what the file hasn't.
      if (file.others.includes("environment") && problem.startsWith("is missing")) continue;
      report(key, problem, example);
    }
  }
  const found = placed(new SettingsError(problems), file).problems;
  return [...found].sort(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}
