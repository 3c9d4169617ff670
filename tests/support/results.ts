import type { RunResult } from "../../packages/pulumi/stack";
import type { RequestRecord } from "../../packages/simulator";

/** A result that must be a success; otherwise what was said is the error. */
export function succeeded(result: RunResult): RunResult {
  if (result.code !== 0) throw new Error(`the run ended with ${result.code}:\n${said(result)}`);
  return result;
}

/** Everything that a run said, with line breaks and indentation as single spaces. */
export function said({ stdout, stderr, diagnostics }: RunResult): string {
  return [stdout, stderr, ...diagnostics.map(({ message }) => message)].join("\n").replace(/\s+/g, " ");
}

/** Whether a request changes the candidate, or asks that it be committed. */
export function isWrite({ type, action }: Pick<RequestRecord, "type" | "action">): boolean {
  return type === "commit" || (type === "config" && action !== "get" && action !== "show");
}
