import { withoutGroup } from "../../declaration/logical-name";

/** One `up --refresh --skip-preview --continue-on-error` or `preview --refresh` of the stack. */
export interface Update {
  mode: "up" | "preview";
  /** Added to this process's environment. */
  environment: Record<string, string>;
  /** Interrupts the engine: it lets what is under way end, and begins nothing new. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/** How one ended. */
export interface Updated {
  succeeded: boolean;
  /** Whether somebody else's update of the stack kept it from beginning, in the engine's words. */
  locked: string | undefined;
  /** Errors in the engine's and the program's words. */
  errors: string[];
  /** What was done (in a preview: would be done) to security rules, by their names. */
  rules: { create: string[]; update: string[]; delete: string[] };
}

/** What runs the program. */
export interface Engine {
  /** What it is, for the log. */
  name: string;
  run(update: Update): Promise<Updated>;
  /** The stack's state, as `pulumi stack export` gives it, secrets encrypted. */
  exportState(environment: Record<string, string>): Promise<string>;
  /** Replaces it. */
  importState(text: string, environment: Record<string, string>): Promise<void>;
}

/** An event of an update, as the engine and the CLI write it (pulumi: sdk/go/common/apitype/events.go). */
export interface UpdateEvent {
  resourcePreEvent?: { metadata: { op: string; urn: string; type: string } };
  diagnosticEvent?: { severity: string; message: string };
}

/** Gathers what an update's events say. */
export class Heard {
  readonly errors: string[] = [];
  readonly rules: Updated["rules"] = { create: [], update: [], delete: [] };

  readonly onEvent = ({ resourcePreEvent, diagnosticEvent }: UpdateEvent): void => {
    if (diagnosticEvent?.severity === "error") this.addError(diagnosticEvent.message);
    if (resourcePreEvent === undefined) return;
    const { op, urn, type } = resourcePreEvent.metadata;
    if (!type.endsWith("panos:SecurityRule")) return;
    if (op === "create" || op === "update" || op === "delete") this.rules[op].push(withoutGroup(nameOf(urn)));
  };

  /** Errors that no event tells: of a command that never came so far. */
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

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
