import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { EngineEvent, Severity, StepOp } from "./events";
import { nameOf } from "./urn";
import type { PropertyMap } from "./values";

export type Command = "preview" | "up" | "refresh" | "destroy";

/** One thing that was done to one custom resource; inputs of before and after. */
interface Step {
  op: StepOp;
  urn: string;
  type: string;
  name: string;
  old?: PropertyMap;
  new?: PropertyMap;
  diffs?: string[];
}

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunResult extends Output {
  /** Of the last phase that ran: the update's, after an `up` that came so far. */
  events: EngineEvent[];
  /** What was done (in a preview: would be done) to custom resources, `same` left out. */
  steps: Step[];
  diagnostics: { severity: Severity; message: string; urn?: string }[];
  /** Counts by operation from the summary. */
  changes: Record<string, number>;
}

/** What a process says until its end. */
export async function outputOf(child: ChildProcess): Promise<Output> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, stdout, stderr };
}

/** The events of an `--event-log`. */
export function readEvents(file: string): EngineEvent[] {
  if (!existsSync(file)) return [];
  // The last line of a killed run may be incomplete.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as EngineEvent);
}

/** What a command's events come to. */
export function digest(
  events: readonly EngineEvent[],
  command: Command,
): Pick<RunResult, "steps" | "diagnostics" | "changes"> {
  const steps: Step[] = [];
  const diagnostics: RunResult["diagnostics"] = [];
  let changes: Record<string, number> = {};
  for (const event of events) {
    // A refresh shows only afterwards what it came to.
    const metadata = (command === "refresh" ? event.resOutputsEvent : event.resourcePreEvent)?.metadata;
    if (metadata) {
      const { op, urn, type, old, new: next, diffs } = metadata;
      const custom = (next ?? old)?.custom === true && !type.startsWith("pulumi:providers:");
      if (custom && op !== "same" && op !== "refresh") {
        steps.push({
          op,
          urn,
          type,
          name: nameOf(urn),
          ...(old && { old: old.inputs }),
          ...(next && { new: next.inputs }),
          ...(diffs && { diffs }),
        });
      }
    }
    if (event.diagnosticEvent) {
      const { severity, message, urn } = event.diagnosticEvent;
      diagnostics.push({ severity, message, ...(urn !== undefined && { urn }) });
    }
    if (event.summaryEvent) changes = event.summaryEvent.resourceChanges;
  }
  return { steps, diagnostics, changes };
}
