/** The kinds of values that `guard.yaml` has. */
import { isRecord } from "../../lib/records";
import type { Path } from "../../lib/yaml";
import { reportUnlessKnown } from "../../settings/keys";

/** Notes what is wrong at a place: the rest of the sentence, and what would be right. */
export type Wrong = (path: Path, problem: string, example: string) => void;

/** A tag: its key, or key=value. */
export const TAG = /^[^=]{1,128}(=.*)?$/su;

/** A list of texts, or one alone. */
export function texts(
  value: unknown,
  path: Path,
  pattern: RegExp,
  example: string,
  wrong: Wrong,
): string[] | undefined {
  if (value === undefined) return undefined;
  const list = filled(value, path, example, wrong);
  list.forEach((text, index) => {
    // An account's number without quotes is a number in YAML, whose leading zeros are lost.
    if (typeof text === "string" && pattern.test(text)) return;
    wrong([...path, index], `${JSON.stringify(text)} is not a valid value`, example);
  });
  return list.map(String);
}

/** A list, or one alone. An empty one would be a condition that never holds, or one that always does. */
export function filled(value: unknown, path: Path, example: string, wrong: Wrong): unknown[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0) wrong(path, "is empty", example);
  return list;
}

export function object(
  value: unknown,
  path: Path,
  keys: readonly string[],
  example: string,
  wrong: Wrong,
): Record<string, unknown> {
  if (!isRecord(value)) {
    wrong(path, "is not an object", example);
    return {};
  }
  for (const key of Object.keys(value)) {
    reportUnlessKnown(key, "", keys, (_, problem, known) => wrong([...path, key], problem, known));
  }
  return value;
}

export function choice<T extends string>(value: unknown, path: Path, choices: readonly T[], wrong: Wrong): T {
  const found = choices.find((each) => each === value);
  if (found === undefined)
    wrong(path, `${JSON.stringify(value)} is none of ${choices.join(", ")}`, choices[0]!);
  return found ?? choices[0]!;
}
