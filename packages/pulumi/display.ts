import { isRecord } from "../../lib/records";
import type { DiagnosticEvent, EngineEvent, StepMetadata, StepOp, StepState } from "./events";
import { isDefaultProvider, nameOf, typeOf } from "./urn";
import type { PropertyMap } from "./values";
import { differences, signatureKey, topLevelKey } from "./values";

const prefixes: Record<StepOp, string> = {
  same: "  ",
  create: "+ ",
  update: "~ ",
  delete: "- ",
  replace: "+-",
  "create-replacement": "++",
  "delete-replaced": "--",
  read: "> ",
  refresh: "~ ",
  "remove-pending-replace": "  ",
};

const summaries: [string, string, string][] = [
  ["create", "+ %d to create", "+ %d created"],
  ["update", "~ %d to update", "~ %d updated"],
  ["delete", "- %d to delete", "- %d deleted"],
  ["replace", "+-%d to replace", "+-%d replaced"],
];

/** Writes what happens as text, much as the CLI does without a terminal. */
export class Display {
  private readonly diagnostics: DiagnosticEvent[] = [];
  private readonly shown = new Set<string>();
  private outputs: [string, unknown][] = [];

  constructor(
    private readonly write: (text: string) => void,
    private readonly options: { title: string; details: boolean },
  ) {
    write(`${options.title}\n`);
  }

  show(event: EngineEvent): void {
    if (event.resOutputsEvent) this.step(event.resOutputsEvent.metadata);
    else if (event.resOpFailedEvent) this.step(event.resOpFailedEvent.metadata, "failed");
    else if (event.diagnosticEvent) this.diagnostic(event.diagnosticEvent);
    else if (event.summaryEvent) this.summary(event.summaryEvent);
  }

  private step(metadata: StepMetadata, failed = ""): void {
    const { op, urn, type } = metadata;
    if (type === "pulumi:pulumi:Stack") this.outputs = Object.entries(metadata.new?.outputs ?? {});
    if (op === "same" || isDefaultProvider(urn)) return;
    // A component is reported twice: when it is made, and with its outputs.
    if (this.shown.has(`${op} ${urn}`) && metadata.new?.custom !== true) return;
    this.shown.add(`${op} ${urn}`);
    const changed = changedInputs(metadata);
    const hint = changed.length > 0 && !this.options.details ? ` [diff: ${changed.map(mark).join(",")}]` : "";
    this.write(` ${prefixes[op]} ${type} ${nameOf(urn)} ${failed || op}${hint}\n`);
    if (this.options.details)
      for (const line of new Set(changed.map((change) => describe(change, metadata))))
        this.write(`      ${line}\n`);
  }

  private diagnostic(event: DiagnosticEvent): void {
    if (!event.ephemeral) this.diagnostics.push(event);
  }

  private summary(summary: NonNullable<EngineEvent["summaryEvent"]>): void {
    this.writeDiagnostics();
    if (this.outputs.length > 0 && !summary.isPreview) {
      this.write("Outputs:\n");
      for (const [key, value] of this.outputs) this.write(`    ${key}: ${text(value)}\n`);
    }
    const { resourceChanges, isPreview, durationSeconds } = summary;
    this.write("Resources:\n");
    for (const [op, planned, done] of summaries) {
      const count = resourceChanges[op];
      if (count) this.write(`    ${(isPreview ? planned : done).replace("%d", String(count))}\n`);
    }
    const same = resourceChanges["same"];
    if (same) this.write(`    ${String(same)} unchanged\n`);
    if (!isPreview) this.write(`\nDuration: ${String(durationSeconds)}s\n`);
    this.write("\n");
  }

  private writeDiagnostics(): void {
    const byResource = new Map<string, DiagnosticEvent[]>();
    for (const event of this.diagnostics) {
      const key = event.urn ? `${typeOf(event.urn)} (${nameOf(event.urn)})` : "stack";
      byResource.set(key, [...(byResource.get(key) ?? []), event]);
    }
    if (byResource.size > 0) this.write("Diagnostics:\n");
    for (const [resource, events] of byResource) {
      this.write(`  ${resource}:\n`);
      for (const { severity, message } of events) {
        const prefix = severity.startsWith("info") ? "" : `${severity}: `;
        this.write(`    ${prefix}${message.trimEnd().replaceAll("\n", "\n    ")}\n`);
      }
      this.write("\n");
    }
  }
}

interface Change {
  path: string;
  kind: "add" | "delete" | "update";
}

/** Which inputs differ, as far as states can be compared; `__provider` is code and left out unless it changed alone. */
function changedInputs({ op, old, new: next, detailedDiff }: StepMetadata): Change[] {
  if (!old || !next || op === "delete") return [];
  if (detailedDiff) {
    return Object.entries(detailedDiff).map(([path, { diffKind }]) => ({ path, kind: diffKind }));
  }
  return [...differences(old.inputs, next.inputs)].map(([path, kind]) => ({ path, kind }));
}

function mark({ path, kind }: Change): string {
  return { add: "+", delete: "-", update: "~" }[kind] + path;
}

function describe(change: Change, { old, new: next }: StepMetadata): string {
  const isHidden = next?.hideDiffs?.some(([name]) => name === topLevelKey(change.path));
  if (isHidden === true) return `~ ${topLevelKey(change.path)} (hidden)`;
  const value = (state: StepState | null): string => text(valueAt(state?.inputs ?? {}, change.path));
  if (change.kind === "add") return `${mark(change)}: ${value(next)}`;
  if (change.kind === "delete") return `${mark(change)}: ${value(old)}`;
  return `${mark(change)}: ${value(old)} => ${value(next)}`;
}

function valueAt(properties: PropertyMap, path: string): unknown {
  let value: unknown = properties;
  for (const segment of path.match(/[^.[\]]+/g) ?? []) {
    value = Array.isArray(value) ? value[Number(segment)] : isRecord(value) ? value[segment] : undefined;
  }
  return value;
}

function text(value: unknown): string {
  if (isRecord(value) && signatureKey in value) return "[secret]";
  return JSON.stringify(value) ?? "undefined";
}
