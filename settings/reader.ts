import { PROJECT } from "./configuration";
import type { Report } from "./problems";
import { SETTINGS, type KeyOf, type Table } from "./table";
import type { Setting, TextSetting } from "./table/setting";

/** A value by its full key, as text. */
export type Get = (key: string) => string | undefined;

export type Reader = ReturnType<typeof reader>;
export type TableReader = ReturnType<typeof tableReader>;

/**
 * Readers of single values that report what is wrong with them. Bare keys are the project's.
 * @param get a value by its full key, as text; structured ones as JSON
 * @param keyOf where a value is set, for messages
 */
export function reader(get: Get, report: Report, keyOf: (key: string) => string = (key) => key) {
  const full = (key: string) => (key.includes(":") ? key : `${PROJECT}:${key}`);
  const value = (key: string) => get(full(key));
  const wrong = (key: string, problem: string, example: string) => report(keyOf(full(key)), problem, example);
  return {
    text(key: string, pattern: RegExp, example: string, need: "required" | "optional" = "required") {
      const text = value(key);
      if (text === undefined || text === "") {
        if (need === "required") wrong(key, "is missing", example);
        return undefined;
      }
      if (!pattern.test(text)) wrong(key, `${JSON.stringify(text)} is not a valid value`, example);
      return text;
    },
    boolean(key: string, byDefault: boolean): boolean {
      const text = value(key) ?? String(byDefault);
      if (text !== "true" && text !== "false") {
        wrong(key, `${JSON.stringify(text)} is neither true nor false`, String(byDefault));
      }
      return text === "true";
    },
    wholeNumber(key: string, least: number): number | undefined {
      const text = value(key);
      if (text === undefined) return undefined;
      if (!/^\d+$/.test(text) || Number(text) < least) {
        wrong(key, `${JSON.stringify(text)} is not a whole number from ${least}`, "25");
      }
      return Number(text);
    },
    choice<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
      const text = value(key) ?? choices[0];
      const found = choices.find((choice) => choice === text);
      if (found === undefined) {
        wrong(key, `${JSON.stringify(text)} is none of ${choices.join(", ")}`, choices[0]);
      }
      return found ?? choices[0];
    },
    json(key: string): unknown {
      const text = value(key);
      if (text === undefined) return undefined;
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
    },
  };
}

/** The same for the settings of the table, which says what is right for each. */
export function tableReader(...by: Parameters<typeof reader>) {
  const read = reader(...by);
  return {
    json: (key: KeyOf<"structured"> | "aws:ignoreTags") => read.json(key),
    text(key: KeyOf<"text">): string | undefined {
      const { pattern, example, required }: TextSetting = SETTINGS[key];
      return read.text(key, pattern, example, required === true ? "required" : "optional");
    },
    boolean: (key: KeyOf<"boolean">) => read.boolean(key, SETTINGS[key].default),
    wholeNumber(key: KeyOf<"number"> | "maxRemovals"): number | undefined {
      const setting: Setting = SETTINGS[key];
      return read.wholeNumber(key, setting.type === "number" ? setting.least : 0);
    },
    choice: <K extends KeyOf<"choice">>(key: K) =>
      read.choice<Table[K]["choices"][number]>(key, SETTINGS[key].choices),
  };
}
