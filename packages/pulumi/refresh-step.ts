import type { StepOp } from "./events";
import type { ProviderHost } from "./host";
import { InitError } from "./provider-failure";
import type { ResourceState } from "./state";
import { inputsOf, outputsOf } from "./state";
import type { StepContext, StepDiff, StepOutcome } from "./step";
import { Step, ok } from "./step";
import { isProviderType } from "./urn";
import { equalValues } from "./values";

/** Reads one resource as it is. */
export class RefreshStep extends Step {
  override readonly logical = false;
  private state: ResourceState | undefined;

  constructor(
    private readonly context: StepContext,
    override readonly old: ResourceState,
  ) {
    super("refresh", old, old);
    this.state = old;
  }

  override get new(): ResourceState | undefined {
    return this.state;
  }

  /** What reading it came to. */
  get resultOp(): StepOp {
    if (!this.state) return "delete";
    return this.state === this.old || !this.diff.changes ? "same" : "update";
  }

  override async apply(): Promise<StepOutcome> {
    const { old, context } = this;
    if (!old.custom || isProviderType(old.type) || old.pendingReplacement) return ok;
    const host = context.host(old);
    let initErrors: string[] = [];
    let found: Awaited<ReturnType<ProviderHost["read"]>>;
    try {
      found = await host.read(old);
    } catch (error) {
      if (!(error instanceof InitError)) return { status: "unknown", error: error as Error };
      initErrors = error.reasons;
      found = { id: error.id, outputs: error.outputs, inputs: undefined };
      const list = error.reasons.map((reason) => `\n* ${reason}`).join("");
      context.warning(`Refreshed resource is in an unhealthy state:${list}`, old.urn);
    }
    if (found.id === "") {
      this.state = undefined;
      return ok;
    }
    const state: ResourceState = {
      ...old,
      id: found.id,
      inputs: found.inputs ?? inputsOf(old),
      outputs: found.outputs,
      initErrors,
    };
    const moved = !equalValues(state.inputs, inputsOf(old)) || !equalValues(state.outputs, outputsOf(old));
    if (moved) state.modified = new Date().toISOString();
    this.state = state;
    // What an update without changes to the program would do now, seen from the other side.
    try {
      const refreshed = { id: found.id, inputs: inputsOf(state), outputs: outputsOf(state) };
      const diff = await context.diff(old.urn, refreshed, inputsOf(old), host, old.ignoreChanges ?? []);
      this.diff = inverted(diff);
    } catch (error) {
      this.state = old;
      return { status: "ok", error: error as Error };
    }
    return ok;
  }
}

function inverted(diff: StepDiff): StepDiff {
  if (!diff.detailed) return diff;
  const opposite = { add: "delete", delete: "add", update: "update" } as const;
  return { ...diff, detailed: new Map([...diff.detailed].map(([path, kind]) => [path, opposite[kind]])) };
}
