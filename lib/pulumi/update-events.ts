import type { ResourceStep } from "./engine";

/** An event of an update, as the CLI writes it (pulumi: sdk/go/common/apitype/events.go). */
export interface UpdateEvent {
  resourcePreEvent?: { metadata: { op: string; urn: string; type: string } };
  diagnosticEvent?: { severity: string; message: string };
}

/** Gathers what an update's events say: each error once, and what is done to resources. */
export class UpdateEvents {
  readonly errors: string[] = [];
  readonly steps: ResourceStep[] = [];

  readonly add = ({ resourcePreEvent, diagnosticEvent }: UpdateEvent): void => {
    if (diagnosticEvent?.severity === "error") this.addError(diagnosticEvent.message);
    if (resourcePreEvent === undefined) return;
    const { op, urn, type } = resourcePreEvent.metadata;
    this.steps.push({ op, type, name: urn.slice(urn.lastIndexOf("::") + 2) });
  };

  /** Errors that no event has: of a command that never came so far. */
  addErrorsOf(output: string): void {
    for (const [, text = ""] of output.matchAll(/^error: (.*(?:\n[ \t]+.*)*)/gm)) this.addError(text);
  }

  private addError(message: string): void {
    // Colours, as events have them: <{%fg 1%}>.
    const text = message.replace(/<\{%.*?%\}>/g, "").trim();
    if (text !== "" && !SUMMARIES.has(text) && !this.errors.includes(text)) this.errors.push(text);
  }
}

/** What Pulumi says besides the reason. */
const SUMMARIES = new Set(["update failed", "preview failed"]);
