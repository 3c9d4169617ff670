import { appendFileSync, closeSync, openSync } from "node:fs";
import { isRecord } from "../../lib/records";
import type { ResourceState } from "./state";
import type { DiffKind, PropertyMap } from "./values";
import { isSecret, secretSignature, signatureKey } from "./values";

export type StepOp =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "refresh"
  | "remove-pending-replace";

export type Severity = "debug" | "info" | "info#err" | "warning" | "error";

/** Field names of Pulumi's `apitype/events.go`, which `--event-log` writes and the Automation API reads. */
export interface StepState {
  type: string;
  urn: string;
  custom?: boolean;
  delete?: boolean;
  id: string;
  parent: string;
  protect?: boolean;
  inputs: PropertyMap;
  outputs: PropertyMap;
  provider: string;
  initErrors?: string[];
  hideDiffs?: string[][];
}

export interface StepMetadata {
  op: StepOp;
  urn: string;
  type: string;
  old: StepState | null;
  new: StepState | null;
  keys?: string[];
  diffs?: string[];
  detailedDiff: Record<string, { diffKind: DiffKind; inputDiff: boolean }> | null;
  logical?: boolean;
  provider: string;
}

export interface DiagnosticEvent {
  urn?: string;
  prefix?: string;
  message: string;
  color: string;
  severity: Severity;
  ephemeral?: boolean;
}

export interface EngineEvent {
  sequence: number;
  timestamp: number;
  cancelEvent?: Record<string, never>;
  preludeEvent?: { config: Record<string, string> };
  resourcePreEvent?: { metadata: StepMetadata; planning?: boolean };
  resOutputsEvent?: { metadata: StepMetadata; planning?: boolean };
  resOpFailedEvent?: { metadata: StepMetadata; status: number; steps: number };
  diagnosticEvent?: DiagnosticEvent;
  summaryEvent?: {
    maybeCorrupt: boolean;
    durationSeconds: number;
    resourceChanges: Record<string, number>;
    PolicyPacks: Record<string, string>;
    isPreview: boolean;
    result: "succeeded" | "failed" | "canceled";
  };
}

type EventBody = Omit<EngineEvent, "sequence" | "timestamp">;

/** Numbers the events of one phase and hands them on: to the display, and to the log file if there is one. */
export class EventSink {
  private sequence = 0;
  private readonly hide: (text: string) => string;
  private readonly log: number | undefined;

  /** Each phase starts the log file anew, as the CLI does: after an `up` it holds the update, not the preview. */
  constructor(
    private readonly show: (event: EngineEvent) => void,
    logFile: string | undefined,
    /** Texts that must not be seen: the secret values of the configuration. */
    secrets: readonly string[] = [],
  ) {
    // Very short ones would blot out ordinary text.
    const hidden = secrets.filter((secret) => secret.length > 2);
    this.hide = hidden.length === 0 ? (text) => text : hiding(hidden);
    this.log = logFile === undefined ? undefined : openSync(logFile, "w");
  }

  emit(body: EventBody): void {
    const stamped = { sequence: this.sequence++, timestamp: Math.floor(Date.now() / 1000), ...body };
    const text = JSON.stringify(stamped);
    const shown = this.hide(text);
    if (this.log !== undefined) appendFileSync(this.log, shown + "\n");
    this.show(shown === text ? stamped : (JSON.parse(shown) as EngineEvent));
  }

  close(): void {
    this.emit({ cancelEvent: {} });
    if (this.log !== undefined) closeSync(this.log);
  }
}

/** Replaces secrets in JSON text, where a text stands with its special characters escaped. */
function hiding(secrets: readonly string[]): (text: string) => string {
  const escaped = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  return (text) => escaped.reduce((result, secret) => result.replaceAll(secret, "[secret]"), text);
}

/** The diagnostics of one phase. */
export class Diagnostics {
  constructor(private readonly events: EventSink) {}

  report(severity: Severity, message: string, urn?: string, ephemeral = false): void {
    this.events.emit({
      diagnosticEvent: {
        ...(urn && { urn }),
        prefix: `${severity}: `,
        message: message.endsWith("\n") ? message : `${message}\n`,
        color: "raw",
        severity,
        ...(ephemeral && { ephemeral }),
      },
    });
  }

  error(message: string, urn?: string): void {
    this.report("error", message, urn);
  }

  warning(message: string, urn?: string): void {
    this.report("warning", message, urn);
  }
}

/** Secrets never leave through an event: their place is taken by `[secret]`. */
function blinded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(blinded);
  if (isSecret(value)) return { [signatureKey]: secretSignature, ciphertext: "[secret]" };
  return isRecord(value) ? blindedProperties(value) : value;
}

function blindedProperties(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, blinded(value)]));
}

/** A resource's state as events show it. */
export function stepState(state: ResourceState | undefined): StepState | null {
  if (!state) return null;
  return {
    type: state.type,
    urn: state.urn,
    ...(state.custom && { custom: true }),
    ...(state.delete && { delete: true }),
    id: state.id ?? "",
    parent: state.parent ?? "",
    ...(state.protect && { protect: true }),
    inputs: blindedProperties(state.inputs ?? {}),
    outputs: blindedProperties(state.outputs ?? {}),
    provider: state.provider ?? "",
    ...(state.initErrors?.length && { initErrors: state.initErrors }),
    ...(state.hideDiff?.length && { hideDiffs: state.hideDiff }),
  };
}
